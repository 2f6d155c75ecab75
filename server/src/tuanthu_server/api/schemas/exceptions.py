"""Waivers, attestations and reasons."""

from datetime import UTC, datetime
from typing import Annotated

from ninja import Schema
from pydantic import AfterValidator, AwareDatetime, Field

from tuanthu_server.api.schemas.common import TextOut

EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


def _plausible(moment: datetime) -> datetime:
    if not EARLIEST <= moment < LATEST:
        raise ValueError("from 2000 to 2099")
    return moment


Moment = Annotated[AwareDatetime, AfterValidator(_plausible)]
"""A time with its offset."""
Words = Annotated[str, AfterValidator(lambda text: text.replace("\0", ""))]


class ReasonIn(Schema):
    """Why."""

    reason: Words = Field(max_length=500)


class NoteIn(Schema):
    """A remark."""

    note: Words = Field("", max_length=500)


class EventOut(Schema):
    """Somebody did something."""

    action: str
    at: datetime
    by: str = Field(description="The person's name as it was then")
    note: str


class WaiverIn(Schema):
    """A proposal: of a rule or a clause; for an asset, a unit's own assets or, naming neither, everything."""

    rule: str = Field("", max_length=120)
    control: str = Field("", max_length=200, description="`framework/control`")
    unit: str = Field("", max_length=64)
    asset: int | None = Field(None, ge=1, lt=2**63)
    authority: Words = Field(max_length=300, description="Number and date of the document that authorises it")
    reason: Words = Field(max_length=1000)
    valid_from: Moment | None = Field(None, description="Empty: from its approval on")
    expires_at: Moment


class WaiverOut(Schema):
    """A waiver."""

    id: int
    state: str = Field(description="`proposed`, `planned`, `in-force`, `expired`, `lapsed`, `revoked`, `refused` …")
    rule: str
    control: str
    unit: str | None
    asset: int | None
    authority: str
    reason: str
    valid_from: datetime
    expires_at: datetime
    events: list[EventOut]


class StatementIn(Schema):
    """What a named person states on a clause of a unit."""

    control: str = Field(max_length=200, description="`framework/control`")
    unit: str = Field(max_length=64)
    fulfilled: bool = True
    statement: Words = Field(max_length=2000)
    attested_by: Words = Field(max_length=300, description="Name and office")
    valid_from: Moment | None = Field(None, description="Empty: now")
    expires_at: Moment | None = Field(None, description="Empty: as long as the clause allows")


class StatementOut(Schema):
    """A statement."""

    id: int
    state: str = Field(description="`holds`, `expiring`, `denied`, `expired`, `replaced` or `revoked`")
    control: str
    unit: str
    fulfilled: bool
    statement: str
    attested_by: str
    valid_from: datetime
    expires_at: datetime
    remind_at: datetime
    file_name: str
    file_type: str
    file_size: int
    file_digest: str = Field(description="SHA-256")
    events: list[EventOut]


class EvidenceOut(Schema):
    """A file."""

    name: str
    type: str = Field(description="By its first bytes, whatever its name says")
    content: str = Field(description="Base64")


class DemandOut(Schema):
    """A clause that must be stated for a unit."""

    control: str
    title: TextOut
    what: TextOut
    unit: str
    state: str = Field(description="`missing`, or the state of the newest statement")
    newest: int | None = Field(description="The newest statement")
