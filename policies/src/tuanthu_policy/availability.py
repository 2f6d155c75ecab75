"""Availability of a unit's line per calendar month, from the facts of the line watch. Pure, standard library only.

The one place where these figures are computed. A fact covers the time from `watched_since` (or 35 days back, whichever
is later) to the moment at which it was last seen to hold; outside of it, and inside an interruption of kind
`unwatched`, nothing is known, and that never counts as up.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final

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
    """What facts of the kind `wan` say of a month, each with the moment at which it was last seen to hold.

    Of two that watched at one moment the later counts. Facts that are malformed say nothing.
    """
    start, end = month_bounds(year, month)
    open_parts: list[Interval] = [(start, end)]
    seconds: dict[str, float] = dict.fromkeys(("up", *KINDS), 0.0)
    for facts, until in sorted(seen, key=lambda one: one[1], reverse=True):
        # Not to have watched contradicts nobody: an older fact may know more, where a journal was lost since.
        spans = [span for span in covered(facts, until) if span[0] != "unwatched"]
        for state, begin, finish in spans:
            seconds[state] += sum(_length(part, (begin, finish)) for part in open_parts)
        for _, begin, finish in spans:
            open_parts = [rest for part in open_parts for rest in _without(part, (begin, finish))]
    down = seconds["line-down"] + seconds["gateway-down"]
    up = seconds["up"] + seconds["collector-down"]
    return Availability(
        month_seconds=int((end - start).total_seconds()),
        watched_seconds=int(up + down),
        up_seconds=int(up),
        line_down_seconds=int(seconds["line-down"]),
        gateway_down_seconds=int(seconds["gateway-down"]),
        collector_down_seconds=int(seconds["collector-down"]),
    )


def covered(facts: Mapping[str, Any], until: datetime) -> list[tuple[str, datetime, datetime]]:
    """The states that facts tell, as spans in order, without holes and overlaps; empty for malformed facts."""
    since = moment(facts.get("watched_since"))
    items = facts.get("interruptions")
    if since is None or not isinstance(items, list):
        return []
    at = max(since, until - WINDOW)
    spans: list[tuple[str, datetime, datetime]] = []
    read = [_interruption(item, until) for item in items]
    broken = [one for one in read if one is not None]
    if len(broken) != len(items):
        return []
    for state, begin, finish in sorted(broken, key=lambda one: (one[1], one[2])):
        first, last = max(begin, at), min(finish, until)
        if first >= last:
            continue
        if first > at:
            spans.append(("up", at, first))
        spans.append((state, first, last))
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


def _length(one: Interval, other: Interval) -> float:
    return max(0.0, (min(one[1], other[1]) - max(one[0], other[0])).total_seconds())


def _without(part: Interval, taken: Interval) -> list[Interval]:
    """What is left of a part."""
    if taken[1] <= part[0] or taken[0] >= part[1]:
        return [part]
    rest = [(part[0], taken[0]), (taken[1], part[1])]
    return [one for one in rest if one[0] < one[1]]
