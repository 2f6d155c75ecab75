"""Trying another policy, seeing what it would change, and publishing or discarding it."""

from typing import Any

from ninja import File, Query, Router
from ninja.files import UploadedFile
from pydantic import Field

from tuanthu_policy.outcome import Outcome
from tuanthu_server.access import policy_drafts
from tuanthu_server.access.policy_drafts import Told, Which
from tuanthu_server.access.reach import Reach
from tuanthu_server.accounts.permissions import Permission
from tuanthu_server.api.differences import told
from tuanthu_server.api.paging import PagingOfUnit, paged
from tuanthu_server.api.reading import operation
from tuanthu_server.api.schemas.common import Page, TextOut
from tuanthu_server.api.schemas.drafts import (
    CodeOut,
    DraftChangeOut,
    DraftOut,
    PublishIn,
    ShiftOut,
    SumOut,
    TrialOut,
    UnitSumOut,
)
from tuanthu_server.api.schemas.policy import DifferenceOut, VersionOut
from tuanthu_server.compliance.models import PolicyDraft
from tuanthu_server.compliance.policy_archive import MOST_BYTES
from tuanthu_server.compliance.policy_difference import PolicyDifference
from tuanthu_server.compliance.trial import sort_of
from tuanthu_server.errors import InputError

router = Router(tags=["policy"])
PUBLISH = Permission.PUBLISH_POLICY


class ChangeFilter(PagingOfUnit):
    """Which changes."""

    code: str = Field("", max_length=220, description="A rule or control, as `codes` names it")


@operation(router, "/policies/drafts", list[DraftOut], permission=PUBLISH)
def drafts(within: Reach) -> Any:
    """Drafts of the policy, the newest first; published ones too."""
    return [_draft(one) for one in policy_drafts.drafts_of(within)]


@operation(router, "/policies/drafts", DraftOut, permission=PUBLISH, method="POST", status=201)
def add_draft(within: Reach, file: File[UploadedFile]) -> Any:
    """Take a policy (its folder in a .zip, multipart form) as a draft and try it in the background."""
    if (file.size or 0) > MOST_BYTES:
        raise InputError(f"Tệp quá lớn, tối đa {MOST_BYTES} byte", f"The file is too large, {MOST_BYTES} bytes at most")
    return 201, _told_draft(within, policy_drafts.add(within, file, file.name or ""))


@operation(router, "/policies/drafts/{int:number}", TrialOut, permission=PUBLISH)
def draft(within: Reach, number: int) -> Any:
    """What one draft would change: counts by rule, control and unit."""
    return _trial(policy_drafts.told(within, number))


@operation(router, "/policies/drafts/{int:number}/changes", Page[DraftChangeOut], permission=PUBLISH)
def draft_changes(within: Reach, number: int, which: Query[ChangeFilter]) -> Any:
    """Every result that a draft would change, by code and asset."""
    unit = within.unit_or_404(which.unit).pk if which.unit else None
    found = policy_drafts.changes(within, number, Which(which.code.replace("\0", ""), unit))
    return paged(found, which, lambda rows: [_change(one) for one in rows])  # type: ignore[arg-type]


@operation(router, "/policies/drafts/{int:number}/difference", DifferenceOut, permission=PUBLISH)
def draft_difference(within: Reach, number: int) -> Any:
    """What a draft asks otherwise than the policy with which it is compared; empty before its trial began."""
    found = policy_drafts.told(within, number).difference
    return told(found or PolicyDifference([], [], [], [], [], []))


@operation(router, "/policies/drafts/{int:number}/try", DraftOut, permission=PUBLISH, method="POST")
def try_draft(within: Reach, number: int) -> Any:
    """Try a draft again by what is known now."""
    return _told_draft(within, policy_drafts.try_again(within, number))


@operation(router, "/policies/drafts/{int:number}/publish", VersionOut, permission=PUBLISH, method="POST")
def publish_draft(within: Reach, number: int, given: PublishIn) -> Any:
    """Put a draft in force exactly as it was tried; assets are judged again in the background."""
    made = policy_drafts.publish(within, number, given.digest, given.reason.replace("\0", ""))
    return VersionOut(
        number=made.pk,
        digest=made.digest,
        published_at=made.published_at,
        in_force_from=made.in_force_from,
        note=made.note,
    )


@operation(router, "/policies/drafts/{int:number}", list[DraftOut], permission=PUBLISH, method="DELETE")
def discard_draft(within: Reach, number: int) -> Any:
    """Delete a draft that was not published; the drafts that are left."""
    policy_drafts.discard(within, number)
    return drafts(within)


def _told_draft(within: Reach, one: PolicyDraft) -> DraftOut:
    return _draft(policy_drafts.draft_or_404(within, one.pk))


def _draft(one: PolicyDraft) -> DraftOut:
    done, total = policy_drafts.progress_of(one)
    return DraftOut(
        number=one.pk,
        digest=one.digest,
        source=one.source,
        added_at=one.added_at,
        added_by=one.added_by,
        published_at=one.published_at,
        published_by=one.published_by,
        state=one.trial.state,
        done=done,
        total=total,
    )


def _trial(told: Told) -> TrialOut:
    trial, tally = told.trial, told.tally
    failure = TextOut(vi=trial.failure_vi, en=trial.failure_en) if trial.failure_vi else None
    return TrialOut(
        draft=_draft(told.draft),
        present_digest=trial.present_digest,
        began_at=trial.began_at,
        ended_at=trial.ended_at,
        policy_moved_on=told.policy_moved_on,
        facts_moved_on=told.facts_moved_on,
        failure=failure,
        whole=SumOut(**_sum(tally.whole)),
        units=[UnitSumOut(unit=told.units[pk].code, **_sum(one)) for pk, one in sorted(tally.units.items())],
        codes=[
            CodeOut(
                code=code,
                sort=sort_of(code),
                shifts=[ShiftOut(before=_word(x.before), after=_word(x.after), assets=x.assets) for x in shifts],
            )
            for code, shifts in sorted(tally.shifts.items())
        ],
    )


def _sum(one: Any) -> dict[str, int]:
    return {name: getattr(one, name) for name in ("assets", "changed", "worse", "better")}


def _word(outcome: Outcome | None) -> str | None:
    return None if outcome is None else outcome.code


def _change(one: policy_drafts.Change) -> DraftChangeOut:
    return DraftChangeOut(
        asset=one.asset.pk,
        asset_name=one.asset.name,
        unit=one.unit.code,
        code=one.code,
        before=_word(one.before),
        after=_word(one.after),
    )
