"""Pure readings of what ClamAV says and writes; total: None for anything that is not what it should be."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timezone, tzinfo
from typing import Final

HEADER_BYTES: Final = 512
_VERSION: Final = re.compile(r"ClamAV ([0-9][0-9A-Za-z.+~_-]{0,40})(?:/([0-9]{1,9})(?:/(.{1,60}))?)?")
_CTIME: Final = "%a %b %d %H:%M:%S %Y"
_HEADER_TIME: Final = re.compile(r"([0-9]{2}) ([A-Z][a-z]{2}) ([0-9]{4}) ([0-9]{2})-([0-9]{2}) ([+-][0-9]{4})")


@dataclass(frozen=True)
class Version:
    """Answer to VERSION."""

    engine: str
    database: str | None
    """Number of the loaded daily database."""
    database_date: datetime | None


@dataclass(frozen=True)
class Header:
    """First bytes of a .cvd or .cld file."""

    built_at: datetime
    version: str


def parse_version(answer: str, zone: tzinfo | None = None) -> Version | None:
    """`ClamAV 1.4.3` or `ClamAV 1.4.3/27500/Mon Nov 23 09:00:00 2026`.

    The date is in the daemon's local time: `zone`, by default this machine's.
    """
    match = _VERSION.fullmatch(answer.strip("\0 \r\n"))
    if match is None:
        return None
    engine, database, date = match.groups()
    return Version(engine, database, _parse_ctime(date, zone) if date else None)


def _parse_ctime(text: str, zone: tzinfo | None) -> datetime | None:
    try:
        moment = datetime.strptime(" ".join(text.split()), _CTIME).replace(tzinfo=zone)
        return moment.astimezone(timezone.utc)
    except (ValueError, OverflowError, OSError):
        return None


def parse_header(data: bytes) -> Header | None:
    """`ClamAV-VDB:23 Nov 2026 09-00 +0000:27500:…`; colons separate, the time of day has a dash for its colon."""
    fields = data[:HEADER_BYTES].decode("ascii", errors="replace").split(":")
    if len(fields) < 4 or fields[0] != "ClamAV-VDB":
        return None
    time, version = fields[1], fields[2]
    if _HEADER_TIME.fullmatch(time) is None or not 0 < len(version) <= 9 or not version.isdecimal():
        return None
    try:
        built_at = datetime.strptime(time, "%d %b %Y %H-%M %z").astimezone(timezone.utc)
    except (ValueError, OverflowError):
        return None
    return Header(built_at, version)


def parse_config(text: str) -> dict[str, str]:
    """`clamd.conf`: option, white space, value (maybe quoted); the first of a repeated option counts."""
    options: dict[str, str] = {}
    for line in text.splitlines():
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        name, *rest = stripped.split(None, 1)
        options.setdefault(name, rest[0].strip().strip('"') if rest else "")
    return options
