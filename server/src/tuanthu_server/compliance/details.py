"""Results of single assets: who fails what, why, since when, and on which evidence."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from uuid import UUID

import msgspec

from tuanthu_policy.evaluate import explain
from tuanthu_policy.observation import Sighting
from tuanthu_policy.outcome import Outcome
from tuanthu_policy.policy import Policy
from tuanthu_policy.result import Node
from tuanthu_server.compliance import history
from tuanthu_server.compliance.models import Finding
from tuanthu_server.compliance.policies import in_force
from tuanthu_server.compliance.sweep import sweep
from tuanthu_server.compliance.waiving import Waivers, waivers_after
from tuanthu_server.inventory import evidence
from tuanthu_server.inventory import store as stores
from tuanthu_server.inventory.models import Asset, AssetRole


class AssetResult(msgspec.Struct, frozen=True, gc=False):
    """What a rule came to on an asset."""

    asset_id: int
    unit_id: int
    name: str
    role: str
    rule: str
    outcome: Outcome
    decided_by: str
    reason: str
    since: datetime | None
    """When the outcome became this; not known for a past moment."""
    observation_uuid: UUID | None
    """The evidence that decided."""
    waiver: int | None = None
    """Number of the waiver that names this failure: shown beside the outcome, never instead of it."""


RESULTS = """
    WITH found AS MATERIALIZED (
        SELECT r.asset_id, a.unit_id, a.name, a.role, n.code, r.outcome,
               r.decided_by, r.reason, r.since, r.evidence_kind
        FROM compliance_ruleresult r
        JOIN inventory_asset a ON a.id = r.asset_id
        JOIN compliance_rulename n ON n.id = r.rule_id
        WHERE a.retired_at IS NULL AND a.role {which} 'device' {condition}),
    evidence AS MATERIALIZED (
        SELECT c.asset_id, c.kind, o.uuid FROM (SELECT DISTINCT asset_id, evidence_kind FROM found) d
        JOIN inventory_currentobservation c ON c.asset_id = d.asset_id AND c.kind = d.evidence_kind
        JOIN inventory_observation o ON o.id = c.observation_id)
    SELECT f.asset_id, f.unit_id, f.name, f.role, f.code, f.outcome, f.decided_by, f.reason, f.since, e.uuid
    FROM found f LEFT JOIN evidence e ON e.asset_id = f.asset_id AND e.kind = f.evidence_kind
    ORDER BY f.unit_id, f.name, f.asset_id, f.code
"""
"""Many results rest on one piece of evidence, which is looked up once."""
WORST = """
    SELECT asset_id, code FROM (
        SELECT r.asset_id, n.code, r.outcome, a.unit_id, a.name,
               row_number() OVER (PARTITION BY r.asset_id ORDER BY r.outcome DESC, n.code) AS place
        FROM compliance_ruleresult r
        JOIN compliance_rulename n ON n.id = r.rule_id JOIN inventory_asset a ON a.id = r.asset_id
        WHERE n.code {any} AND r.outcome {any} AND a.retired_at IS NULL AND a.role {which} 'device' {within}
    ) ranked WHERE place = 1 ORDER BY outcome DESC, unit_id, name, asset_id LIMIT %s
