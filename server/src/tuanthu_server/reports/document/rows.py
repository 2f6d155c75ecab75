"""Rows of figures that several tables share."""

from tuanthu_server.reports.document.words import count, percent
from tuanthu_server.reports.snapshot.counts import OutcomeCounts, Ratio


def outcome_cells(counts: OutcomeCounts | None, rate: Ratio | None) -> list[str]:
    """The seven counts and the rate, in the order of `layout`; dashes where nothing is measured."""
    if counts is None:
        return ["—"] * 8
    numbers = (
        counts.applicable,
        counts.passed,
        counts.failed,
        counts.unknown,
        counts.stale,
        counts.notchecked,
        counts.error,
    )
    return [*(count(number) for number in numbers), percent(rate)]


def numbered(rows: list[list[str]]) -> list[list[str]]:
    """The rows with 1, 2, 3 … before them."""
    return [[str(index), *row] for index, row in enumerate(rows, 1)]
