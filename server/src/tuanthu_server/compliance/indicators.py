"""The figures of a plan's indicators, computed in this one place for pages and reports.

Every machine or unit of a denominator stands in exactly one part, so the parts add up to it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

from tuanthu_policy.indicator import (
    Indicator,
    IndicatorPlan,
    MachineShare,
    NumberBase,
    NumberShare,
    Quantifier,
    UnitShare,
    measure_code,
)
from tuanthu_policy.text import Text
from tuanthu_server.compliance.shares import Share, mean_text
from tuanthu_server.compliance.standing import Counts, Standing, UnitCompliance
from tuanthu_server.units.models import Unit, UnitExpectation

MACHINE_PARTS: Final = {
    "counted": Text("Tính vào chỉ tiêu", "Counted"),
    "unclassified": Text("Được tính, chưa rõ loại", "Counted, class unknown"),
    "failed": Text("Không đạt", "Not so"),
    "unknown": Text("Chưa rõ", "Unknown"),
    "stale": Text("Số liệu quá hạn hoặc mất liên lạc", "Stale or silent"),
    "notchecked": Text("Chưa kiểm tra", "Never checked"),
    "missing": Text("Chưa ghi nhận", "Not enrolled"),
}
UNIT_PARTS: Final = {
    "counted": Text("Tính vào chỉ tiêu", "Counted"),
    "failed": Text("Không đạt", "Not so"),
    "unknown": Text("Chưa đủ số liệu", "Not told yet"),
    "silent": Text("Không có máy nào có số liệu trong hạn", "No machine with fresh figures"),
    "unstated": Text("Chưa khai báo số máy", "Machines not stated"),
}
NUMBER_PARTS: Final = {
    "counted": Text("Tính vào chỉ tiêu", "Counted"),
    "lacking": Text("Còn thiếu", "Lacking"),
}


class UnitStatement(msgspec.Struct, frozen=True):
    """What a unit in scope is, and what it states of itself; None for what it does not state."""

    unit_id: int
    kind: str
    staff: int | None = None
    machines: int | None = None
    servers: int | None = None
    devices: int | None = None


class IndicatorCount(msgspec.Struct, frozen=True):
    """One part of a denominator."""

    id: str
    title: Text
    count: int
    counted: bool
    """Whether it stands in the numerator."""


class IndicatorFigure(msgspec.Struct, frozen=True):
    """One indicator over the units in scope."""

    indicator: Indicator
    numerator: int | None
    """None for what only people can state."""
    denominator: int | None
    """None where no unit states what it takes."""
    parts: tuple[IndicatorCount, ...] = ()
    """They add up to the denominator; empty for a mean and for what people state."""
    left_out: int = 0
    """Units in neither number, since they do not state what it takes."""
    surplus: int = 0
    """What units have beyond what they state, or beyond their own denominator."""
    outside: int = 0
    """Machines to which the question does not apply: in neither number, and told."""

    @property
    def is_mean(self) -> bool:
        """Whether the figure is so many for each, and no share."""
        return isinstance(self.indicator, NumberShare) and not self.indicator.at_most_whole

    @property
    def share(self) -> Share:
        """Numerator ÷ denominator."""
        return Share(self.numerator or 0, self.denominator)

    def value(self, language: str = "vi") -> str:
        """`66,6%`, or `1,9` for a mean; empty where there is nothing to divide by or nothing to count."""
        if self.numerator is None:
            return ""
        if self.is_mean:
            return mean_text(self.numerator, self.denominator, language)
        number = self.share.number(language)
        return f"{number}%" if number else ""


def statements(units: Iterable[Unit], stated: Mapping[int, UnitExpectation]) -> list[UnitStatement]:
    """What these units say of themselves."""
    return [_statement(unit, stated.get(unit.pk)) for unit in units]


def _statement(unit: Unit, stated: UnitExpectation | None) -> UnitStatement:
    if stated is None:
        return UnitStatement(unit.pk, unit.kind)
    return UnitStatement(unit.pk, unit.kind, stated.staff, stated.machines, stated.servers, stated.devices)


def indicator_figures(plan: IndicatorPlan, standing: Standing, units: Sequence[UnitStatement]) -> list[IndicatorFigure]:
    """Every indicator of a plan over these units, in the plan's order."""
    return [_figure(plan, indicator, standing, units) for indicator in plan.indicators]


def _figure(
    plan: IndicatorPlan, indicator: Indicator, standing: Standing, units: Sequence[UnitStatement]
) -> IndicatorFigure:
    scope = [unit for unit in units if not indicator.kinds or unit.kind in indicator.kinds]
    if isinstance(indicator, MachineShare):
        return _machines(plan.id, indicator, standing, scope)
    if isinstance(indicator, UnitShare):
        return _units(plan.id, indicator, standing, scope)
    if isinstance(indicator, NumberShare):
        return _numbers(indicator, scope)
    return IndicatorFigure(indicator, None, None)


