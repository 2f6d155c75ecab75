"""People and the security log."""

from datetime import datetime
from typing import Any

from ninja import Schema
from pydantic import Field

from tuanthu_server.api.schemas.common import TextOut


class PersonOut(Schema):
    """Somebody who may sign in, or might once."""

    id: int
    username: str
    name: str
    email: str
    role: str
    active: bool
    second_factor: bool = Field(description="Whether they enrolled one")
    units: list[str] = Field(description="Codes of the units that an officer answers for")


class SecurityEventOut(Schema):
    """One event of the hash chain."""

    sequence: int
    at: datetime
    kind: str
    name: TextOut
    actor: str
    address: str
    subject: str
    detail: dict[str, Any]
    digest: str


class VerificationOut(Schema):
    """What reading the whole chain came to."""

    events: int
    digest: str = Field(description="Of the newest event: note it elsewhere")
    broken_at: int | None = Field(description="The first event that is missing or was changed")
