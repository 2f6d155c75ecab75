"""Calendar months of Viet Nam by their numbers, and timelines as they are kept for a month."""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache

import msgspec

from tuanthu_policy.availability import VIETNAM, month_bounds
from tuanthu_policy.timeline import Span, Timeline, cut, joined

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(list[int])


def month_of(second: float) -> int:
    """The number of the month in which a moment lies: year × 12 + month - 1."""
    local = datetime.fromtimestamp(second, VIETNAM)
    return local.year * 12 + local.month - 1


@lru_cache(maxsize=512)
def bounds(month: int) -> tuple[int, int]:
    """Its beginning and that of the next one, in seconds."""
    begin, end = month_bounds(*year_and_month(month))
    return int(begin.timestamp()), int(end.timestamp())


def year_and_month(month: int) -> tuple[int, int]:
    """2026 and 11."""
    return month // 12, month % 12 + 1


def month_text(month: int) -> str:
    """`11/2026`."""
    year, number = year_and_month(month)
    return f"{number:02}/{year}"


def split(timeline: Timeline) -> dict[int, list[Span]]:
    """The timeline of each month that it touches."""
    if not timeline:
        return {}
    months = range(month_of(timeline[0][1]), month_of(timeline[-1][2] - 1) + 1)
    parts = {month: cut(timeline, *bounds(month)) for month in months}
    return {month: part for month, part in parts.items() if part}


def together_again(parts: Iterable[Timeline]) -> list[Span]:
    """Months in their order as one timeline."""
    return joined(span for part in parts for span in part)


def pack(month: int, timeline: Timeline) -> bytes:
    """The bytes of a month: for each span its state, the pause before it and its length."""
    numbers: list[int] = []
    at = bounds(month)[0]
    for state, begin, end in timeline:
        numbers += (state, begin - at, end - begin)
        at = end
    return _encoder.encode(numbers)


def unpack(month: int, body: bytes) -> list[Span]:
    """Read them back."""
    numbers = iter(_decoder.decode(body))
    at = bounds(month)[0]
    found: list[Span] = []
    for state, pause, length in zip(numbers, numbers, numbers, strict=True):
        begin = at + pause
        at = begin + length
        found.append((state, begin, at))
    return found