"""
NAMES = "SELECT id, name, role FROM inventory_asset"


def failing_assets(
    outcomes: Collection[Outcome],
    rule: str | Collection[str] | None = None,
    unit_ids: Collection[int] | None = None,
    as_of: datetime | None = None,
    *,
    devices: bool = False,
) -> list[AssetResult]:
    """The results with one of these outcomes, of one rule, several or all, in these units or all.

    Of machines, or with `devices` of network devices; never of both. By unit, asset, rule.
    """
    rules = None if rule is None else {rule} if isinstance(rule, str) else set(rule)
    if as_of is not None:
        found = [
            result
            for result in results_at(as_of, None if unit_ids is None else _assets_of(unit_ids, as_of))
            if (result.role == AssetRole.DEVICE) == devices
            and result.outcome in outcomes
            and (rules is None or result.rule in rules)
            and (unit_ids is None or result.unit_id in unit_ids)
        ]
        return sorted(found, key=lambda one: (one.unit_id, one.name, one.asset_id, one.rule))
    condition, params = " AND r.outcome {any}", [sorted(outcome.value for outcome in outcomes)]
    values: list[object] = [*params]
    if rules is not None:
        condition += " AND n.code {any}"
        values.append(sorted(rules))
    if unit_ids is not None:
        condition += " AND a.unit_id {any}"
        values.append(sorted(unit_ids))
    return _read(condition, values, devices=devices)


def worst_assets(
    outcomes: Collection[Outcome],
    rules: Collection[str],
    limit: int,
    unit_ids: Collection[int] | None = None,
    *,
    devices: bool = False,
) -> list[AssetResult]:
    """One result, its worst, for each asset that has one of these outcomes by one of these rules; the worst first.

    At most `limit` of them, so that a clause that thousands fail is no slower than another; in these units or all.
    """
    worst = WORST.replace("{which}", "=" if devices else "<>")
    worst = worst.replace("{within}", "" if unit_ids is None else "AND a.unit_id {any}")
    within = [] if unit_ids is None else [sorted(unit_ids)]
    found = stores.current().rows(worst, [sorted(rules), sorted(one.value for one in outcomes), *within, limit])
    chosen = {(asset, rule): place for place, (asset, rule) in enumerate(found)}
    if not chosen:
        return []
    condition = " AND r.asset_id {any} AND n.code {any}"
    params: list[object] = [sorted({asset for asset, _ in chosen}), sorted({rule for _, rule in chosen})]
    results = [one for one in _read(condition, params, devices=devices) if (one.asset_id, one.rule) in chosen]
    return sorted(results, key=lambda one: chosen[one.asset_id, one.rule])


def asset_results(asset_id: int, as_of: datetime | None = None) -> list[AssetResult]:
    """Every rule on one asset, now or at an earlier moment; empty for an asset that was not there."""
    if as_of is not None:
        return list(results_at(as_of, [asset_id]))
    sweep()
    devices = Asset.objects.filter(pk=asset_id, role=AssetRole.DEVICE).exists()
    return _read(" AND r.asset_id = %s", [asset_id], devices=devices)


def worst_outcomes(framework: str, assets: Collection[int]) -> dict[int, Outcome]:
    """Of each asset the worst outcome over a framework; what was never judged is absent."""
    found = Finding.objects.filter(asset__in=assets, control__code=framework)
    return {asset: Outcome(outcome) for asset, outcome in found.values_list("asset_id", "outcome")}


def asset_sightings(asset_id: int, as_of: datetime | None = None) -> dict[str, Sighting]:
    """The evidence on one asset by kind, now or at an earlier moment."""
    store = stores.current()
    spans = evidence.current_spans(store, [asset_id]) if as_of is None else evidence.spans_at(store, [asset_id], as_of)
    return evidence.read_sightings(store, spans).get(asset_id, {})


def explanation(policy: Policy, rule: str, sightings: Mapping[str, Sighting], at: datetime) -> Node | None:
    """The whole tree of a rule's judgement on that evidence; None for a rule that this policy does not have."""
    compiled = policy.compiled.get(rule)
    return explain(compiled, sightings, at) if compiled else None


def _read(condition: str, params: list[object], *, devices: bool) -> list[AssetResult]:
    types = (None, None, None, None, None, None, None, None, datetime, UUID)
    results = RESULTS.replace("{which}", "=" if devices else "<>").replace("{condition}", condition)
    store, now = stores.current(), datetime.now(UTC)
    rows = store.rows(results, params, types)
    waivers = waivers_after(store, now)
    outcomes = {outcome.value: outcome for outcome in Outcome}
    found = [
        AssetResult(row[0], row[1], row[2], row[3], row[4], outcomes[row[5]], row[6], row[7], row[8], row[9])
        for row in rows
    ]
    return found if waivers.nobody else [_waived(result, waivers, now) for result in found]


def waived_by_control(results: Iterable[AssetResult], control: str, at: datetime | None = None) -> list[AssetResult]:
    """The results as they stand below a control: a waiver of the control names their failures, too."""
    moment = at or datetime.now(UTC)
    waivers = waivers_after(stores.current(), moment)
    return [_waived(result, waivers, moment, control) for result in results]


def _waived(result: AssetResult, waivers: Waivers, at: datetime, control: str = "") -> AssetResult:
    """The result with the waiver that names it, where it is a failure and there is one."""
    if result.outcome is not Outcome.FAIL or result.waiver is not None:
        return result
    number = waivers.waiver_of(result.asset_id, result.unit_id, at, rule=result.rule, control=control)
    return result if number is None else msgspec.structs.replace(result, waiver=number)


def _assets_of(unit_ids: Collection[int], at: datetime) -> list[int]:
    """The assets that these units had at a moment."""
    wanted = set(unit_ids)
    return [asset for asset, (unit, _) in history.assets_at(stores.current(), at).items() if unit in wanted]


def results_at(as_of: datetime, only: Collection[int] | None = None) -> Iterator[AssetResult]:
    """Every result on every asset that there was at a moment, or on those of `only`."""
    policy = in_force(as_of).policy
    store = stores.current()
    within, params = ("", []) if only is None else (" WHERE id {any}", [sorted(only)])
    described = {pk: (name, role) for pk, name, role in store.rows(f"{NAMES}{within}", params)}
    waivers = waivers_after(store, as_of)
    for asset in history.judged_assets(as_of, policy, only):
        for result in (one for one in asset.results if one.rule in policy.rules):
            found = AssetResult(
                asset.asset_id,
                asset.unit_id,
                *described[asset.asset_id],
                result.rule,
                result.outcome,
                result.decided_by,
                result.reason,
                None,
                UUID(result.evidence[0]) if result.evidence else None,
            )
            yield _waived(found, waivers, as_of)
