"""Counts and shares as the snapshot keeps them; the arithmetic is that of `compliance`."""

from collections.abc import Iterable

import msgspec

from tuanthu_server.compliance.shares import Share
from tuanthu_server.compliance.standing import Counts
from tuanthu_server.reports.snapshot.counts import OutcomeCounts, Ratio

_TINY = 0.0005
"""Stands in spreadsheets for a share above 0 and below 0.1 %."""
_OUTCOMES = ("passed", "failed", "unknown", "stale", "notchecked", "error", "notapplicable")


def ratio(numerator: int, denominator: int | None) -> Ratio:
    """The share as documents print it, and as a spreadsheet computes with it."""
    share = Share(numerator, denominator)
    fraction = None if share.tenths is None else _TINY if share.is_tiny else share.tenths / 1000
    return Ratio(numerator=numerator, denominator=denominator, percent=share.number(), fraction=fraction)


def rate(counts: OutcomeCounts) -> Ratio:
    """Passed ÷ applicable."""
    return ratio(counts.passed, counts.applicable)


def make_counts(**outcomes: int) -> OutcomeCounts:
    """Counts from the seven outcomes, with their sums."""
    total = sum(outcomes.values())
    applicable = total - outcomes["notapplicable"]
    undetermined = applicable - outcomes["passed"] - outcomes["failed"]
    return OutcomeCounts(total=total, applicable=applicable, undetermined=undetermined, **outcomes)


def counts_of(counts: Counts | None) -> OutcomeCounts:
    """The counts of one unit or of several, with their sums."""
    outcomes = msgspec.structs.asdict(counts or Counts())
    del outcomes["waived"]  # those are among the failed
    return make_counts(**outcomes)


def add_counts(parts: Iterable[OutcomeCounts]) -> OutcomeCounts:
    """The sum of the parts, outcome by outcome."""
    sums = dict.fromkeys(_OUTCOMES, 0)
    for part in parts:
        for name in _OUTCOMES:
            sums[name] += getattr(part, name)
    return make_counts(**sums)
