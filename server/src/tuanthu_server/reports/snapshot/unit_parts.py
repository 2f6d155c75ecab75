"""Figures of each unit, and the scope's totals from them."""

from collections.abc import Sequence

from tuanthu_server.compliance.standing import Standing, UnitCompliance
from tuanthu_server.compliance.totals import coverage_of, totals_of
from tuanthu_server.reports.snapshot.clean import clean
from tuanthu_server.reports.snapshot.figures import counts_of, rate, ratio
from tuanthu_server.reports.snapshot.inputs import UnitFacts
from tuanthu_server.reports.snapshot.model import Totals, UnitControl, UnitPart

MOST_WORST_UNITS = 10


def unit_part(facts: UnitFacts, standing: Standing, framework: str, controls: Sequence[str]) -> UnitPart:
    """One unit's row; a unit of which the standing says nothing has no machines."""
    known = standing.units.get(facts.id) or UnitCompliance(
        unit_id=facts.id, assets=0, silent=0, never_reported=0, rules={}, controls={}
    )
    coverage = coverage_of([known], {facts.id: facts.expected})
    counts = counts_of(known.controls.get(framework))
    return UnitPart(
        code=clean(facts.code),
        name=clean(facts.name),
        kind=facts.kind,
        demonstration=facts.demonstration,
        machines_expected=facts.expected,
        machines_enrolled=known.assets,
        machines_reporting=known.reporting,
        machines_silent=known.silent,
        machines_never_reported=known.never_reported,
        coverage=ratio(coverage.covered, coverage.expected),
        counts=counts,
        rate=rate(counts),
        controls=[_unit_control(known, framework, control) for control in controls],
    )


def _unit_control(known: UnitCompliance, framework: str, control: str) -> UnitControl:
    counts = counts_of(known.controls.get(f"{framework}/{control}"))
    return UnitControl(control=control, counts=counts, rate=rate(counts))


def totals(parts: Sequence[UnitPart], standing: Standing, facts: Sequence[UnitFacts]) -> Totals:
    """The scope's figures: those of `compliance.totals`, and how many units say or have nothing."""
    sums = totals_of(standing, [unit.id for unit in facts], {unit.id: unit.expected for unit in facts})
    return Totals(
        units=len(parts),
        units_reporting=sum(part.machines_reporting > 0 for part in parts),
        units_without_machines=sum(part.machines_enrolled == 0 for part in parts),
        units_without_expectation=sum(part.machines_expected is None for part in parts),
        machines_expected=sums.coverage.expected,
        machines_enrolled=sums.assets,
        machines_reporting=sums.reporting,
        machines_silent=sums.silent,
        machines_never_reported=sums.never_reported,
        machines_over_expected=sums.coverage.over_expected,
        coverage=ratio(sums.coverage.covered, sums.coverage.expected),
    )


def passed_of_expected(units: Sequence[UnitPart]) -> int:
    """Machines that pass, in units that said what they expect, each at most at its own number."""
    return sum(min(unit.counts.passed, unit.machines_expected or 0) for unit in units)


def worst_units(units: Sequence[UnitPart]) -> list[str]:
    """Codes of the units where most machines fail, worst first; among equals the lower rate."""
    judged = [unit for unit in units if unit.counts.failed]
    judged.sort(key=lambda unit: (-unit.counts.failed, unit.rate.fraction or 0, unit.code))
    return [unit.code for unit in judged[:MOST_WORST_UNITS]]
