"""Availability of a unit's line per calendar month, from the facts of the line watch. Pure, standard library only.

The one place where these figures are computed. A fact covers the time from `watched_since` (or 35 days back, whichever
is later) to the moment at which it was last seen to hold; outside of it, and inside an interruption of kind
`unwatched`, nothing is known, and that never counts as up.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from math import floor
from typing import Any, Final

from tuanthu_policy.timeline import CODES, Span, cut, joined, overlay, tally

VIETNAM: Final = timezone(timedelta(hours=7))
"""Asia/Ho_Chi_Minh, which has no summer time."""
WINDOW: Final = timedelta(days=35)
"""How far back the list of interruptions reaches."""
KINDS: Final = ("gateway-down", "line-down", "collector-down", "unwatched")
Interval = tuple[datetime, datetime]


@dataclass(frozen=True)
class Availability:
    """Whole seconds of one calendar month; `watched_seconds + unwatched_seconds` is the month's length."""

    month_seconds: int
    watched_seconds: int
    up_seconds: int
    """The line worked; also while only the collector was silent."""
    line_down_seconds: int
    gateway_down_seconds: int
    collector_down_seconds: int
    """Part of `up_seconds`."""

    @property
    def unwatched_seconds(self) -> int:
        """Of these nothing is known: the machine was off, asleep, not yet or no longer watching."""
        return self.month_seconds - self.watched_seconds

    @property
    def up_share(self) -> float | None:
        """Up time as a share of the time that was watched; None where nothing was."""
        return self.up_seconds / self.watched_seconds if self.watched_seconds else None


def month_bounds(year: int, month: int) -> Interval:
    """The beginning of a month and of the next one, as Viet Nam counts them."""
    following = (year + 1, 1) if month == 12 else (year, month + 1)
    return datetime(year, month, 1, tzinfo=VIETNAM), datetime(*following, 1, tzinfo=VIETNAM)


def availability(seen: Iterable[tuple[Mapping[str, Any], datetime]], year: int, month: int) -> Availability:
    """What the facts of a machine's line say of a month, each with the moment at which they were last seen to hold.

    Of two that watched at one moment the later counts. Facts that are malformed say nothing.
    """
    start, end = month_bounds(year, month)
    known: list[Span] = []
    for facts, until in sorted(seen, key=lambda one: one[1]):
        known = overlay(known, told(facts, until))
    found = tally(cut(known, int(start.timestamp()), int(end.timestamp())))
    return Availability(
        month_seconds=int((end - start).total_seconds()),
        watched_seconds=found.watched,
        up_seconds=found.up,
        line_down_seconds=found.line_down,
        gateway_down_seconds=found.gateway_down,
        collector_down_seconds=found.collector_down,
    )


def told(
    facts: Mapping[str, Any], until: datetime, first: datetime | None = None, shift: timedelta = timedelta(0)
) -> list[Span]:
    """The timeline that facts tell, in the clock of `until` and `first`.

    `first` is when the facts were first seen to hold (`until` if none is given): from then on they told of every
    moment up to `until`, and at `first` of the 35 days before. `shift` is what has to be added to the moments inside of
    the facts, which are those of the machine's clock.
    """
    local_first = None if first is None else first - shift
    # Not to have watched contradicts nobody: an older fact may know more, where a journal was lost since.
    return joined(
        (CODES[state], _second(begin + shift), _second(end + shift))
        for state, begin, end in covered(facts, until - shift, local_first)
        if state != "unwatched"
    )


def settled(facts: Mapping[str, Any], until: datetime, shift: timedelta = timedelta(0)) -> bool:
    """Whether no moment inside of the facts lies after `until`: then a later `until` only prolongs the last state."""
    items = facts.get("interruptions")
    given = [facts.get("watched_since")]
    given += (
        [item.get(name) for item in items for name in ("from", "to") if isinstance(item, Mapping)]
        if isinstance(items, list)
        else []
    )
    return all(one is None or one <= until - shift for one in map(moment, given))


def covered(
    facts: Mapping[str, Any], until: datetime, first: datetime | None = None
) -> list[tuple[str, datetime, datetime]]:
    """The states that facts tell, as spans in order, without holes and overlaps; empty for malformed facts."""
    since = moment(facts.get("watched_since"))
    items = facts.get("interruptions")
    if since is None or not isinstance(items, list):
        return []
    at = max(since, min(first or until, until) - WINDOW)
    spans: list[tuple[str, datetime, datetime]] = []
    read = [_interruption(item, until) for item in items]
    broken = [one for one in read if one is not None]
    if len(broken) != len(items):
        return []
    for state, begin, finish in sorted(broken, key=lambda one: (one[1], one[2])):
        start, last = max(begin, at), min(finish, until)
        if start >= last:
            continue
        if start > at:
            spans.append(("up", at, start))
        spans.append((state, start, last))
        at = last
    if at < until:
        spans.append(("up", at, until))
    return spans


def _interruption(item: Any, until: datetime) -> tuple[str, datetime, datetime] | None:
    if not isinstance(item, Mapping) or item.get("kind") not in KINDS:
        return None
    begin = moment(item.get("from"))
    finish = moment(item["to"]) if "to" in item else until
    if begin is None or finish is None or ("to" in item and finish < begin):
        return None
    return str(item["kind"]), begin, finish


def moment(value: object) -> datetime | None:
    """A moment as facts carry it, `2026-11-20T08:00:00Z`; None for anything else."""
    if not isinstance(value, str) or not value.endswith("Z"):
        return None
    try:
        return datetime.fromisoformat(value[:-1]).replace(tzinfo=UTC)
    except ValueError:
        return None


def _second(value: datetime) -> int:
    return floor(value.timestamp())
