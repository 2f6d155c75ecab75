"""What registry and WMI say, as typed facts; total: None for what is not as it should be."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from typing import Final, Sequence

from tuanthu_agent.windows.moments import rfc3339

_VERSION: Final = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9}){1,5}")
_DAY: Final = re.compile(r"([0-9]{4})[-/.]?([0-9]{2})[-/.]?([0-9]{2})")
_KASPERSKY: Final = re.compile(r"([0-9]{2})-([0-9]{2})-([0-9]{4}) ([0-9]{2})-([0-9]{2})-([0-9]{2})")
_GERMAN_ORDER: Final = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})(?: .{0,20})?")


def as_text(value: object) -> str | None:
    """A text that says something."""
    return (value.strip("\0 \t\r\n") or None) if isinstance(value, str) else None


def as_number(value: object) -> int | None:
    """A number; a boolean is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def as_flag(value: object) -> bool | None:
    """A boolean of WMI."""
    return value if isinstance(value, bool) else None


def as_version(value: object) -> str | None:
    """`4.18.2203.5`; versions of zeros alone mean that nothing is there."""
    text = as_text(value)
    if text is None or _VERSION.fullmatch(text) is None or not text.strip("0."):
        return None
    return text


def moment(day: Sequence[str], time: Sequence[str] = ("0", "0", "0")) -> str | None:
    """A moment in UTC of year, month, day and hour, minute, second; None where no such product can have been then."""
    numbers = [int(part) for part in (*day, *time)]
    try:
        made = datetime(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5], tzinfo=timezone.utc)
    except ValueError:
        return None
    return rfc3339(made) if 2000 <= made.year < 2200 else None


def parse_day(value: object) -> str | None:
    """`20261123`, `2026-11-23`, `2026/11/23`: the beginning of that day in UTC; a number counts as its digits."""
    text = str(value) if as_number(value) is not None else as_text(value)
    match = _DAY.fullmatch(text or "")
    return moment(match.groups()) if match else None


def parse_kaspersky_moment(value: object) -> str | None:
    """`23-11-2026 07-30-00`, day first, in UTC."""
    match = _KASPERSKY.fullmatch(as_text(value) or "")
    if match is None:
        return None
    day, month, year, *time = match.groups()
    return moment((year, month, day), time)


def parse_dotted_day(value: object) -> str | None:
    """`31.12.2027`, day first."""
    match = _GERMAN_ORDER.fullmatch(as_text(value) or "")
    return moment((match.group(3), match.group(2), match.group(1))) if match else None


def parse_version_with_day(value: object) -> tuple[str | None, str | None]:
    """`14533 (20161201)`: number and day of ESET's signatures."""
    match = re.fullmatch(r"([0-9.]{1,20}) \(([0-9]{8})\)", as_text(value) or "")
    return (match.group(1), parse_day(match.group(2))) if match else (None, None)
