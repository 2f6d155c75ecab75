"""Network devices one by one, and the scans that found them: now, or as they were at an earlier moment."""

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from tuanthu_policy.observation import Sighting
from tuanthu_policy.outcome import Outcome
from tuanthu_policy.policy import SCAN_KIND
from tuanthu_server.compliance import history
from tuanthu_server.compliance.policies import in_force
from tuanthu_server.inventory import evidence
from tuanthu_server.inventory import store as stores
from tuanthu_server.inventory.models import Asset, AssetRole

DEFAULT_LOGIN: Final = "device.no_default_credentials"
OPEN_ACCESS: Final = "device.no_open_access"


class DeviceLine(msgspec.Struct, frozen=True):
    """One device in a list."""

    asset_id: int
    unit_id: int
    name: str
    device_class: str
    vendor: str
    model: str
    address: str
    key: str
    last_seen: datetime | None
    outcomes: Mapping[str, Outcome]
    """By rule about devices."""

    @property
    def credentials(self) -> Outcome:
        """Whether it is on a factory account."""
        return self.outcomes.get(DEFAULT_LOGIN, Outcome.NOTCHECKED)

    @property
    def worst(self) -> Outcome:
        """The worst of all its rules."""
        return max(self.outcomes.values(), default=Outcome.NOTCHECKED)

    @property
    def mac(self) -> str:
        """Its MAC; empty where none is known."""
        return self.key.removeprefix("mac:") if self.key.startswith("mac:") else ""


class ScanRun(msgspec.Struct, frozen=True):
    """What a machine said of its newest scan."""

    unit_id: int
    asset_id: int
    machine: str
    seen_at: datetime
    facts: Mapping[str, Any]

    @property
    def finished_at(self) -> str:
        """RFC 3339; empty where it did not say."""
        return _text(self.facts.get("finished_at"))

    @property
    def whole(self) -> bool:
        """Whether it said that it looked at everything."""
        return self.facts.get("whole") is True

    @property
    def designated(self) -> bool:
        """Whether the machine is still charged with it, as far as it said."""
        return self.facts.get("designated") is not False

    def number(self, name: str) -> int | None:
        """One of its counts."""
        value = self.facts.get(name)
        return value if type(value) is int else None


OUTCOMES = """
    SELECT r.asset_id, n.code, r.outcome FROM compliance_ruleresult r
    JOIN compliance_rulename n ON n.id = r.rule_id WHERE r.asset_id {any}
"""
COLUMNS = ("pk", "unit_id", "name", "device_class", "vendor", "model", "address", "device_key", "last_seen_at")
"""The first fields of a `DeviceLine`."""
SCANNERS = """
    SELECT a.id, a.unit_id, a.name FROM inventory_asset a
    WHERE (a.retired_at IS NULL OR a.retired_at > %s) AND EXISTS (
        SELECT 1 FROM inventory_currentobservation c WHERE c.asset_id = a.id AND c.kind = 'scan')
"""
NAMED = "SELECT id, name, device_key FROM inventory_asset WHERE id {any}"


def device_lines(units: Collection[int], as_of: datetime | None = None, *, device_class: str = "") -> list[DeviceLine]:
    """Devices of these units (or those of one class) without machines with an agent: the worst first."""
    found = _now(units, device_class) if as_of is None else _then(units, as_of)
    return worst_first(one for one in found if device_class in {"", one.device_class})


def worst_first(lines: Iterable[DeviceLine]) -> list[DeviceLine]:
    """Those on a factory account first."""
    return sorted(lines, key=lambda one: (-one.credentials, -one.worst, one.unit_id, one.name, one.asset_id))


def _now(units: Collection[int], device_class: str) -> list[DeviceLine]:
    found = Asset.objects.filter(role=AssetRole.DEVICE, retired_at=None, managed=False, unit__in=units)
    found = found.filter(device_class=device_class) if device_class else found
    rows: list[tuple[Any, ...]] = list(found.values_list(*COLUMNS))
    names = {outcome.value: outcome for outcome in Outcome}
    outcomes: dict[int, dict[str, Outcome]] = {row[0]: {} for row in rows}
    for asset, rule, outcome in stores.current().rows(OUTCOMES, [sorted(outcomes)]):
        outcomes[asset][rule] = names[outcome]
    return [
        DeviceLine(row[0], row[1], row[2], row[3], row[4], row[5], row[6], row[7], row[8], outcomes[row[0]])
        for row in rows
    ]


def _then(units: Collection[int], at: datetime) -> list[DeviceLine]:
    wanted = set(units)
    present = history.assets_at(stores.current(), at)
    return devices_at(at, [asset for asset, (unit, device) in present.items() if device and unit in wanted])


def devices_at(at: datetime, assets: Collection[int]) -> list[DeviceLine]:
    """These devices as they were at a moment, without machines with an agent, in no order."""
    names = {pk: (name, key) for pk, name, key in stores.current().rows(NAMED, [sorted(assets)])} if assets else {}
    found = []
    for asset in history.judged_assets(at, in_force(at).policy, sorted(names)):
        facts = asset.sightings["device"].observation.facts if "device" in asset.sightings else {}
        if facts.get("managed") is True:
            continue
        name, key = names[asset.asset_id]
        device_class, vendor, model, address = (
            _text(facts.get(fact)) for fact in ("device_class", "vendor", "model", "address")
        )
        outcomes = {result.rule: result.outcome for result in asset.results}
        found.append(
            DeviceLine(
                asset.asset_id,
                asset.unit_id,
                name,
                device_class,
                vendor,
                model,
                address,
                key,
                asset.last_seen,
                outcomes,
            )
        )
    return found


def scan_runs(units: Collection[int], as_of: datetime | None = None) -> list[ScanRun]:
    """The newest scan of each machine of these units that scans, the newest first."""
    store = stores.current()
    scanners = store.rows(SCANNERS, [as_of or datetime.now(UTC)]) if units else []
    if as_of is not None:  # of the unit to which it belonged then
        then = history.assets_at(store, as_of, [row[0] for row in scanners])
        scanners = [(asset, then[asset][0], name) for asset, _, name in scanners if asset in then]
    wanted_units = set(units)
    machines = {asset: (unit, name) for asset, unit, name in scanners if unit in wanted_units}
    spans = (
        evidence.current_spans(store, machines, SCAN_KIND)
        if as_of is None
        else evidence.spans_at(store, machines, as_of)
    )
    wanted = {asset: {SCAN_KIND: kinds[SCAN_KIND]} for asset, kinds in spans.items() if SCAN_KIND in kinds}
    runs = [
        _run(asset, machines[asset], kinds[SCAN_KIND])
        for asset, kinds in evidence.read_sightings(store, wanted).items()
    ]
    return sorted(runs, key=lambda one: (one.seen_at, one.asset_id), reverse=True)


def newest_of_units(runs: Iterable[ScanRun]) -> dict[int, ScanRun]:
    """Of each unit the newest scan of a machine that is still charged with it, else the newest."""
    found: dict[int, ScanRun] = {}
    for run in sorted(runs, key=lambda one: (one.designated, one.seen_at, one.asset_id)):
        found[run.unit_id] = run
    return found


def _run(asset: int, machine: tuple[int, str], sighting: Sighting) -> ScanRun:
    return ScanRun(machine[0], asset, machine[1], sighting.seen_at, sighting.observation.facts)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
