"""The sector's figures from those of its units: sums only, in the definitions of the official reports.

A test compares them with `reports.snapshot`, so that a page and a document never differ.
"""

from collections.abc import Iterable, Mapping

import msgspec

from tuanthu_server.compliance.standing import Counts, Standing, UnitCompliance
from tuanthu_server.units.models import UnitExpectation


class Coverage(msgspec.Struct, frozen=True):
    """Machines that report, of those that units say they have."""

    covered: int
    """Reporting machines; a unit counts at most as many as it expects, so one cannot make up for another."""
    expected: int | None
    """None where no unit states its machines."""
    units_without_expectation: int
    """Units that do not state their machines; they are in neither number."""


class Totals(msgspec.Struct, frozen=True):
    """Figures of several units together."""

    units: int
    assets: int
    reporting: int
    silent: int
    never_reported: int
    coverage: Coverage
    rules: dict[str, Counts]
    controls: dict[str, Counts]


def reporting(unit: UnitCompliance) -> int:
    """Machines of a unit that reported within the limit of silence."""
    return unit.assets - unit.silent - unit.never_reported


def totals_of(standing: Standing, unit_ids: Iterable[int], expected: Mapping[int, UnitExpectation]) -> Totals:
    """The figures of these units together."""
    parts = [standing.units[pk] for pk in unit_ids if pk in standing.units]
    return Totals(
        units=len(parts),
        assets=sum(part.assets for part in parts),
        reporting=sum(reporting(part) for part in parts),
        silent=sum(part.silent for part in parts),
        never_reported=sum(part.never_reported for part in parts),
        coverage=coverage_of(parts, expected),
        rules=_added(part.rules for part in parts),
        controls=_added(part.controls for part in parts),
    )


def coverage_of(parts: Iterable[UnitCompliance], expected: Mapping[int, UnitExpectation]) -> Coverage:
    """How much of what units expect reports."""
    covered, total, silent = 0, None, 0
    for part in parts:
        machines = expected[part.unit_id].machines if part.unit_id in expected else None
        if machines is None:
            silent += 1
            continue
        total = (total or 0) + machines
        covered += min(reporting(part), machines)
    return Coverage(covered, total, silent)


def _added(tables: Iterable[dict[str, Counts]]) -> dict[str, Counts]:
    sums: dict[str, list[int]] = {}
    for table in tables:
        for code, counts in table.items():
            cells = sums.setdefault(code, [0] * len(Counts.__struct_fields__))
            for index, value in enumerate(msgspec.structs.astuple(counts)):
                cells[index] += value
    return {code: Counts(*cells) for code, cells in sums.items()}
