"""How units stand: by the counters now, or recomputed from the evidence and the policy of an earlier moment."""

from datetime import UTC, datetime

import msgspec

from tuanthu_policy.fact import AssetSort
from tuanthu_policy.outcome import Outcome
from tuanthu_policy.policy import Policy
from tuanthu_policy.waiving import clause_outcome
from tuanthu_server.compliance import figures, past
from tuanthu_server.compliance.details import (
    AssetResult,
    asset_results,
    asset_sightings,
    explanation,
    failing_assets,
    worst_assets,
)
from tuanthu_server.compliance.figures import DEVICE_SILENT_AFTER, SILENT_AFTER
from tuanthu_server.compliance.kept import Cells, figures_now, made_once
from tuanthu_server.compliance.policies import PolicyInForce, in_force
from tuanthu_server.compliance.stated import stated_at
from tuanthu_server.compliance.sweep import sweep
from tuanthu_server.inventory import store as stores
from tuanthu_server.units.models import Unit

__all__ = [
    "DEVICE_SILENT_AFTER",
    "SILENT_AFTER",
    "AssetResult",
    "Counts",
    "DeviceCompliance",
    "PolicyInForce",
    "Standing",
    "UnitCompliance",
    "asset_results",
    "asset_sightings",
    "explanation",
    "failing_assets",
    "outline",
    "standing",
    "standing_at",
    "standing_of",
    "worst_assets",
]


class Counts(msgspec.Struct, frozen=True):
    """Assets per outcome."""

    notapplicable: int = 0
    passed: int = 0
    notchecked: int = 0
    stale: int = 0
    unknown: int = 0
    error: int = 0
    failed: int = 0
    waived: int = 0
    """Of the failed, those that a waiver names: told beside them, and never taken out of them."""

    @property
    def total(self) -> int:
        """All assets."""
        every: int = sum(msgspec.structs.astuple(self))
        return every - self.waived

    @property
    def applicable(self) -> int:
        """The denominator: all but those to which it does not apply."""
        return self.total - self.notapplicable

    @property
    def open(self) -> int:
        """Applicable, and neither passed nor failed."""
        return self.applicable - self.passed - self.failed

    @property
    def worst(self) -> Outcome | None:
        """The worst outcome that any asset has; None where there is no asset."""
        cells = msgspec.structs.astuple(self)
        return max((outcome for outcome in Outcome if cells[outcome]), default=None)


class DeviceCompliance(msgspec.Struct, frozen=True):
    """The figures of network devices of one unit, or of several together."""

    devices: int = 0
    """Devices not retired, without those that are machines with an agent."""
    silent: int = 0
    """Of these, seen by no scan within `DEVICE_SILENT_AFTER`."""
    computers: int = 0
    """Of these, computers: without an agent they are a gap in coverage."""
    managed: int = 0
    """Hosts that are machines with an agent; in none of the other figures but as `notapplicable`."""
    rules: dict[str, Counts] = {}
    """By rule about devices."""
    controls: dict[str, Counts] = {}
    """By `framework/control`, and by `framework`, as far as their rules are about devices."""


class UnitCompliance(msgspec.Struct, frozen=True):
    """One unit's figures."""

    unit_id: int
    assets: int
    """Assets not retired at that moment."""
    silent: int
    """Of these: reported once, and not within `SILENT_AFTER`."""
    never_reported: int
    rules: dict[str, Counts]
    """By rule of the policy in force about machines (and those about scans, on machines that scan)."""
    controls: dict[str, Counts]
    """By `framework/control`, and by `framework` for the worst of all its rules."""
    measures: dict[str, Counts] = {}
    """By the code of an indicator's question (`tuanthu_policy.indicator.measure_code`)."""
    devices: DeviceCompliance = msgspec.field(default_factory=DeviceCompliance)
    """Its network devices, which are in none of the figures above."""
    attested: dict[str, Counts] = {}
    """By each clause that asks for a statement: this one unit, as what stands (`passed`), is denied (`failed`) or is
    lacking (`notchecked`)."""

    @property
    def reporting(self) -> int:
        """Machines that reported within `SILENT_AFTER`."""
        return self.assets - self.silent - self.never_reported

    def clause(self, code: str) -> Outcome:
        """What a clause comes to for the unit: the worst of its machines, its devices and what is attested."""
        parts = [self.controls.get(code), self.devices.controls.get(code)]
        measured = [part.worst for part in parts if part is not None]
        told = [outcome for outcome in measured if outcome is not None]
        attested = self.attested[code].worst if code in self.attested else None
        if not told and any(part is not None for part in parts):
            told = [Outcome.UNKNOWN]  # no asset at all is no pass
        return clause_outcome(told, attested)


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
        return _assemble(now, policy, figures_now(stores.current(), now))
    return standing_at(as_of)