def _known(standing: Standing, unit: UnitStatement) -> UnitCompliance:
    return standing.units.get(unit.unit_id) or UnitCompliance(unit.unit_id, 0, 0, 0, {}, {})


def _machines(
    plan: str, indicator: MachineShare, standing: Standing, scope: Iterable[UnitStatement]
) -> IndicatorFigure:
    tally: Counter[str] = Counter()
    left_out = surplus = outside = 0
    for unit in scope:
        known = _known(standing, unit)
        if unit.machines is None:
            left_out += 1
            continue
        counts = known.measures.get(measure_code(plan, indicator.id), Counts())
        tally.update(_by_outcome(counts))
        tally["missing"] += max(0, unit.machines - known.assets)
        surplus += max(0, known.assets - unit.machines)
        outside += counts.notapplicable
        for one in indicator.classes:
            tally[f"class/{one.id}"] += known.measures.get(measure_code(plan, indicator.id, one.id), Counts()).passed
    classes = [IndicatorCount(one.id, one.title, tally[f"class/{one.id}"], counted=True) for one in indicator.classes]
    rest = "unclassified" if classes else "counted"
    classes.append(
        IndicatorCount(rest, MACHINE_PARTS[rest], tally["counted"] - sum(one.count for one in classes), counted=True)
    )
    others = [
        IndicatorCount(name, MACHINE_PARTS[name], tally[name], counted=False)
        for name in ("failed", "unknown", "stale", "notchecked", "missing")
    ]
    parts = (*classes, *others)
    stated = any(unit.machines is not None for unit in scope)
    whole = sum(part.count for part in parts) if stated else None
    return IndicatorFigure(indicator, tally["counted"], whole, parts if stated else (), left_out, surplus, outside)


def _by_outcome(counts: Counts) -> dict[str, int]:
    """Machines to which the question does not apply are in no part."""
    return {
        "counted": counts.passed,
        "failed": counts.failed,
        "unknown": counts.unknown + counts.error,
        "stale": counts.stale,
        "notchecked": counts.notchecked,
    }


def _units(plan: str, indicator: UnitShare, standing: Standing, scope: Sequence[UnitStatement]) -> IndicatorFigure:
    tally = Counter(_place(plan, indicator, _known(standing, unit), unit) for unit in scope)
    apart = [IndicatorCount(one.id, one.title, tally[f"class/{one.id}"], counted=False) for one in indicator.apart]
    rest = ["failed", "unknown", "silent"]
    if indicator.quantifier is Quantifier.EVERY_MACHINE:
        rest.append("unstated")
    parts = (
        IndicatorCount("counted", UNIT_PARTS["counted"], tally["counted"], counted=True),
        *apart,
        *(IndicatorCount(name, UNIT_PARTS[name], tally[name], counted=False) for name in rest),
    )
    return IndicatorFigure(indicator, tally["counted"], len(scope), parts)


def _place(plan: str, indicator: UnitShare, known: UnitCompliance, unit: UnitStatement) -> str:
    """In which part a unit stands."""
    counts = known.measures.get(measure_code(plan, indicator.id), Counts())
    fresh = counts.passed + counts.failed + counts.unknown + counts.error
    if indicator.quantifier is Quantifier.EVERY_MACHINE:
        return _place_of_every(counts, known.assets, unit.machines, fresh)
    if counts.passed:
        return "counted"
    for one in indicator.apart:
        if known.measures.get(measure_code(plan, indicator.id, one.id), Counts()).passed:
            return f"class/{one.id}"
    if not fresh:
        return "silent"
    return "failed" if counts.failed == counts.applicable else "unknown"


def _place_of_every(counts: Counts, assets: int, stated: int | None, fresh: int) -> str:
    if counts.failed:
        return "failed"
    if stated is None:
        return "unstated"
    if not fresh:
        return "silent"
    return "counted" if counts.passed == max(stated, assets) - counts.notapplicable else "unknown"


def _numbers(indicator: NumberShare, scope: Iterable[UnitStatement]) -> IndicatorFigure:
    part = surplus = left_out = 0
    whole: int | None = None
    for unit in scope:
        number = getattr(unit, indicator.numerator.value)
        base = 1 if indicator.denominator is NumberBase.UNITS else getattr(unit, indicator.denominator.value)
        if number is None or base is None:
            left_out += 1
            continue
        counted = min(number, base) if indicator.at_most_whole else number
        part, whole, surplus = part + counted, (whole or 0) + base, surplus + number - counted
    parts: tuple[IndicatorCount, ...] = ()
    if indicator.at_most_whole and whole is not None:
        parts = (
            IndicatorCount("counted", NUMBER_PARTS["counted"], part, counted=True),
            IndicatorCount("lacking", NUMBER_PARTS["lacking"], whole - part, counted=False),
        )
    return IndicatorFigure(indicator, part, whole, parts, left_out, surplus)
