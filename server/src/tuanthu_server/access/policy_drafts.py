"""Drafts of the policy: for those who may publish one, and reach every unit that it would judge."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import IO

import msgspec
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404

from tuanthu_policy.outcome import Outcome
from tuanthu_policy.policy import Policy
from tuanthu_server.access.reach import Reach
from tuanthu_server.accounts.permissions import Permission
from tuanthu_server.compliance import drafts, policies, trial_runs
from tuanthu_server.compliance.models import PolicyDraft, PolicyTrial, PolicyVersion, TrialState
from tuanthu_server.compliance.people import person_numbered
from tuanthu_server.compliance.policy_difference import PolicyDifference, policy_difference
from tuanthu_server.compliance.trial import Row, Tally
from tuanthu_server.inventory.models import Asset
from tuanthu_server.units.models import Unit

BODIES = ("body", "tables")


class Told(msgspec.Struct, frozen=True):
    """A draft with all that is known of what it would change."""

    draft: PolicyDraft
    trial: PolicyTrial
    tally: Tally
    tried: Policy
    present: Policy | None
    """With which it was compared; None before the trial began."""
    difference: PolicyDifference | None
    """What it asks otherwise than that."""
    policy_moved_on: bool
    """Another policy is in force now: the trial is none to publish by."""
    facts_moved_on: int
    """Assets with newer evidence than the trial had when it began."""
    units: Mapping[int, Unit]
    """Those that the tally tells of."""

    @property
    def over(self) -> bool:
        """Whether the trial came to its end."""
        return self.trial.state == TrialState.DONE

    @property
    def publishable(self) -> bool:
        """Whether it may be put in force as it was tried."""
        return self.over and not self.policy_moved_on and self.draft.published_at is None


class Which(msgspec.Struct, frozen=True):
    """Which changes are asked for; what is None is not asked."""

    code: str = ""
    unit: int | None = None
    shift: tuple[Outcome | None, Outcome | None] | None = None

    def fits(self, row: Row) -> bool:
        """Whether a change is one of these; its code is chosen before."""
        return (self.unit is None or row.unit == self.unit) and (
            self.shift is None or (row.before, row.after) == self.shift
        )


class Change(msgspec.Struct, frozen=True):
    """One change, with the asset on which it is."""

    code: str
    before: Outcome | None
    after: Outcome | None
    asset: Asset
    unit: Unit
    """Of the asset when it was tried."""


class Changes:
    """The changes that are asked for, read as they are wanted: a page holds a page of them."""

    def __init__(self, trial: PolicyTrial, which: Which) -> None:
        self._trial, self._which = trial, which

    def __len__(self) -> int:
        return sum(1 for _ in self._rows())

    def __getitem__(self, part: slice) -> list[Change]:
        rows = list(islice(self._rows(), part.start, part.stop))
        assets = Asset.objects.select_related("unit").in_bulk({row.asset for _, row in rows})
        units = Unit.objects.in_bulk({row.unit for _, row in rows})
        return [Change(code, row.before, row.after, assets[row.asset], units[row.unit]) for code, row in rows]

    def _rows(self) -> Iterator[tuple[str, Row]]:
        found = trial_runs.rows_of(self._trial, self._which.code)
        return ((code, row) for code, row in found if self._which.fits(row))


def drafts_of(within: Reach) -> QuerySet[PolicyDraft]:
    """Every draft that was not discarded, the newest first; without what it consists of."""
    _require(within)
    return PolicyDraft.objects.select_related("trial").defer(*BODIES).order_by("-pk")


def draft_or_404(within: Reach, number: int) -> PolicyDraft:
    """One of them."""
    found = drafts_of(within).filter(pk=number).first()
    if found is None:
        raise Http404(str(number))
    return found


def told(within: Reach, number: int) -> Told:
    """A draft with what it would change."""
    _require(within)
    draft = drafts.draft_numbered(number)
    if draft is None:
        raise Http404(str(number))
    trial, tally, tried = draft.trial, trial_runs.tally_of(draft.trial), trial_runs.policy_of(draft)
    present = policies.of_digest(trial.present_digest) if trial.present_digest else None
    now = policies.in_force(datetime.now(UTC)).digest
    return Told(
        draft,
        trial,
        tally,
        tried,
        present,
        policy_difference(present, tried) if present else None,
        policy_moved_on=present is not None and draft.published_at is None and trial.present_digest != now,
        facts_moved_on=trial_runs.moved_on(trial) if trial.state == TrialState.DONE else 0,
        units=Unit.objects.in_bulk(tally.units),
    )


def progress_of(draft: PolicyDraft) -> tuple[int, int]:
    """How many assets are judged, of how many."""
    done = trial_runs.tally_of(draft.trial).whole.assets
    return done, max(done, draft.trial.total)


def changes(within: Reach, number: int, which: Which) -> Changes:
    """What changes on single assets, by code and then in the order of assets."""
    return Changes(draft_or_404(within, number).trial, which)


def add(within: Reach, archive: IO[bytes], name: str) -> PolicyDraft:
    """Take a policy in a .zip and have it tried; raises InputError."""
    _require(within)
    return drafts.take_archive(archive, name, _name(within))


def try_again(within: Reach, number: int) -> PolicyDraft:
    """Try a draft by what is known now; raises InputError."""
    draft_or_404(within, number)
    return drafts.try_again(number)


def publish(within: Reach, number: int, digest: str, reason: str) -> PolicyVersion:
    """Put a draft in force; raises InputError."""
    draft_or_404(within, number)
    return drafts.publish(number, digest, reason, _name(within))


def discard(within: Reach, number: int) -> None:
    """Delete a draft; raises InputError."""
    draft_or_404(within, number)
    drafts.discard(number)


def _name(within: Reach) -> str:
    return person_numbered(within.user_id).name


def _require(within: Reach) -> None:
    within.require(Permission.PUBLISH_POLICY)
    if not within.whole:
        raise PermissionDenied(Permission.PUBLISH_POLICY)
