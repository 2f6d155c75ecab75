"""The only arithmetic of the reports: shares, and sums of counts."""

from collections.abc import Iterable

from tuanthu_server.compliance.standing import Counts
from tuanthu_server.reports.snapshot.model import OutcomeCounts, Ratio

_TINY = 0.0005
"""Stands in spreadsheets for a share above 0 and below 0.1 %."""
_OUTCOMES = ("passed", "failed", "unknown", "stale", "notchecked", "error", "notapplicable")


def ratio(numerator: int, denominator: int | None) -> Ratio:
    """The share, cut to a tenth of a percent: never up to 100, and never down to 0 when there is something."""
    if not denominator:
        return Ratio(numerator=numerator, denominator=denominator, percent="", fraction=None)
    tenths = numerator * 1000 // denominator
    if numerator and not tenths:
        return Ratio(numerator=numerator, denominator=denominator, percent="<0,1", fraction=_TINY)
    whole, tenth = divmod(tenths, 10)
    percent = str(whole) if tenths in (0, 1000) else f"{whole},{tenth}"
    return Ratio(numerator=numerator, denominator=denominator, percent=percent, fraction=tenths / 1000)


def rate(counts: OutcomeCounts) -> Ratio:
    """Passed ÷ applicable."""
    return ratio(counts.passed, counts.applicable)


def make_counts(**outcomes: int) -> OutcomeCounts:
    """Counts from the seven outcomes, with their sums."""
    total = sum(outcomes.values())
    applicable = total - outcomes["notapplicable"]
    undetermined = applicable - outcomes["passed"] - outcomes["failed"]
    return OutcomeCounts(total=total, applicable=applicable, undetermined=undetermined, **outcomes)


def full_counts(counts: Counts | None, assets: int) -> OutcomeCounts:
    """The counts of one unit; machines of which nothing is recorded were never checked, and are counted so."""
    outcomes = {name: getattr(counts, name) if counts is not None else 0 for name in _OUTCOMES}
    outcomes["notchecked"] += max(0, assets - sum(outcomes.values()))
    return make_counts(**outcomes)


def add_counts(parts: Iterable[OutcomeCounts]) -> OutcomeCounts:
    """The sum of the parts, outcome by outcome."""
    sums = dict.fromkeys(_OUTCOMES, 0)
    for part in parts:
        for name in _OUTCOMES:
            sums[name] += getattr(part, name)
    return make_counts(**sums)
