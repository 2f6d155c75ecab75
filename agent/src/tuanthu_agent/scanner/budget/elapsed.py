"""How much time has certainly passed: the ledger's own time, which no clock can push forward or back. Pure.

While a machine runs, its time since boot is believed and the wall clock is not. Over a reboot only the wall clock can
tell; it is believed as far as it exceeds the latest time that it ever showed, and not for more than `MOST_OFF` beyond
the time since the new boot. What is believed is at most what has passed, unless the wall clock was wrong at the very
moment of a reboot; then it is at most `MOST_OFF` too much, which alone unlocks no day.
"""

from dataclasses import dataclass
from typing import Final

from tuanthu_agent.scanner.clock import Reading

MOST_OFF: Final = 20 * 3600.0
"""From noon to the next morning at a station that switches its PC off; less than the day for which a budget holds."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Where the ledger's time stood when both witnesses were last read."""

    time: float
    """Seconds of the ledger's own time."""
    wall: float
    """The latest that the wall clock ever showed (seconds since 1970)."""
    uptime: float
    boot: str


def first_mark(now: Reading) -> Mark:
    """Where a new ledger begins."""
    return Mark(0.0, now.wall.timestamp(), now.uptime, now.boot)


def advance(mark: Mark, now: Reading) -> Mark:
    """The mark of now; its time is never before that of the former one."""
    wall = now.wall.timestamp()
    return Mark(mark.time + passed(mark, now), max(mark.wall, wall), now.uptime, now.boot)


def passed(mark: Mark, now: Reading) -> float:
    """Seconds that have certainly passed since the mark."""
    if now.boot == mark.boot and (now.boot or now.uptime >= mark.uptime):
        return max(0.0, now.uptime - mark.uptime)
    return min(max(0.0, now.wall.timestamp() - mark.wall), now.uptime + MOST_OFF)
