"""Judging the evidence of a moment by the policy of that moment, from the spans up."""

from collections.abc import Iterator, Mapping
from datetime import datetime

import msgspec

from tuanthu_policy.fact import AssetSort
from tuanthu_policy.observation import Sighting
from tuanthu_policy.outcome import Outcome
from tuanthu_policy.policy import Policy
from tuanthu_policy.result import RuleResult
from tuanthu_server.compliance.figures import DEVICE_SILENT_AFTER, Figures
from tuanthu_server.compliance.policies import COUNTED, in_force
from tuanthu_server.inventory import evidence
from tuanthu_server.inventory import store as stores
from tuanthu_server.inventory.store.interface import Store

GROUP = 200

ASSETS = """
    SELECT a.id, COALESCE((SELECT m.from_unit_id FROM inventory_assetmove m WHERE m.asset_id = a.id AND m.at > %s
                           ORDER BY m.at, m.id LIMIT 1), a.unit_id), a.role = 'device'
    FROM inventory_asset a WHERE a.created_at <= %s AND (a.retired_at IS NULL OR a.retired_at > %s) ORDER BY a.id
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


def judged_assets(at: datetime, policy: Policy, only: list[int] | None = None) -> Iterator[AssetAtMoment]:
    """Every asset that there was at a moment (or those of `only`), judged from its evidence of then."""
    store = stores.current()
    found = store.rows(ASSETS, [at, at, at])
    wanted = None if only is None else set(only)
    chosen = {row[0]: (row[1], bool(row[2])) for row in found if wanted is None or row[0] in wanted}
    ids = list(chosen)
    for start in range(0, len(ids), GROUP):
        group = ids[start : start + GROUP]
        sightings = evidence.read_sightings(store, evidence.spans_at(store, group, at))
        last_seen = _last_seen(store, group, at)
        for asset in group:
            unit, device = chosen[asset]
            seen = sightings.get(asset, {})
            last = max((one.seen_at for one in seen.values()), default=None) if device else last_seen.get(asset)
            asked = policy.asked(AssetSort.DEVICE if device else AssetSort.MACHINE, seen)
            yield AssetAtMoment(asset, unit, device, last, seen, policy.judge(seen, at, asked))


def figures_at(at: datetime) -> Figures:
    """The figures of a moment, recomputed from details."""
    policy = in_force(at).policy
    controls = {sort is AssetSort.DEVICE: policy.control_rules(sort) for sort in COUNTED}
    figures = Figures()
    for asset in judged_assets(at, policy):
        outcomes = {result.rule: result.outcome for result in asset.results}
        for rule, outcome in outcomes.items():
            figures.count(figures.rules, asset.unit_id, rule, outcome.value)
        for control, outcome in control_outcomes(controls[asset.device], outcomes).items():
            figures.count(figures.controls, asset.unit_id, control, outcome.value)
        if asset.device:
            _count_device(figures, asset, at)
        else:
            figures.count_asset(asset.unit_id, asset.last_seen, at)
    return figures


def _count_device(figures: Figures, asset: AssetAtMoment, at: datetime) -> None:
    """By what was seen of it last, as its row describes it now."""
    facts = asset.sightings["device"].observation.facts if "device" in asset.sightings else {}
    figures.count_devices(
        asset.unit_id,
        managed=facts.get("managed") is True,
        computer=facts.get("device_class") == "computer",
        silent=asset.last_seen is not None and asset.last_seen < at - DEVICE_SILENT_AFTER,
    )


def control_outcomes(controls: Mapping[str, tuple[str, ...]], outcomes: Mapping[str, Outcome]) -> dict[str, Outcome]:
    """The worst outcome among the rules of each control."""
    return {control: max(outcomes[rule] for rule in rules) for control, rules in controls.items()}


def _last_seen(store: Store, assets: list[int], at: datetime) -> dict[int, datetime]:
    return dict(store.rows(LAST_SEEN, [assets, at], (None, datetime)))
