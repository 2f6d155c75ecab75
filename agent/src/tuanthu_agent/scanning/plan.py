"""When a unit's network is scanned: at a minute of the scope's window that differs from unit to unit. Pure."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import msgspec

from tuanthu_agent.scanner.clock import VIETNAM
from tuanthu_policy.scan_scope import ScanScope

HOUR: Final = 3600.0
DAY: Final = 24 * HOUR
SHORTEST_RUN: Final = 15 * 60.0
"""Less than this is left of a window: the next one is waited for."""
FIRST_PAUSE: Final = 15 * 60.0
"""After a run that broke off; doubled with each further one of the same window."""
SLACK: Final = 0.25
"""By this part of the wanted interval a run may begin early: windows do not open to the second."""
LOOK_AHEAD: Final = 40


@dataclass(frozen=True, slots=True)
class Window:
    """When scans are allowed, once; seconds since 1970."""

    opens: float
    closes: float


@dataclass(frozen=True, slots=True)
class Run:
    """One run that is planned."""

    window: Window
    start: float


@dataclass(frozen=True, slots=True)
class Past:
    """What is remembered of former runs; seconds since 1970, 0 for none."""

    done: float = 0.0
    """Opening of the window of the last run that came to its end."""
    tried: float = 0.0
    """When the last run began."""
    tries: int = 0
    """Runs that began in the window that is open."""


def next_run(scope: ScanScope, hours: int, seed: str, now: float, past: Past) -> Run | None:
    """The run to come, or the one that is due now; None where the scope allows none any more.

    A run that was missed or broke off is made up while its window is open. What lies in the future was written by a
    clock that was wrong, and counts for nothing.
    """
    done = past.done if past.done <= now else 0.0
    tried = past.tried if past.tried <= now else 0.0
    for window in windows(scope, hours, now):
        if done and window.opens < done + max(1, hours) * HOUR * (1 - SLACK):
            continue
        start = max(planned_start(window, seed), now)
        if tried >= window.opens:
            start = max(start, tried + FIRST_PAUSE * 2 ** min(max(past.tries - 1, 0), 6))
        if start + shortest(window) <= window.closes:
            return Run(window, start)
    return None


def shortest(window: Window) -> float:
    """How much of a window must be left for a run; a short one cannot be choosy."""
    return min(SHORTEST_RUN, (window.closes - window.opens) / 4)


def planned_start(window: Window, seed: str) -> float:
    """A whole minute of the window's first half, by chance but the same each time it is asked for."""
    minutes = int((window.closes - window.opens) / 2 / 60)
    if minutes < 1:
        return window.opens
    drawn = int.from_bytes(hashlib.sha256(f"{seed} {window.opens:.0f}".encode()).digest()[:8], "big")
    return window.opens + drawn % minutes * 60.0


def windows(scope: ScanScope, hours: int, now: float) -> Iterator[Window]:
    """Those that are open or come, within the scope's validity; without a window of its own, parts of each day."""
    first, last = scope.not_before.timestamp(), scope.not_after.timestamp()
    day = datetime.fromtimestamp(max(now, first), VIETNAM).replace(hour=0, minute=0, second=0, microsecond=0)
    for number in range(-1, LOOK_AHEAD):
        midnight = (day + timedelta(days=number)).timestamp()
        for opens, closes in of_day(scope, hours):
            window = Window(max(midnight + opens, first), min(midnight + closes, last))
            if window.closes > max(now, window.opens):
                yield window


def of_day(scope: ScanScope, hours: int) -> list[tuple[float, float]]:
    """Opening and closing in seconds since midnight in Viet Nam."""
    if isinstance(scope.window, msgspec.UnsetType):
        part = DAY / max(1, round(24 / min(max(hours, 1), 24)))
        return [(place * part, (place + 1) * part) for place in range(round(DAY / part))]
    opens, closes = seconds_of(scope.window.start), seconds_of(scope.window.end)
    return [(opens, closes if closes > opens else closes + DAY)]


def seconds_of(text: str) -> float:
    """Seconds since midnight of `HH:MM`."""
    hours, minutes = text.split(":")
    return int(hours) * HOUR + int(minutes) * 60.0
