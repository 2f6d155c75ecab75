"""Windows' ways of writing a moment, read as RFC 3339 in UTC; total: None for what is no moment."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import Final

_FILETIME_EPOCH: Final = datetime(1601, 1, 1, tzinfo=timezone.utc)
_CIM: Final = re.compile(r"([0-9]{14})\.([0-9]{6})([+-])([0-9]{3})")
_NEVER: Final = (0, 0x7FFFFFFFFFFFFFFF)


def rfc3339(moment: datetime) -> str:
    """Whole seconds, UTC: `2026-11-24T09:00:00Z`."""
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def from_filetime(ticks: int) -> str | None:
    """Ticks of 100 ns since 1601; 0 and the largest number mean never."""
    if ticks in _NEVER or ticks < 0:
        return None
    try:
        return rfc3339(_FILETIME_EPOCH + timedelta(microseconds=ticks // 10))
    except OverflowError:
        return None


def from_filetime_bytes(data: bytes) -> str | None:
    """Eight bytes of a REG_BINARY, little end first."""
    return from_filetime(int.from_bytes(data, "little")) if len(data) == 8 else None


def from_unix(seconds: float) -> str | None:
    """Seconds since 1970."""
    try:
        return rfc3339(datetime.fromtimestamp(int(seconds), timezone.utc)) if seconds > 0 else None
    except (OverflowError, OSError, ValueError):
        return None


def from_cim(text: str) -> str | None:
    """WMI's `20261124160000.000000+420`: local time with the offset from UTC in minutes."""
    match = _CIM.fullmatch(text.strip()) if isinstance(text, str) else None
    if match is None:
        return None
    try:
        local = datetime.strptime(match.group(1), "%Y%m%d%H%M%S")  # noqa: DTZ007  the offset follows
        offset = timedelta(minutes=int(match.group(3) + match.group(4)))
        return rfc3339(local.replace(tzinfo=timezone(offset)))
    except (ValueError, OverflowError):
        return None
