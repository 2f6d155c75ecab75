"""Holding up whoever guesses: waiting times that double with each failure, and never lock anybody out for good.

Every attempt is counted before it is judged, so that a thousand at once count as a thousand; a success takes it back.
While somebody is held up, attempts are refused unjudged and count nothing: the wait ends, whoever keeps trying.
"""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec
from django.db import transaction

from tuanthu_server.accounts.models import Attempts

LONGEST: Final = timedelta(minutes=15)
FORGOTTEN: Final = timedelta(hours=24)
"""Without failures for so long, counting starts anew."""
DRAIN: Final = LONGEST
"""An address loses one failure in this time, so that typing errors of a whole hospital do not add up over days; whoever
guesses is let through no more often than that anyway."""


class Limit(msgspec.Struct, frozen=True):
    """What is counted, and how many failures are free."""

    subject: str
    free: int
    forgiven: bool = True
    """Whether a success forgets all failures; of an address it takes back only its own attempt, and failures drain."""


def account(name: str) -> Limit:
    """Failures of an account, whether there is one of that name or not."""
    return Limit(f"account {name.casefold()}", 5)


def known_browser(mark: str) -> Limit:
    """Failures of a browser in which the account's owner signed in before: nobody else can hold it up."""
    return Limit(f"browser {mark}", 5)


def address(ip: str) -> Limit:
    """Failures of an address, behind which a whole hospital may be."""
    return Limit(f"address {ip}", 30, forgiven=False)


def second_factor(user_id: int) -> Limit:
    """Wrong codes of somebody who knew the password."""
    return Limit(f"second {user_id}", 5)


def attempt(limits: Iterable[Limit], now: datetime | None = None) -> timedelta | None:
    """Count an attempt as failed; returns how long to wait where it must not even be judged."""
    at = now or datetime.now(UTC)
    wanted = sorted(limits, key=_key)
    with transaction.atomic():
        rows = [_locked(limit, at) for limit in wanted]
        waits = [row.held_until - at for row in rows if row.held_until is not None and row.held_until > at]
        if waits:
            return max(waits)
        for row, limit in zip(rows, wanted, strict=True):
            _forget(row, limit, at)
            row.failures += 1
            row.held_until = at + wait_after(row.failures - limit.free) if row.failures >= limit.free else None
            row.save()
    return None


def succeeded(limits: Iterable[Limit]) -> None:
    """Take the attempt back."""
    with transaction.atomic():
        for limit in sorted(limits, key=_key):
            if limit.forgiven:
                Attempts.objects.filter(key=_key(limit)).delete()
                continue
            row = Attempts.objects.select_for_update().filter(key=_key(limit)).first()
            if row is not None:
                row.failures = max(0, row.failures - 1)
                row.held_until = None if row.failures < limit.free else row.held_until
                row.save()


def wait_after(over: int) -> timedelta:
    """2, 4, 8 … seconds for failures beyond the free ones, at most `LONGEST`."""
    return min(LONGEST, timedelta(seconds=2 ** min(over + 1, 20)))


def sweep_up(now: datetime | None = None) -> None:
    """Remove what is forgotten."""
    Attempts.objects.filter(last_at__lt=(now or datetime.now(UTC)) - FORGOTTEN).delete()


def _forget(row: Attempts, limit: Limit, at: datetime) -> None:
    """Take off what time has taken off; `last_at` becomes the moment up to which that is done."""
    drained = 0 if limit.forgiven else max(0, (at - row.last_at) // DRAIN)
    if at - row.last_at > FORGOTTEN or drained >= row.failures:
        row.failures, row.last_at = 0, at
    elif limit.forgiven:
        row.last_at = at
    else:
        row.failures -= drained
        row.last_at += drained * DRAIN


def _locked(limit: Limit, at: datetime) -> Attempts:
    Attempts.objects.bulk_create([Attempts(key=_key(limit), last_at=at)], ignore_conflicts=True)
    return Attempts.objects.select_for_update().get(key=_key(limit))


def _key(limit: Limit) -> bytes:
    return hashlib.sha256(limit.subject.encode("utf-8", "surrogatepass")).digest()
