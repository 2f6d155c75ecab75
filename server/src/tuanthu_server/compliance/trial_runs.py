"""Trials of drafts, carried on by whichever collector process is free; what they come to is kept."""

import itertools
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final

import msgspec
import zstandard
from django.db import transaction
from django.db.models import Q

from tuanthu_policy.errors import PolicyError
from tuanthu_policy.policy import Policy
from tuanthu_policy.published import MAX_BUNDLE_BYTES
from tuanthu_server.compliance.models import PolicyDraft, PolicyTrial, TrialPart, TrialState
from tuanthu_server.compliance.policies import in_force, of_digest
from tuanthu_server.compliance.trial import Group, Judges, Row, Tally, assets_to_judge
from tuanthu_server.errors import InputError
from tuanthu_server.inventory import store as stores
from tuanthu_server.inventory.models import Asset

LEASE: Final = timedelta(seconds=60)
"""A process that says nothing for so long is taken to be dead. A group takes a second."""
MOST_ATTEMPTS: Final = 5
"""A trial that ends its process is not begun for ever."""
AT_ONCE: Final = 500
NEWEST: Final = "SELECT COALESCE(MAX(id), 0) FROM inventory_observation"
MOVED_ON: Final = "SELECT COUNT(DISTINCT asset_id) FROM inventory_currentobservation WHERE observation_id > %s"
INTERRUPTED: Final = InputError(
    f"Lần thử bị ngắt {MOST_ATTEMPTS} lần khi đang chạy; hãy xem nhật ký của máy chủ rồi thử lại",
    f"The trial was broken off {MOST_ATTEMPTS} times while it ran; see the collector's log, then try again",
)
_ROWS: Final = msgspec.msgpack.Decoder(list[Row])


def ask(draft: PolicyDraft) -> PolicyTrial:
    """Have a draft tried, in place of the trial before; the caller holds its row."""
    PolicyTrial.objects.filter(draft=draft).delete()
    return PolicyTrial.objects.create(draft=draft, asked_at=datetime.now(UTC))


def carry_on(going_on: Callable[[], bool] = lambda: True) -> int:
    """Work at trials that nobody works at, to their end or until told to stop; how many came to their end here."""
    ended = 0
    while going_on() and (trial := _taken()) is not None:
        ended += _run(trial, going_on)
    return ended


def run_now(number: int, progress: Callable[[int, int], None]) -> PolicyTrial:
    """Have the trial of a draft come to its end, here or in the process that works at it already; raises InputError."""
    while True:
        taken = _taken(number)
        if taken is not None:
            _run(taken, lambda: True, progress)
        trial = PolicyTrial.objects.filter(draft=number).first()
        if trial is None:
            raise InputError(f"Dự thảo số {number} đã bị bỏ", f"Draft {number} was discarded")
        if trial.state in (TrialState.DONE, TrialState.FAILED):
            return trial
        progress(tally_of(trial).whole.assets, trial.total)
        time.sleep(1)


def tally_of(trial: PolicyTrial) -> Tally:
    """What it came to so far."""
    return msgspec.msgpack.decode(bytes(trial.tally), type=Tally) if trial.tally else Tally()


def rows_of(trial: PolicyTrial, code: str = "") -> Iterator[tuple[str, Row]]:
    """Every change that was found, or those of one rule or control: by code, in the order of assets."""
    parts = TrialPart.objects.filter(trial=trial, **({"code": code} if code else {}))
    for part in parts.order_by("code", "first_asset").iterator(200):
        for row in _ROWS.decode(bytes(part.body)):
            yield part.code, row


def named_rows(trial: PolicyTrial) -> Iterator[tuple[str, Row, str]]:
    """Every change with the name of its asset, a few hundred at a time."""
    found = rows_of(trial)
    while some := list(itertools.islice(found, AT_ONCE)):
        names = dict(Asset.objects.filter(pk__in={row.asset for _, row in some}).values_list("pk", "name"))
        yield from ((code, row, names.get(row.asset, "")) for code, row in some)


def moved_on(trial: PolicyTrial) -> int:
    """Assets with newer evidence than there was when the trial began."""
    return int(stores.current().rows(MOVED_ON, [trial.evidence])[0][0])


