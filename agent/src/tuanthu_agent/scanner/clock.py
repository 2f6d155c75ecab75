"""What time it is, by two witnesses: the wall clock, which people and NTP set, and the time since boot."""

import os
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import Final, Protocol

VIETNAM: Final = timezone(timedelta(hours=7))
"""Asia/Ho_Chi_Minh, which has no summer time; Windows has no time zone database to ask."""
_BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class Reading:
    """Both witnesses at one moment."""

    wall: datetime
    """UTC; can be wrong, and can jump either way."""
    uptime: float
    """Seconds since boot, sleep included; never runs backwards between two boots."""
    boot: str
    """Which boot; empty where the system does not say."""


class Clock(Protocol):
    """Reads the time."""

    def read(self) -> Reading:
        """Both witnesses now."""
        ...


class SystemClock:
    """This machine's clocks."""

    def read(self) -> Reading:
        """Both witnesses now."""
        return Reading(datetime.now(UTC), uptime(), boot_id())


def uptime() -> float:
    """Seconds since boot, those of sleep included (Windows counts them in its monotonic clock)."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


@cache
def boot_id() -> str:
    """The kernel's name for this boot; empty where there is none (not Linux)."""
    if os.name != "posix":
        return ""
    try:
        return _BOOT_ID.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""
