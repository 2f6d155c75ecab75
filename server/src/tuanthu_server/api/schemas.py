"""What the interface answers. Ids are stable; times are UTC (RFC 3339); shares are tenths of a per cent, cut."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from ninja import Schema
from pydantic import Field

from tuanthu_policy.text import Text
from tuanthu_server.compliance.shares import Share
from tuanthu_server.compliance.standing import Counts
from tuanthu_server.compliance.totals import Coverage

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
    controls: dict[str, CountsOut] = Field(description="By `framework/control`, and by `framework` as a whole")
    rules: dict[str, CountsOut]
    devices: DevicesOut


class OverviewOut(FiguresOut):
    """All units in reach together."""

    as_of: datetime
    policy: str = Field(description="SHA-256 of the policy in force")
    units: int


class UnitOut(Schema):
    """A unit of the register."""

    code: str
    name: str
    kind: str
    demonstration: bool
    closed_at: datetime | None


class LinkOut(Schema):
    """What a unit belongs to, since when."""

    relation: str
    target: str | None = Field(description="Code of the unit, where it is one and in reach")
    target_name: str
    valid_from: date
    valid_to: date | None


class UnitDetail(UnitOut):
    """A unit with its figures."""

    links: list[LinkOut]
    figures: FiguresOut


class AssetOut(Schema):
    """A machine or a device."""

    id: int
    unit: str = Field(description="Code of its unit")
    name: str
    role: str = Field(description="`workstation`, `server` or `device`")
    serial: str
    os: str
    owner: str
    location: str
    macs: list[str]
    vendor: str
    model: str
    family: str
    device_class: str
    address: str
    created_at: datetime
    last_seen_at: datetime | None
    retired_at: datetime | None
    retired_reason: str


class ResultOut(Schema):
    """What a rule came to on an asset."""

    asset: int
    asset_name: str
    rule: str
    outcome: str
    reason: TextOut
    since: datetime | None
    observation: str | None = Field(description="UUID of the observation that decided")


class ObservationOut(Schema):
    """The newest observation of a kind on an asset."""

    kind: str
    uuid: str
    status: str
    collected_at: datetime
    seen_at: datetime
    facts: dict[str, Any]
    reason: str = Field(description="Why the status is not `ok`; else empty")


class ChangeOfResult(Schema):
    """The outcome of a rule on an asset changed."""

    rule: str
    before: str
    after: str
    at: datetime


class ControlOut(Schema):
    """A clause with its figures."""

    framework: str
    id: str
    clause: str
    title: TextOut
    text: TextOut
    verified: str
    rules: list[str]
    attestation: TextOut | None = Field(description="What a person must state")
    counts: CountsOut | None = Field(description="Null where no machine can measure it")
    device_counts: CountsOut | None


class RuleOut(Schema):
    """A rule with its figures."""

    id: str
    title: TextOut
    rationale: TextOut
    remediation: TextOut
    severity: str
    max_age: str
    about: str = Field(description="`machine`, `device` or `scanner`")
    condition: dict[str, Any]
    counts: CountsOut


class WorkOut(Schema):
    """A rule that fails, in the order in which to mend."""

    rule: str
    title: TextOut
    remediation: TextOut
    severity: str
    weight: int
    about_devices: bool
    failed: int
    applicable: int
    units: int


class ChangeOut(Schema):
    """A rule that got worse or better within a span."""

    rule: str
    failing: int
    mended: int
    lost: int
    units: int


class DayOut(Schema):
    """One day of a curve."""

    day: date
    passed: int
    failed: int
    open: int


class DeviceOut(Schema):
    """A device that a scan found."""

    id: int
    unit: str
    name: str
    device_class: str
    vendor: str
    model: str
    address: str
    mac: str
    last_seen_at: datetime | None
    outcomes: dict[str, str] = Field(description="Rule → outcome")


class ScanOut(Schema):
    """The newest scan of a machine that scans."""

    unit: str
    asset: int
    machine: str
    seen_at: datetime
    finished_at: str
    whole: bool
    designated: bool
    facts: dict[str, Any]


class ScopeOut(Schema):
    """A scan scope that was given to an agent."""

    id: str
    unit: str
    asset: int
    authorisation: str
    networks: list[str]
    not_before: datetime
    not_after: datetime
    assigned_at: datetime
    revoked_at: datetime | None
    state: TextOut


class LineOut(Schema):
    """A unit's line in a month, in seconds."""

    unit: str
    month: str = Field(description="`11/2026`")
    up: int
    line_down: int
    gateway_down: int
    outages: int
    longest: int
    elapsed: int
    fibre: str = Field(description="Grade of the evidence for fibre")
    download_mbps: float | None
    upload_mbps: float | None


class PartOut(Schema):
    """One part of an indicator's denominator."""

    id: str
    title: TextOut
    count: int
    counted: bool


class IndicatorOut(Schema):
    """An indicator of the department's plan."""

    plan: str
    id: str
    title: TextOut
    numerator: int | None
    denominator: int | None
    value: str = Field(description="As it is printed: `66,6%`; empty where there is none")
    parts: list[PartOut]


class VersionOut(Schema):
    """A version of the policy."""

    number: int
    digest: str
    published_at: datetime
    in_force_from: datetime
    note: str


class TokenIn(Schema):
    """A new enrolment token."""

    unit: str = Field(max_length=64)
    uses: int = Field(1, ge=1, le=5000)
    days: int = Field(7, ge=1, le=365)
    label: str = Field("", max_length=200)


class TokenMade(Schema):
    """A token in clear, this once."""

    token: str


class TokenOut(Schema):
    """An enrolment token, without itself."""

    id: int
    unit: str
    label: str
    uses_left: int
    expires_at: datetime
    problem: str | None


class Page(Schema, Generic[Item]):
    """One page of a list."""

    items: list[Item]
    total: int
    page: int
    pages: int
