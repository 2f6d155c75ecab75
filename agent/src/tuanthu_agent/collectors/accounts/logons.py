"""When accounts were last used on Linux: lastlog (by number) and wtmp (by name), read as days."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Dict, Final

_LASTLOG: Final = struct.Struct("=I32s256s")
"""Time, terminal, host: 292 bytes for each user number, on 64-bit machines too."""
_WTMP: Final = struct.Struct("=hxxi32s4s32s256shhiii16s20s")
"""Type, process, terminal, id, user, host, exit, session, time, address: 384 bytes."""
_USER_PROCESS: Final = 7
_DAY: Final = 86400


@dataclass(frozen=True)
class Logons:
    """What the records say; days since 1970."""

    by_uid: Dict[int, int]
    by_name: Dict[str, int]
    known_uids: int
    """User numbers below it stand in lastlog, with or without a logon."""


def parse_lastlog(data: bytes) -> Dict[int, int]:
    """User number → day of the last logon; those who never logged on are left out."""
    found = {}
    for uid in range(len(data) // _LASTLOG.size):
        seconds = _LASTLOG.unpack_from(data, uid * _LASTLOG.size)[0]
        if seconds:
            found[uid] = seconds // _DAY
    return found


def parse_wtmp(data: bytes) -> Dict[str, int]:
    """Name → day of the last logon in the record."""
    found: Dict[str, int] = {}
    for start in range(0, len(data) - _WTMP.size + 1, _WTMP.size):
        kind, _, _, _, user, *_, seconds, _, _, _ = _WTMP.unpack_from(data, start)
        name = user.split(b"\0", 1)[0].decode("utf-8", errors="replace")
        if kind == _USER_PROCESS and name and seconds > 0:
            found[name] = max(found.get(name, 0), seconds // _DAY)
    return found


def last_day(logons: Logons, uid: int, name: str) -> int | None:
    """The later of what both records say of one account."""
    days = [day for day in (logons.by_uid.get(uid), logons.by_name.get(name)) if day is not None]
    return max(days) if days else None
