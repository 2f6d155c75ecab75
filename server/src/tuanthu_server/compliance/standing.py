"""How units stand: by the counters now, or recomputed from the evidence and the policy of an earlier moment."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import msgspec

from tuanthu_policy.outcome import Outcome
from tuanthu_server.compliance import figures, history
from tuanthu_server.compliance.details import (
    AssetResult,
    asset_results,
    asset_sightings,
    explanation,
    failing_assets,
)
from tuanthu_server.compliance.policies import PolicyInForce, in_force
from tuanthu_server.compliance.sweep import sweep
from tuanthu_server.inventory import store as stores
from tuanthu_server.units.models import Unit

__all__ = [
    "SILENT_AFTER",
    "AssetResult",
    "Counts",
    "PolicyInForce",
    "Standing",
    "UnitCompliance",
    "asset_results",
    "asset_sightings",
    "explanation",
    "failing_assets",
    "standing",
]

SILENT_AFTER = timedelta(days=3)
"""A machine that reported once and not within this time is silent."""


class Counts(msgspec.Struct, frozen=True):
    """Assets per outcome."""

    notapplicable: int = 0
    passed: int = 0
    notchecked: int = 0
    stale: int = 0
    unknown: int = 0
    error: int = 0
    failed: int = 0

    @property
    def total(self) -> int:
        """All assets."""
        return sum(msgspec.structs.astuple(self))

    @property
    def applicable(self) -> int:
        """The denominator: all but those to which it does not apply."""
        return self.total - self.notapplicable


class UnitCompliance(msgspec.Struct, frozen=True):
    """One unit's figures."""

    unit_id: int
    assets: int
    """Assets not retired at that moment."""
    silent: int
    """Of these: reported once, and not within `SILENT_AFTER`."""
    never_reported: int
    rules: dict[str, Counts]
    """By rule of the policy in force."""
    controls: dict[str, Counts]
    """By `framework/control`, and by `framework` for the worst of all its rules."""
    measures: dict[str, Counts] = {}
    """By the code of an indicator's question (`tuanthu_policy.indicator.measure_code`)."""

    @property
    def reporting(self) -> int:
        """Machines that reported within `SILENT_AFTER`."""
        return self.assets - self.silent - self.never_reported


class Standing(msgspec.Struct, frozen=True):
    """All units at one moment."""

    as_of: datetime
    policy: PolicyInForce
    units: dict[int, UnitCompliance]
    """By unit id; units without assets too."""


def standing(as_of: datetime | None = None) -> Standing:
    """The figures now (assets that are due are judged first) or at an earlier moment, judged by the policy of then.

    Raises InputError when no policy was in force.
    """
    now = datetime.now(UTC)
    if as_of is None:
        policy = in_force(now)
        sweep()
        return _assemble(now, policy, figures.from_counters(stores.current(), now - SILENT_AFTER))
    policy = in_force(as_of)
    return _assemble(as_of, policy, history.figures_at(as_of, as_of - SILENT_AFTER))


def _assemble(as_of: datetime, policy: PolicyInForce, numbers: figures.Figures) -> Standing:
    units = {}
    controls = policy.policy.control_rules()
    for unit in Unit.objects.values_list("id", flat=True):
        assets = numbers.assets.get(unit, figures.AssetFigures())
        units[unit] = UnitCompliance(
            unit_id=unit,
            assets=assets.assets,
            silent=assets.silent,
            never_reported=assets.never_reported,
            rules=_counts(policy.policy.rules, numbers.rules.get(unit, {})),
            controls=_counts(controls, numbers.controls.get(unit, {})),
            measures=_counts(policy.policy.measures, numbers.rules.get(unit, {})),
        )
    return Standing(as_of, policy, units)


def _counts(codes: Iterable[str], numbers: dict[str, dict[int, int]]) -> dict[str, Counts]:
    return {code: _made(numbers[code]) if code in numbers else _NONE for code in codes}


_NONE = Counts()
_OUTCOMES = tuple(outcome.value for outcome in Outcome)


def _made(cells: dict[int, int]) -> Counts:
    return Counts(*[cells.get(outcome, 0) for outcome in _OUTCOMES])