def policy_of(draft: PolicyDraft) -> Policy:
    """The policy of a draft, whole and unchanged; raises InputError for what is not what was kept."""
    return _compiled(bytes(draft.body), draft.digest)


@lru_cache(maxsize=4)
def _compiled(body: bytes, digest: str) -> Policy:
    raw = zstandard.ZstdDecompressor().decompress(body, max_output_size=MAX_BUNDLE_BYTES)
    try:
        policy = Policy.from_bundle(raw)
    except PolicyError as error:
        raise InputError(error.vi, error.en) from None
    if policy.digest != digest:
        raise InputError("Dự thảo không còn nguyên vẹn", "The draft is not what was kept")
    return policy


def _taken(draft: int | None = None) -> PolicyTrial | None:
    """A trial that nobody works at, with a lease on it; None for none."""
    now = datetime.now(UTC)
    free = Q(state=TrialState.WAITING) | Q(state=TrialState.RUNNING, lease_until__lt=now)
    wanted = PolicyTrial.objects.filter(free, **({} if draft is None else {"draft": draft}))
    if not wanted.exists():  # most often there is none, and nobody is held up by a lock
        return None
    with transaction.atomic():
        trial = wanted.select_for_update(skip_locked=True).order_by("pk").first()
        if trial is None:
            return None
        trial.attempts += 1
        if trial.attempts > MOST_ATTEMPTS:
            _end(trial, INTERRUPTED)
            return None
        if trial.began_at is None and not _begin(trial, now):
            return None
        trial.state, trial.worker, trial.lease_until = TrialState.RUNNING, uuid.uuid4().hex, now + LEASE
        trial.save()
        return trial


def _begin(trial: PolicyTrial, now: datetime) -> bool:
    try:
        trial.present_digest = in_force(now).digest
    except InputError as error:
        _end(trial, error)
        return False
    trial.began_at, trial.total = now, assets_to_judge()
    trial.evidence = stores.current().rows(NEWEST)[0][0]
    return True


def _run(trial: PolicyTrial, going_on: Callable[[], bool], progress: Callable[[int, int], None] | None = None) -> bool:
    """Whether it came to its end here, and was not given back or lost to another process."""
    draft = PolicyDraft.objects.filter(pk=trial.draft_id).first()
    if draft is None:  # discarded just now
        return False
    try:
        judges = Judges(of_digest(trial.present_digest), policy_of(draft))
    except InputError as error:
        _end(trial, error)
        return True
    tally = tally_of(trial)
    while going_on():
        group = judges.next_group(trial.last_asset, datetime.now(UTC))
        if group is not None:
            tally.add(group)
        if not _kept(trial, group, tally):
            return False
        if group is None:
            return True
        if progress is not None:
            progress(tally.whole.assets, max(tally.whole.assets, trial.total))
    PolicyTrial.objects.filter(pk=trial.pk, worker=trial.worker).update(
        state=TrialState.WAITING, worker="", lease_until=None, attempts=trial.attempts - 1
    )
    return False


def _kept(trial: PolicyTrial, group: Group | None, tally: Tally) -> bool:
    """Keep a group and how far the trial is, both or neither; False where the trial is not ours any more."""
    now = datetime.now(UTC)
    with transaction.atomic():
        ours = PolicyTrial.objects.select_for_update().filter(
            pk=trial.pk, worker=trial.worker, state=TrialState.RUNNING
        )
        if not list(ours.values_list("pk")):  # this takes the lock
            return False
        if group is None:
            ours.update(state=TrialState.DONE, ended_at=now, lease_until=None)
            return True
        TrialPart.objects.bulk_create(
            TrialPart(
                trial=trial,
                code=code,
                first_asset=rows[0].asset,
                assets=len(rows),
                body=msgspec.msgpack.encode(rows),
            )
            for code, rows in group.changes.items()
            if not code.startswith("@")
        )
        ours.update(last_asset=group.last, tally=msgspec.msgpack.encode(tally), lease_until=now + LEASE)
    trial.last_asset = group.last
    return True


def _end(trial: PolicyTrial, error: InputError) -> None:
    trial.state, trial.ended_at, trial.lease_until = TrialState.FAILED, datetime.now(UTC), None
    trial.failure_vi, trial.failure_en = error.vi[:500], error.en[:500]
    trial.save()
