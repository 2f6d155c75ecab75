"""Decisions about machines, agents, and scans one by one."""

from datetime import date, datetime
from typing import Any, Literal

from ninja import Schema
from pydantic import Field

from tuanthu_server.api.schemas.assets import AssetOut
from tuanthu_server.inventory.models import IdentityQuestion
from tuanthu_server.organisation.questions import Answer


class SignOut(Schema):
    """What speaks for one machine."""

    sign: str = Field(description="`serial`, `mac`, or `name` (the same in one unit, and the older record fell silent)")
    value: str


class QuestionOut(Schema):
    """What waits for a person's decision."""

    id: int
    sort: IdentityQuestion.Sort = Field(
        description="`pair`: two records, probably one machine; `clone`: one record, two machines; "
        "`returned`: retired, yet it reports"
    )
    records: list[AssetOut] = Field(description="One, or the two of a pair: the one seen less recently first")
    signs: list[SignOut]
    machines: list[str] = Field(description="Of a clone: serial number, hardware id and MAC of each machine")
    answers: list[Answer] = Field(description="What may be answered")
    noticed_at: datetime


class AnswerIn(Schema):
    """An answer with its reason."""

    answer: Answer
    reason: str = Field(min_length=1, max_length=500)


class MoveIn(Schema):
    """Where a machine belongs."""

    unit: str = Field(max_length=64, description="Code of the new unit")
    reason: str = Field(min_length=1, max_length=500)
    day: date | None = Field(None, description="From which day; today, or up to 31 days back")


AgentState = Literal["missing", "working", "never", "revoked", "all"]


class AgentOut(Schema):
    """An enrolled agent."""

    id: str
    asset: int
    machine: str
    unit: str
    version: str
    enrolled_at: datetime
    last_sequence: int = Field(description="Number of its newest report; reports are numbered without gaps")
    missing: int = Field(description="Reports before it that never arrived")
    missing_ranges: list[tuple[int, int]] = Field(
        description="The first ten ranges of them, where one asset is asked for"
    )
    revoked_at: datetime | None


class RunOut(Schema):
    """One scan of one machine."""

    id: int
    asset: int
    agent: str
    unit: str
    observation: str
    seen_at: datetime
    facts: dict[str, Any] = Field(description="Of the kind `scan`; without `finished_at`: its duty to scan ended")


class SightOut(Schema):
    """What a scan said of one device."""

    scan: int
    asset: int | None = Field(description="The device; null where it is not known under that key")
    key: str
    seen_at: datetime
    seen: bool = Field(description="Whether that scan spoke of the device at all")
    changed: bool = Field(description="Whether it was said in full: new, or other than before")
    facts: dict[str, Any] | None = Field(description="Of the kind `device`; names of accounts, never a password")
    reason: str


class RunDetailOut(RunOut):
    """One scan with the devices that it spoke of."""

    devices: list[SightOut]
