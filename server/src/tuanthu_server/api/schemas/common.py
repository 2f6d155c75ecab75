"""What many answers share. Ids are stable; times are UTC (RFC 3339); shares are tenths of a per cent, cut."""

from collections.abc import Mapping
from datetime import datetime
from typing import Generic, TypeVar

from ninja import Schema
from pydantic import Field

from tuanthu_policy.text import Text
from tuanthu_server.compliance.shares import Share
from tuanthu_server.compliance.standing import Counts
from tuanthu_server.compliance.totals import Coverage, LanCoverage

Item = TypeVar("Item")


class TextOut(Schema):
    """A text in both languages."""

    vi: str
    en: str

    @classmethod
    def of(cls, text: Text) -> "TextOut":
        """From a text of the policy."""
        return cls(vi=text.vi, en=text.en)


class CountsOut(Schema):
    """Machines or devices per outcome."""

    passed: int
    failed: int
    error: int
    unknown: int
    stale: int
    notchecked: int
    notapplicable: int
    waived: int = Field(description="Of the failed, those that a waiver names; they stay failed")
    applicable: int = Field(description="The denominator: all but `notapplicable`")
    share_tenths: int | None = Field(description="Passed ÷ applicable in tenths of a per cent, rounded down")

    @classmethod
    def of(cls, counts: Counts) -> "CountsOut":
        """From the counters."""
        return cls(
            passed=counts.passed,
            failed=counts.failed,
            error=counts.error,
            unknown=counts.unknown,
            stale=counts.stale,
            notchecked=counts.notchecked,
            notapplicable=counts.notapplicable,
            waived=counts.waived,
            applicable=counts.applicable,
            share_tenths=Share(counts.passed, counts.applicable).tenths,
        )


def counts_by(table: Mapping[str, Counts]) -> dict[str, CountsOut]:
    """A table of counts."""
    return {code: CountsOut.of(counts) for code, counts in table.items()}


class CoverageOut(Schema):
    """Machines that report, of those that units say they have."""

    covered: int
    expected: int | None = Field(description="Null where no unit states its machines")
    share_tenths: int | None
    units_without_expectation: int
    over_expected: int

    @classmethod
    def of(cls, coverage: Coverage) -> "CoverageOut":
        """From the figures."""
        return cls(
            covered=coverage.covered,
            expected=coverage.expected,
            share_tenths=coverage.share.tenths,
            units_without_expectation=coverage.units_without_expectation,
            over_expected=coverage.over_expected,
        )


class LanCoverageOut(Schema):
    """Machines that report, of the computers that scans saw: the other denominator, beside `coverage`."""

    covered: int = Field(description="Hosts with an agent; of each unit at most as many as it has reporting machines")
    seen: int | None = Field(description="Null where no scan saw a computer")
    share_tenths: int | None
    units_without_scan: int = Field(description="No scan told anything of them; they are in neither number")
    units_without_computer: int

    @classmethod
    def of(cls, lan: LanCoverage) -> "LanCoverageOut":
        """From the figures."""
        return cls(
            covered=lan.covered,
            seen=lan.seen,
            share_tenths=lan.share.tenths,
            units_without_scan=lan.units_without_scan,
            units_without_computer=lan.units_without_computer,
        )


class DevicesOut(Schema):
    """Network devices, which are in no figure of machines."""

    devices: int
    silent: int
    computers: int = Field(description="Computers seen by scans that have no agent")
    rules: dict[str, CountsOut]


class FiguresOut(Schema):
    """How one or several units stand."""

    assets: int
    reporting: int
    silent: int
    never_reported: int
    coverage: CoverageOut
    lan_coverage: LanCoverageOut
    controls: dict[str, CountsOut] = Field(description="By `framework/control`, and by `framework` as a whole")
    rules: dict[str, CountsOut]
    attested: dict[str, CountsOut] = Field(description="By clause: units by what their statement comes to")
    devices: DevicesOut


class Page(Schema, Generic[Item]):
    """One page of a list."""

    items: list[Item]
    total: int
    page: int
    pages: int


class PageAt(Page[Item], Generic[Item]):
    """One page of a list of a moment."""

    as_of: datetime
