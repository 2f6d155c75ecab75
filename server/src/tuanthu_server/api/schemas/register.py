"""The register: its lines, files of units, changes of a unit and what they would do, and what was done."""

from datetime import date, datetime
from typing import Annotated

from ninja import Schema
from pydantic import AfterValidator, Field

from tuanthu_server.api.schemas.common import TextOut
from tuanthu_server.units.models import Relation


def _plausible(day: date) -> date:
    if not date(2000, 1, 1) <= day < date(2100, 1, 1):
        raise ValueError("from 2000 to 2099")
    return day


Day = Annotated[date, AfterValidator(_plausible)]
DIGEST = "Of the answer to `dry_run`: of another change nothing is done"


class RegisterLineOut(Schema):
    """What the register says of a unit today, as a line of the import says it."""

    code: str
    name: str
    kind: str
    place: str
    owner: str
    operator: str
    supervisor: str
    valid_from: date = Field(description="First day on which all of it holds")
    staff: int | None
    machines: int | None
    servers: int | None
    devices: int | None


class ImportIn(Schema):
    """How a file is taken."""

    reason: str = Field("", max_length=500, description="Empty: the file's name")
    dry_run: bool = Field(default=True, description="Only tell what it would change")
    digest: str = Field("", max_length=64, description=DIGEST)


class FieldOut(Schema):
    """A field before and after."""

    field: str
    before: str
    after: str


class UnitChangeOut(Schema):
    """What a file does to a unit."""

    code: str
    name: str
    state: str = Field(description="`new`, `changed` or `unchanged`")
    fields: list[FieldOut]


class ImportOut(Schema):
    """What a file changes, or would change."""

    applied: bool
    digest: str
    new: int
    changed: int
    unchanged: int
    changes: list[UnitChangeOut]


class ChangeIn(Schema):
    """From which day, why, and whether only to look."""

    reason: str = Field(min_length=1, max_length=500)
    day: Day | None = Field(None, description="First day, within the last 31 days; empty: today")
    dry_run: bool = Field(default=False, description="Only tell what it would do")
    digest: str = Field("", max_length=64, description=DIGEST)


class RenameIn(ChangeIn):
    """Another name."""

    name: str = Field(max_length=300)


class MoveIn(ChangeIn):
    """Another link."""

    relation: Relation
    to: str = Field(max_length=300, description="A unit's code, a free name, or `-` for none any more")


class MergeIn(ChangeIn):
    """Into another unit."""

    into: str = Field(max_length=64)


class ThingOut(Schema):
    """Something with a number and a name."""

    id: int
    name: str


class StatedOut(Schema):
    """A statement that stays with its unit."""

    id: int
    control: str
    attested_by: str
    expires_at: datetime


class CountsStated(Schema):
    """What a unit states."""

    staff: int | None
    machines: int | None
    servers: int | None
    devices: int | None


class PreviewOut(Schema):
    """What a change does, or would do."""

    applied: bool
    digest: str
    what: str = Field(description="`renamed`, `moved`, `merged` or `closed`")
    code: str
    day: date
    problems: list[TextOut] = Field(description="Why it cannot be done; empty where it can")
    relation: str
    before: str
    after: str
    machines: list[ThingOut]
    devices: list[ThingOut]
    doubles: list[ThingOut] = Field(description="Devices that both units know: this unit's are retired")
    tokens: list[ThingOut]
    scopes: list[ThingOut] = Field(description="Scan scopes that a merger revokes")
    attestations: list[StatedOut] = Field(description="They stay: the other unit must state them anew")
    waivers: list[ThingOut]
    people: list[ThingOut]
    linked: list[str] = Field(description="Codes of units that are linked to this one")
    links: list[str] = Field(description="Relations of this unit that end")
    numbers: CountsStated
    sums: CountsStated = Field(description="What the receiving unit states from then on")
    gain: list[ThingOut] = Field(description="People who reach the unit from then on")
    lose: list[ThingOut]


class UnitEventOut(Schema):
    """What a person did to a unit."""

    what: str = Field(description="`entered`, `renamed`, `kind`, `moved`, `stated`, `merged` or `closed`")
    day: date = Field(description="First day on which it holds")
    before: str
    after: str
    person: str
    reason: str
    at: datetime
