"""Reading the texts that stand for moments, versions and addresses; each reader is total.

A reader never raises: None means that the text is not what it should be, and the leaf that asked becomes unknown.
"""

import ipaddress
import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
LONGEST_TEXT: Final = 64
"""No moment, version or address is longer; longer texts are refused before they reach a cache."""

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Version = tuple[tuple[int, ...], bool]
"""Numbers without trailing zeros, and whether a pre-release mark follows them."""

_MOMENT: Final = re.compile(r"[0-9]{4}(-[0-9]{2}){2}T[0-9]{2}(:[0-9]{2}){2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})")
_VERSION: Final = re.compile(r"v?([0-9]{1,12}(?:\.[0-9]{1,12}){0,7})(.*)")
_BEFORE_RELEASE: Final = re.compile(r"~|[-._+]?(alpha|beta|rc|dev|pre|preview|a[0-9]|b[0-9])", re.IGNORECASE)


def microseconds(moment: datetime) -> int:
    """Whole microseconds since 1970; raises TypeError for a moment without a time zone."""
    span = moment - EPOCH
    return (span.days * 86_400 + span.seconds) * 1_000_000 + span.microseconds


def span_microseconds(span: timedelta) -> int:
    """Whole microseconds of a length of time."""
    return span // timedelta(microseconds=1)


def instant(text: object) -> int | None:
    """Microseconds since 1970 of an RFC 3339 text with its offset, else None."""
    if type(text) is not str or len(text) > LONGEST_TEXT or _MOMENT.fullmatch(text) is None:
        return None
    try:
        return microseconds(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        return None


@lru_cache(maxsize=4_096)
def _version(text: str) -> Version | None:
    shape = _VERSION.fullmatch(text.strip())
    if shape is None:
        return None
    numbers = [int(part) for part in shape[1].split(".")]
    while len(numbers) > 1 and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers), _BEFORE_RELEASE.match(shape[2].strip()) is not None


def version(text: object) -> Version | None:
    """The numbers of a version such as `1.4.3+dfsg-1` or `10.0.19045`, else None."""
    return _version(text) if type(text) is str and len(text) <= LONGEST_TEXT else None


@lru_cache(maxsize=4_096)
def _address(text: str) -> Address | None:
    try:
        found = ipaddress.ip_interface(text).ip
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return mapped or found


def address(text: object) -> Address | None:
    """The address of `10.0.0.7`, `10.0.0.7/24` or an IPv6 text, else None; an IPv4-mapped one counts as IPv4."""
    return _address(text) if type(text) is str and len(text) <= LONGEST_TEXT else None
