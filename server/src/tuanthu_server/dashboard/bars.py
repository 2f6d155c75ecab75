"""The geometry of a stacked bar. No figure comes from here: only widths on the screen."""

import msgspec

from tuanthu_policy.outcome import Outcome
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
