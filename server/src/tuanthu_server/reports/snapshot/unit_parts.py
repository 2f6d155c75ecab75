"""Figures of each unit, and the scope's totals from them."""

from collections.abc import Sequence

from tuanthu_server.compliance.standing import Standing, UnitCompliance
from tuanthu_server.reports.snapshot.clean import clean
from tuanthu_server.reports.snapshot.figures import full_counts, rate, ratio
from tuanthu_server.reports.snapshot.inputs import UnitFacts
from tuanthu_server.reports.snapshot.model import Totals, UnitControl, UnitPart

MOST_WORST_UNITS = 10


def unit_part(facts: UnitFacts, standing: Standing, framework: str, controls: Sequence[str]) -> UnitPart:
    """One unit's row; a unit of which the standing says nothing has no machines."""
    known = standing.units.get(facts.id) or UnitCompliance(
        unit_id=facts.id, assets=0, silent=0, never_reported=0, rules={}, controls={}
    )
    reporting = known.assets - known.silent - known.never_reported
    counts = full_counts(known.controls.get(framework), known.assets)
    return UnitPart(
        code=clean(facts.code),
        name=clean(facts.name),
        kind=facts.kind,
        demonstration=facts.demonstration,
        machines_expected=facts.expected,
        machines_enrolled=known.assets,
        machines_reporting=reporting,
        machines_silent=known.silent,
        machines_never_reported=known.never_reported,
        coverage=ratio(_at_most(reporting, facts.expected), facts.expected),
        counts=counts,
        rate=rate(counts),
        controls=[_unit_control(known, framework, control) for control in controls],
    )


def _unit_control(known: UnitCompliance, framework: str, control: str) -> UnitControl:
    counts = full_counts(known.controls.get(f"{framework}/{control}"), known.assets)
    return UnitControl(control=control, counts=counts, rate=rate(counts))


def _at_most(reporting: int, expected: int | None) -> int:
    """More machines than expected must not make up for those that are missing elsewhere."""
    return reporting if expected is None else min(reporting, expected)


def totals(units: Sequence[UnitPart]) -> Totals:
    """Sums over the units in scope."""
    told = [unit for unit in units if unit.machines_expected is not None]
    expected = sum(unit.machines_expected or 0 for unit in told) if told else None
    covered = sum(unit.coverage.numerator for unit in told)
    return Totals(
        units=len(units),
        units_reporting=sum(unit.machines_reporting > 0 for unit in units),
        units_without_machines=sum(unit.machines_enrolled == 0 for unit in units),
        units_without_expectation=len(units) - len(told),
        machines_expected=expected,
        machines_enrolled=sum(unit.machines_enrolled for unit in units),
        machines_reporting=sum(unit.machines_reporting for unit in units),
        machines_silent=sum(unit.machines_silent for unit in units),
        machines_never_reported=sum(unit.machines_never_reported for unit in units),
        machines_over_expected=sum(unit.machines_reporting for unit in told) - covered,
        coverage=ratio(covered, expected),
    )


def passed_of_expected(units: Sequence[UnitPart]) -> int:
    """Machines that pass, in units that said what they expect, each at most at its own number."""
    return sum(min(unit.counts.passed, unit.machines_expected or 0) for unit in units)


def worst_units(units: Sequence[UnitPart]) -> list[str]:
    """Codes of the units with the lowest rates among those with machines to judge, worst first."""
    judged = [unit for unit in units if unit.counts.applicable and unit.counts.passed < unit.counts.applicable]
    judged.sort(key=lambda unit: (unit.rate.fraction or 0, -unit.counts.failed, -unit.counts.applicable, unit.code))
    return [unit.code for unit in judged[:MOST_WORST_UNITS]]
