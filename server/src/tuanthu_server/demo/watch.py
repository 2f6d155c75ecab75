"""What the line watch of a simulated machine saw: its unit's outages and the collector's, while the machine was on."""

import random
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from tuanthu_policy.availability import VIETNAM, WINDOW
from tuanthu_policy.timeline import COLLECTOR_DOWN, DOWN, GATEWAY_DOWN, LINE_DOWN, NAMES, UP, Span, cut, joined, overlay
from tuanthu_server.demo.scene import Scene, utc

_DAY: Final = 86400
_MINUTE: Final = 60
_BAD: Final = 0.04
"""Part of the units whose line is bad."""
_ALWAYS_ON: Final = 0.25
"""Part of the workstations that are never switched off."""
STARTS: Final = (400, 450)
"""Minutes of a day between which a machine that is switched off at night is switched on."""
_STEPS: Final = (672, 336, 168, 72, 24, 8, 1)


def watched(scene: Scene, since: datetime) -> dict[str, Any]:
    """The facts of a watch that began at `since`, as the machine tells them at the scene's moment."""
    until = int(scene.at.timestamp())
    begin = max(int(since.timestamp()), until - int(WINDOW.total_seconds()))
    seen = timeline(scene, begin, until) if scene.line is None else cut(scene.line, begin, until)
    items = _interruptions(seen, begin, until)
    down = [item.get("seconds", 0) for item in items if item["kind"] in {NAMES[state] for state in DOWN}]
    hours = sum(end - start for _, start, end in seen) // 3600
    return {
        "watched_since": utc(since),
        "line_state": NAMES[seen[-1][0]] if seen else "unwatched",
        "interruptions": items,
        "interruption_count": len(down),
        "longest_interruption_seconds": max(down, default=0),
        "watched_hours": next((step for step in _STEPS if hours >= step), 0),
    }


def timeline(scene: Scene, begin: int, until: int) -> list[Span]:
    """States from one second to another; nothing where the machine was off."""
    days = range((begin + 7 * 3600) // _DAY, (until + 7 * 3600) // _DAY + 1)
    on = overlay(
        joined(span for day in days for span in hours_on(scene.number, day, server=scene.server)),
        [(UP, until - 3600, until)],
    )
    seen: list[Span] = on
    for trouble in [*(one for day in days for one in outages(scene.unit, day)), *map(_collector, days)]:
        seen = overlay(seen, [(trouble[0], *part[1:]) for part in cut(on, trouble[1], trouble[2])])
    return cut(seen, begin, until)


@lru_cache(maxsize=1000)
def is_always_on(number: int, *, server: bool) -> bool:
    """Whether the machine is never switched off."""
    return server or random.Random(f"{number}/on").random() < _ALWAYS_ON  # noqa: S311 - invented facts, no secrets


def hours_on(number: int, day: int, *, server: bool) -> list[Span]:
    """When the machine was on, on a day counted from 1970 in Viet Nam."""
    midnight = _midnight(day)
    if is_always_on(number, server=server):
        return [(UP, midnight, midnight + _DAY)]
    draw = random.Random(number * 100_000 + day)  # noqa: S311
    weekday = datetime.fromtimestamp(midnight, VIETNAM).weekday()
    if weekday == 6 or draw.random() < (0.7 if weekday == 5 else 0.03):
        return []
    ends = draw.randint(685, 720) if weekday == 5 else draw.randint(985, 1060)
    return [(UP, midnight + draw.randint(*STARTS) * _MINUTE, midnight + ends * _MINUTE)]


@lru_cache(maxsize=100_000)
def outages(unit: str, day: int) -> tuple[Span, ...]:
    """The outages of a unit on a day: of most one in two months, of a few with a bad line every other day."""
    bad = random.Random(f"{unit}/line").random() < _BAD  # noqa: S311
    draw = random.Random(f"{unit}/outage/{day}")  # noqa: S311
    if draw.random() > (0.45 if bad else 0.03):
        return ()
    state = LINE_DOWN if draw.random() < 0.7 else GATEWAY_DOWN
    begin = _midnight(day) + draw.randint(380, 960) * _MINUTE
    length = draw.choice((8, 25, 50, 130, 330) if bad else (3, 5, 8, 15, 25, 40, 70, 90, 120, 310))
    return ((state, begin, begin + length * _MINUTE + draw.randint(0, 59)),)


@lru_cache(maxsize=10_000)
def _collector(day: int) -> Span:
    """When the collector did not answer; mostly never."""
    draw = random.Random(f"collector/{day}")  # noqa: S311
    begin = _midnight(day) + draw.randint(420, 1000) * _MINUTE
    return COLLECTOR_DOWN, begin, begin + (draw.randint(6, 70) * _MINUTE if draw.random() < 0.025 else 0)


def _midnight(day: int) -> int:
    return day * _DAY - 7 * 3600


def _interruptions(seen: list[Span], begin: int, until: int) -> list[dict[str, Any]]:
    """All that is not up, oldest first."""
    items, at = [], begin
    for state, start, end in [*seen, (UP, until, until)]:
        if start > at:
            items.append(_item("unwatched", at, start))
        if state != UP:
            items.append(_item(NAMES[state], start, None if end == until else end))
        at = end
    return items


def _item(kind: str, begin: int, end: int | None) -> dict[str, Any]:
    item: dict[str, Any] = {"kind": kind, "from": utc(datetime.fromtimestamp(begin, UTC))}
    return item if end is None else item | {"to": utc(datetime.fromtimestamp(end, UTC)), "seconds": end - begin}


def looks_before(at: datetime, count: int) -> list[datetime]:
    """Moments at which a machine looked before, the oldest first, so close that no time between them is lost."""
    return [at - place * (WINDOW - timedelta(days=1)) for place in range(count, 0, -1)]