def standing_at(moment: datetime) -> Standing:
    """The figures of a moment by its evidence, policy, waivers and attestations, as far as is known today.

    Links between units are those of `units.queries.day_of(moment)`. What was once asked is kept and answers fast; the
    collector makes the ends of the last days ready by itself. Raises InputError when no policy was in force.
    """
    return _assemble(moment, in_force(moment), past.figures_at(moment))


def standing_of(moment: datetime, kept: past.Kept) -> Standing:
    """The same from what is kept of a moment (`past.kept_at`)."""
    return _assemble(moment, in_force(moment), past.figures_of(kept))


def outline(moment: datetime) -> Standing:
    """A moment and its policy without any figures: for what is told of one asset."""
    return Standing(moment, in_force(moment), {})


def _assemble(as_of: datetime, policy: PolicyInForce, numbers: figures.Figures) -> Standing:
    units = {}
    controls = policy.policy.control_rules()
    attested = tuple(policy.policy.attested_controls())
    stated = stated_at(stores.current(), as_of, attested, _ONE.__getitem__)
    nothing = dict.fromkeys(attested, _ONE[Outcome.NOTCHECKED])
    rules = tuple(code for code in policy.policy.rules if policy.policy.sorts[code] is not AssetSort.DEVICE)
    measured, measures = tuple(controls), tuple(policy.policy.measures)
    of_devices = _DeviceCodes.of(policy.policy)
    for unit in Unit.objects.values_list("id", flat=True):
        assets = numbers.assets.get(unit, figures.AssetFigures())
        units[unit] = UnitCompliance(
            unit_id=unit,
            assets=assets.assets,
            silent=assets.silent,
            never_reported=assets.never_reported,
            rules=_counts(rules, numbers.rules.get(unit, {})),
            controls=_counts(measured, numbers.controls.get(unit, {})),
            measures=_counts(measures, numbers.rules.get(unit, {})),
            devices=_devices(of_devices, unit, numbers),
            attested=stated.get(unit, nothing),
        )
    return Standing(as_of, policy, units)


class _DeviceCodes(msgspec.Struct, frozen=True):
    """What a policy asks of devices."""

    rules: tuple[str, ...]
    controls: tuple[str, ...]

    @classmethod
    def of(cls, policy: Policy) -> "_DeviceCodes":
        rules = tuple(rule.id for rule in policy.rules_about(AssetSort.DEVICE))
        return cls(rules, tuple(policy.control_rules(AssetSort.DEVICE)))


def _devices(asked: _DeviceCodes, unit: int, numbers: figures.Figures) -> DeviceCompliance:
    found = numbers.devices.get(unit, figures.DeviceFigures())
    return DeviceCompliance(
        devices=found.devices,
        silent=found.silent,
        computers=found.computers,
        managed=found.managed,
        rules=_counts(asked.rules, numbers.rules.get(unit, {})),
        controls=made_once(numbers.controls.get(unit, {}), asked.controls, _counts_of_devices),
    )


def _counts(codes: tuple[str, ...], numbers: Cells) -> dict[str, Counts]:
    return made_once(numbers, codes, _counts_of)


def _counts_of(codes: tuple[str, ...], numbers: Cells) -> dict[str, Counts]:
    return {code: _made(numbers[code]) if code in numbers else _NONE for code in codes}


def _counts_of_devices(codes: tuple[str, ...], numbers: Cells) -> dict[str, Counts]:
    return {code.removeprefix("device:"): one for code, one in _counts_of(codes, numbers).items()}


_NONE = Counts()
_OUTCOMES = tuple(outcome.value for outcome in Outcome)
_ONE = {Outcome.PASS: Counts(passed=1), Outcome.FAIL: Counts(failed=1), Outcome.NOTCHECKED: Counts(notchecked=1)}


def _made(cells: dict[int, int]) -> Counts:
    return Counts(*[cells.get(outcome, 0) for outcome in (*_OUTCOMES, figures.WAIVED)])
