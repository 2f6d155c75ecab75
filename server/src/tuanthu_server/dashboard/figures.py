"""What the pages show, put together from `compliance.standing` and the register of units. Nothing is judged here."""

from collections.abc import Collection, Iterable

import msgspec

from tuanthu_policy.control import Control, Framework
from tuanthu_policy.policy import Policy
from tuanthu_server.compliance.frameworks import main_framework
from tuanthu_server.compliance.indicators import IndicatorFigure
from tuanthu_server.compliance.standing import Counts, Standing, UnitCompliance
from tuanthu_server.compliance.totals import (
    Coverage,
    Expected,
    LanCoverage,
    Totals,
    added,
    coverage_of,
    on_lan,
    totals_of,
)
from tuanthu_server.compliance.unit_state import UnitState
from tuanthu_server.units.models import Unit, UnitKind
from tuanthu_server.units.rows import fold

EMPTY = Counts()


class ControlLine(msgspec.Struct, frozen=True):
    """One clause with its counts; `counts` is None where no machine can measure it."""

    framework: Framework
    control: Control
    counts: Counts | None
    statement: Counts | None = None
    """Units by what is stated on the clause; None where nothing must be stated."""

    @property
    def attested(self) -> bool:
        """Whether a person must state something for this clause."""
        return self.control.attestation is not msgspec.UNSET


class IndicatorLine(msgspec.Struct, frozen=True):
    """One indicator with its figure, and the clause of the plan that asks for it."""

    figure: IndicatorFigure
    clause: Control


class UnitLine(msgspec.Struct, frozen=True):
    """One unit in a table."""

    unit: Unit
    compliance: UnitCompliance
    coverage: Coverage
    lan: LanCoverage
    counts: Counts
    """Machines by their worst outcome over the whole framework."""

    @property
    def name(self) -> str:
        """What it is sorted by."""
        return self.unit.code

    @property
    def state(self) -> UnitState:
        """How it stands as a whole."""
        return UnitState.of(self.compliance, self.counts, self.coverage, self.lan)


class KindLine(msgspec.Struct, frozen=True):
    """All units of one kind together."""

    kind: UnitKind
    units: int
    assets: int
    counts: Counts
    """Machines by their worst outcome over the whole framework."""


def control_lines(policy: Policy, figures: UnitCompliance | Totals, only: Framework | None = None) -> list[ControlLine]:
    """Every clause of every framework (or of one), in the order of the documents; its figures are of machines."""
    measured = policy.control_rules()
    return [
        ControlLine(
            framework,
            control,
            figures.controls.get(code, EMPTY) if code in measured else None,
            figures.attested.get(code),
        )
        for _, framework in sorted(policy.frameworks.items())
        if only is None or framework is only
        for control in framework.controls
        for code in (f"{framework.id}/{control.id}",)
    ]


def other_frameworks(policy: Policy, counts: dict[str, Counts]) -> list[tuple[Framework, Counts]]:
    """The frameworks beside the main one, each with its machines by their worst outcome."""
    main = main_framework(policy)
    return [
        (framework, counts.get(name, EMPTY)) for name, framework in policy.frameworks.items() if framework is not main
    ]


def indicator_lines(framework: Framework, figures: Iterable[IndicatorFigure]) -> list[IndicatorLine]:
    """The figures with their clauses, in the plan's order."""
    clauses = {control.id: control for control in framework.controls}
    return [IndicatorLine(figure, clauses[figure.indicator.clause]) for figure in figures]


def unit_lines(
    standing: Standing, units: Iterable[Unit], expected: Expected, framework: Framework | None = None
) -> list[UnitLine]:
    """Units worst first: most failing machines, then most machines of which nothing is known, then by code.

    Without a framework it is the main one.
    """
    framework = framework or main_framework(standing.policy.policy)
    key = framework.id if framework else ""
    lines = []
    for unit in units:
        compliance = standing.units.get(unit.pk) or no_machines(unit.pk)
        counts = compliance.controls.get(key, EMPTY)
        lines.append(UnitLine(unit, compliance, coverage_of([compliance], expected), on_lan([compliance]), counts))
    return sorted(lines, key=_worst_first)


def kind_lines(standing: Standing, units: Iterable[Unit]) -> list[KindLine]:
    """Units by their kind, in the order of the kinds; empty where all are of one."""
    framework = main_framework(standing.policy.policy)
    key = framework.id if framework else ""
    by_kind: dict[str, list[int]] = {}
    for unit in units:
        by_kind.setdefault(unit.kind, []).append(unit.pk)
    lines = []
    for kind in (one for one in UnitKind if one in by_kind):
        total = totals_of(standing, by_kind[kind], {})
        counts = added(part.controls.get(key, EMPTY) for part in total.parts)
        lines.append(KindLine(kind, len(by_kind[kind]), total.assets, counts))
    return lines if len(lines) > 1 else []


def no_machines(unit_id: int) -> UnitCompliance:
    """A unit of which there is no machine."""
    return UnitCompliance(unit_id=unit_id, assets=0, silent=0, never_reported=0, rules={}, controls={})


def _worst_first(line: UnitLine) -> tuple[int, int, int, str]:
    counts = line.counts
    return (-counts.failed, counts.passed - counts.applicable, -line.compliance.assets, line.unit.code)


def matching(units: Iterable[Unit], words: str, kinds: Collection[str]) -> list[Unit]:
    """Units whose code or name holds all the words, whatever their case or diacritics, and whose kind is asked for."""
    wanted = fold(words).split()
    return [
        unit
        for unit in units
        if (not kinds or unit.kind in kinds) and all(word in fold(f"{unit.code} {unit.name}") for word in wanted)
    ]
