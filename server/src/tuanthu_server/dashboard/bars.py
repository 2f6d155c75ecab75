"""The geometry of a stacked bar. No figure comes from here: only widths on the screen."""

from collections.abc import Sequence

import msgspec

from tuanthu_policy.outcome import Outcome
from tuanthu_server.compliance.shares import Share
from tuanthu_server.compliance.standing import Counts
from tuanthu_server.outcome_labels import COUNT_FIELDS

WIDTH = 1000
_LEAST = 12
"""A segment that exists is never thinner than this, so that one failing machine of thousands is seen."""


class Segment(msgspec.Struct, frozen=True):
    """One coloured part of a bar."""

    outcome: Outcome
    count: int
    x: int
    width: int


def segments(counts: Counts) -> tuple[Segment, ...]:
    """The parts of a bar, in the order of the labels; assets to which the rule does not apply are left out."""
    parts = [
        (outcome, getattr(counts, name))
        for outcome, name in COUNT_FIELDS.items()
        if outcome is not Outcome.NOTAPPLICABLE and getattr(counts, name)
    ]
    room = WIDTH - _LEAST * len(parts)
    whole = sum(count for _, count in parts)
    result, x = [], 0
    for index, (outcome, count) in enumerate(parts):
        width = WIDTH - x if index == len(parts) - 1 else _LEAST + room * count // whole
        result.append(Segment(outcome, count, x, width))
        x += width
    return tuple(result)


class Column(msgspec.Struct, frozen=True):
    """One upright bar; without a height where nothing is known."""

    x: int
    y: int
    height: int
    level: str
    """`good`, `fair`, `bad` or `none`: its colour."""


_STEP, _HEIGHT = 10, 24
_FAIR, _GOOD = 950, 990
"""Tenths of a per cent from which a column has a better colour."""


def columns(shares: Sequence[Share]) -> tuple[Column, ...]:
    """Upright bars side by side. What lies below 80 % looks all the same, so that 99 and 95 % do not."""
    found = []
    for place, share in enumerate(shares):
        tenths = share.tenths
        height = 2 if tenths is None else max(3, _HEIGHT * (tenths - 800) // 200)
        level = "none" if tenths is None else "good" if tenths >= _GOOD else "fair" if tenths >= _FAIR else "bad"
        found.append(Column(place * _STEP, _HEIGHT - height, height, level))
    return tuple(found)
