"""Reading values that products print: words, moments, lists of keys. Pure and total: None for what is not known.

A word is only taken for what it is known to mean; a translated or new one means nothing.
"""

from __future__ import annotations

import json
import re
from datetime import datetime, timezone, tzinfo
from typing import Any, Final, Mapping

LONGEST_TEXT: Final = 200
_MOMENT: Final = re.compile(
    r"([0-9]{4})-([0-9]{2}|[A-Z][a-z]{2})-([0-9]{2})(?:[ T,]+([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?)?"
)
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_FIRST_YEAR: Final = 2000
"""Products show 1970 or 1601 for never."""
_LAST_YEAR: Final = 2200


def key_values(text: str, separator: str = ":") -> dict[str, str]:
    """`Key: value` lines; dashes before a key and white space around both are dropped, the first of a key counts."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        key, there, value = line.partition(separator)
        key = key.strip(" \t-")
        if there and key:
            found.setdefault(key, value.strip())
    return found


def json_object(text: str) -> dict[str, Any]:
    """A JSON object; empty for anything else."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def texts_of(text: str) -> dict[str, str]:
    """Settings in either of two forms that some tools print: a JSON object of texts, or `Key: value` lines."""
    if text.lstrip().startswith("{"):
        return {key.strip(): value.strip() for key, value in json_object(text).items() if isinstance(value, str)}
    return key_values(text)


def meaning(words: Mapping[str, bool], value: str | None) -> bool | None:
    """What a word means, whatever its case."""
    return None if value is None else words.get(" ".join(value.lower().split()))


def rfc3339(moment: datetime) -> str | None:
    """Whole seconds in UTC: `2026-11-24T09:00:00Z`; None where the calendar ends or no product can have been."""
    try:
        utc = moment.astimezone(timezone.utc)
    except (OverflowError, OSError, ValueError):
        return None
    return utc.strftime("%Y-%m-%dT%H:%M:%SZ") if _FIRST_YEAR <= utc.year <= _LAST_YEAR else None


def moment(text: str | None, zone: tzinfo | None = None) -> str | None:
    """`2026-11-24`, `2026-11-24 09:00[:00]` or `2026-Nov-24 …` at the beginning of a text.

    In `zone`, by default this machine's: east of Greenwich, where the machines are, that is never too new.
    """
    match = _MOMENT.match(text.strip()) if text else None
    if match is None:
        return None
    year, month, day, *time = match.groups()
    try:
        number = _MONTHS.index(month) + 1 if month.isalpha() else int(month)
        hour, minute, second = (int(one or 0) for one in time)
        return rfc3339(datetime(int(year), number, int(day), hour, minute, second, tzinfo=zone))
    except ValueError:
        return None


def from_epoch(value: object, per_second: int = 1) -> str | None:
    """Seconds (or milliseconds, with 1000) since 1970, as a number or as digits."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    try:
        return rfc3339(datetime.fromtimestamp(value // per_second, timezone.utc))
    except (ValueError, OverflowError, OSError):
        return None


def version(text: str | None) -> str | None:
    """A version number at the beginning of a text: digits and dots, at least two numbers."""
    match = re.match(r"[0-9]{1,10}(?:\.[0-9]{1,10}){1,5}", text.strip()) if text else None
    return match.group() if match else None


def clean(text: str, most: int = LONGEST_TEXT) -> str:
    """A text that any page can show: no control characters, no halves of characters, not too long."""
    shown = text.encode("utf-8", "replace").decode("utf-8")
    shown = "".join(one if one.isprintable() else "?" for one in shown)
    return shown if len(shown) <= most else shown[: most - 1] + "…"
