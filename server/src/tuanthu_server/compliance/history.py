"""Judging the evidence of a moment by the policy of that moment, from the spans up."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime

import msgspec

from tuanthu_policy.fact import AssetSort
from tuanthu_policy.observation import Sighting
from tuanthu_policy.outcome import Outcome
from tuanthu_policy.policy import Policy
from tuanthu_policy.result import RuleResult
from tuanthu_server.compliance.figures import DEVICE_SILENT_AFTER, SILENT_AFTER, WAIVED, Figures
from tuanthu_server.compliance.policies import COUNTED, in_force
from tuanthu_server.compliance.waiving import waived_at, waivers_after
from tuanthu_server.inventory import evidence
from tuanthu_server.inventory import store as stores
from tuanthu_server.inventory.store.interface import Store

GROUP = 200

ASSETS = """
    SELECT a.id, COALESCE((SELECT m.from_unit_id FROM inventory_assetmove m WHERE m.asset_id = a.id AND m.at > %s
                           ORDER BY m.at, m.id LIMIT 1), a.unit_id), a.role = 'device'
    FROM inventory_asset a WHERE a.created_at <= %s AND (a.retired_at IS NULL OR a.retired_at > %s)
"""
LAST_SEEN = """
    SELECT g.asset_id, MAX(r.received_at) FROM inventory_agent g JOIN inventory_report r ON r.agent_id = g.id
    WHERE g.asset_id {any} AND r.received_at <= %s GROUP BY g.asset_id
"""


class AssetAtMoment(msgspec.Struct, frozen=True):
    """One asset as it was: all its evidence and what every rule and every measure makes of it."""

    asset_id: int
    unit_id: int
    device: bool
    last_seen: datetime | None
    """Of a machine, the receipt of its newest report; of a device, when it was last seen."""
    sightings: Mapping[str, Sighting]
    results: list[RuleResult]


def judged_assets(at: datetime, policy: Policy, only: Collection[int] | None = None) -> Iterator[AssetAtMoment]:
    """Every asset that there was at a moment (or those of `only`), judged from its evidence of then."""
    store = stores.current()
    chosen = assets_at(store, at, only)
    ids = list(chosen)
    for start in range(0, len(ids), GROUP):
        group = ids[start : start + GROUP]
        sightings = evidence.read_sightings(store, evidence.spans_at(store, group, at))
        last_seen = last_seen_at(store, group, at)
        for asset in group:
            unit, device = chosen[asset]
            seen = sightings.get(asset, {})
            last = max((one.seen_at for one in seen.values()), default=None) if device else last_seen.get(asset)
            asked = policy.asked(AssetSort.DEVICE if device else AssetSort.MACHINE, seen)
            yield AssetAtMoment(asset, unit, device, last, seen, policy.judge(seen, at, asked))


class Shape(msgspec.Struct, frozen=True, array_like=True):
    """All that one asset adds to the figures of its unit; many assets have the same."""

    rules: tuple[tuple[str, int], ...]
    """Rules and measures with their outcomes, then those that are waived (`figures.WAIVED`)."""
    controls: tuple[tuple[str, int], ...]
    reporting: str
    """Of a machine: empty, `silent` or `never`."""
    device: tuple[bool, bool, bool] | None
    """Of a device: whether it is managed, a computer, silent."""

    def add_to(self, figures: Figures, unit: int, amount: int = 1) -> None:
        """Add so many such assets to a unit."""
        for code, outcome in self.rules:
            figures.count(figures.rules, unit, code, outcome, amount)
        for code, outcome in self.controls:
            figures.count(figures.controls, unit, code, outcome, amount)
        if self.device is not None:
            managed, computer, silent = self.device
            figures.count_devices(unit, managed=managed, computer=computer, silent=silent, amount=amount)
        else:
            figures.count_assets(unit, self.reporting, amount)


def assets_at(store: Store, at: datetime, only: Collection[int] | None = None) -> dict[int, tuple[int, bool]]:
    """Every asset (or those of `only`) that there was at a moment → its unit of then, and whether it is a device."""
    within, params = ("", []) if only is None else (" AND a.id {any}", [sorted(only)])
    rows = store.rows(f"{ASSETS}{within} ORDER BY a.id", [at, at, at, *params])
    return {row[0]: (row[1], bool(row[2])) for row in rows}


def figures_at(at: datetime) -> Figures:
    """The figures of a moment, recomputed from details."""
    figures = Figures()
    for _, unit, shape in shapes_at(at):
        shape.add_to(figures, unit)
    return figures


def shapes_at(at: datetime, only: list[int] | None = None) -> Iterator[tuple[int, int, Shape]]:
    """What each asset of a moment (or each of `only`) adds to the figures: (asset, unit, what)."""
    policy = in_force(at).policy
    controls = {sort is AssetSort.DEVICE: policy.control_rules(sort) for sort in COUNTED}
    wholes = {sort is AssetSort.DEVICE: policy.whole_controls(sort) for sort in COUNTED}
    waivers = waivers_after(stores.current(), at)
    for asset in judged_assets(at, policy, only):
        outcomes = {result.rule: result.outcome for result in asset.results}
        found = control_outcomes(controls[asset.device], outcomes)
        key = (asset.asset_id, asset.unit_id, asset.device)
        mapped = {"controls": controls[asset.device], "wholes": wholes[asset.device]}
        rules, named = waived_at(waivers, key, at, outcomes=outcomes, **mapped)
        yield (
            asset.asset_id,
            asset.unit_id,
            Shape(
                (
                    *((code, int(outcome)) for code, outcome in outcomes.items()),
                    *((rule, WAIVED) for rule in sorted(rules)),
                ),
                (
                    *((code, int(outcome)) for code, outcome in found.items()),
                    *((code, WAIVED) for code in sorted(named)),
                ),
                "" if asset.device else _reporting(asset.last_seen, at),
                _sort_of_device(asset, at) if asset.device else None,
            ),
        )


def _reporting(last_seen: datetime | None, at: datetime) -> str:
    if last_seen is None:
        return "never"
    return "silent" if last_seen < at - SILENT_AFTER else ""


def _sort_of_device(asset: AssetAtMoment, at: datetime) -> tuple[bool, bool, bool]:
    """By what was seen of it last, as its row describes it now."""
    facts = asset.sightings["device"].observation.facts if "device" in asset.sightings else {}
    return (
        facts.get("managed") is True,
        facts.get("device_class") == "computer",
        asset.last_seen is not None and asset.last_seen < at - DEVICE_SILENT_AFTER,
    )


def control_outcomes(controls: Mapping[str, tuple[str, ...]], outcomes: Mapping[str, Outcome]) -> dict[str, Outcome]:
    """The worst outcome among the rules of each control."""
    return {control: max(outcomes[rule] for rule in rules) for control, rules in controls.items()}


def last_seen_at(store: Store, assets: Collection[int], at: datetime) -> dict[int, datetime]:
    """When machines had sent their newest report at a moment; those that had sent none are absent."""
    if not assets:
        return {}
    return dict(store.rows(LAST_SEEN, [sorted(assets), at], (None, datetime)))
