"""Drafts of the policy, and what they would change."""

from datetime import datetime

from ninja import Schema
from pydantic import Field

from tuanthu_server.api.schemas.common import TextOut

OUTCOME = "An outcome; null where it is not asked"


class DraftOut(Schema):
    """A draft with how far its trial is."""

    number: int
    digest: str
    source: str
    added_at: datetime
    added_by: str
    published_at: datetime | None
    published_by: str
    state: str = Field(description="Of its trial: `waiting`, `running`, `done` or `failed`")
    done: int = Field(description="Assets that are judged")
    total: int


class ShiftOut(Schema):
    """So many assets would go from one outcome to another."""

    before: str | None = Field(description=OUTCOME)
    after: str | None = Field(description=OUTCOME)
    assets: int


class CodeOut(Schema):
    """What a rule, a clause or an indicator's question would come to."""

    code: str
    sort: str = Field(description="`rule`, `control` or `measure`")
    shifts: list[ShiftOut]


class SumOut(Schema):
    """Assets that were judged, that change, and on which a rule more or a rule less fails."""

    assets: int
    changed: int
    worse: int
    better: int


class UnitSumOut(SumOut):
    """The same of one unit."""

    unit: str


class TrialOut(Schema):
    """What a draft would change."""

    draft: DraftOut
    present_digest: str = Field(description="The policy in force with which it is compared; empty before it began")
    began_at: datetime | None
    ended_at: datetime | None
    policy_moved_on: bool = Field(description="Another policy is in force now: try again before publishing")
    facts_moved_on: int = Field(description="Assets with newer evidence than the trial had")
    failure: TextOut | None
    whole: SumOut
    units: list[UnitSumOut]
    codes: list[CodeOut]


class DraftChangeOut(Schema):
    """One result that would change."""

    asset: int
    asset_name: str
    unit: str
    code: str
    before: str | None = Field(description=OUTCOME)
    after: str | None = Field(description=OUTCOME)


class PublishIn(Schema):
    """What somebody publishes, and why."""

    digest: str = Field(max_length=64, description="Of the draft, as it was tried")
    reason: str = Field(max_length=300)
