"""Counters of an interface as a coarse and therefore stable word. Pure."""

from __future__ import annotations

from typing import Final

ENOUGH_PACKETS: Final = 10_000
HIGH_IN_PACKETS: Final = 1_000


def error_level(errors: int | None, packets: int | None) -> str | None:
    """`none`: no error was counted; `low`: fewer than one in 1,000 packets; `high`: that many or more.

    Both directions together, since the interface was brought up. None: not known, nothing was carried, or there were
    errors among so few packets (under 10,000) that no ratio can be told.
    """
    if errors is None or packets is None or errors < 0 or packets < 0 or errors + packets == 0:
        return None
    if errors == 0:
        return "none"
    if errors + packets < ENOUGH_PACKETS:
        return None
    return "high" if errors * HIGH_IN_PACKETS >= errors + packets else "low"
