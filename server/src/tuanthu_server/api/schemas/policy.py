"""What is asked, and how it stands."""

from datetime import date, datetime
from typing import Any

from ninja import Schema
from pydantic import Field

from tuanthu_server.api.schemas.common import CountsOut, TextOut


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


class EndingOut(Schema):
    """A waiver or attestation that ends soon."""

    sort: str = Field(description="`waiver` or `attestation`")
    number: int
    title: TextOut
    unit: str = Field(description="Code of its unit; empty for a waiver of everything")
    ends_at: datetime


class DayOut(Schema):
    """One day of a curve."""

    day: date
    passed: int
    failed: int
    open: int


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
