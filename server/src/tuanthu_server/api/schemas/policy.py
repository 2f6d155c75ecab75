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
    as_of: datetime


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
    as_of: datetime


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
    as_of: datetime


class MovedCounts(Schema):
    """Machines of then and of now."""

    before: CountsOut | None = Field(description="Null where it was not asked")
    after: CountsOut | None


class MovedControl(MovedCounts):
    """A clause that stands otherwise than before."""

    framework: str
    id: str


class MovedUnit(MovedCounts):
    """A unit that got worse or better: its machines by their worst outcome."""

    unit: str


class ComparisonOut(Schema):
    """What differs between the end of a day and a later moment."""

    since: datetime
    as_of: datetime
    other_policy: bool = Field(description="Whether they were judged by two versions of the policy")
    controls: list[MovedControl]
    worse: list[MovedUnit]
    better: list[MovedUnit]
    unclear: int = Field(description="Further units in which of more machines than before nothing is known")


class FrameworkOut(Schema):
    """A regulation."""

    id: str
    title: TextOut
    number: str
    date: str = Field(description="Of signing; empty where it is not known")
    issuer: TextOut
    document_title: TextOut
    counts: CountsOut = Field(description="Machines by their worst outcome over all of its clauses")


class FieldOut(Schema):
    """One field before and after, as text."""

    name: str
    before: str
    after: str


class ChangedOut(Schema):
    """A rule or a clause that both versions have and that differs."""

    id: str = Field(description="A rule, or `framework/control`")
    judges_otherwise: bool = Field(description="Whether an outcome can change by it")
    fields: list[FieldOut]


class DifferenceOut(Schema):
    """What one version of the policy asks otherwise than another."""

    rules_added: list[str]
    rules_removed: list[str]
    rules_changed: list[ChangedOut]
    controls_added: list[str]
    controls_removed: list[str]
    controls_changed: list[ChangedOut]


class VersionOut(Schema):
    """A version of the policy."""

    number: int
    digest: str
    published_at: datetime
    in_force_from: datetime
    note: str
