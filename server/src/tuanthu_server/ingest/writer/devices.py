"""The devices that a group of reports speaks of: recognised, made where they are new, described by what was seen last.

A unit's row is locked first while its devices are looked up and made, then all assets in the order of their numbers:
two writers cannot make one device twice, and no ring of writers waits for itself.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec

from tuanthu_policy.scalars import microseconds
from tuanthu_server.ingest.writer.prepared import Prepared
from tuanthu_server.inventory.models import Asset, AssetRole
from tuanthu_server.inventory.store.interface import Store

NEAR: Final = timedelta(days=2)
"""Two sightings at one address so near to each other, of which one does not know the MAC, are of one device."""
UNITS = """
    SELECT g.id, a.unit_id FROM inventory_agent g JOIN inventory_asset a ON a.id = g.asset_id
    WHERE g.id {any} AND g.revoked_at IS NULL
"""
LOCK_UNITS = "SELECT id FROM units_unit WHERE id {any} ORDER BY id {lock}"
DEVICES = """
    SELECT id, unit_id, device_key, address, name, device_class, vendor, model, family, managed, described_at,
           last_seen_at
    FROM inventory_asset WHERE unit_id {any} AND role = 'device' AND retired_at IS NULL ORDER BY id
"""
RETIRED = "SELECT id FROM inventory_asset WHERE id {any} AND retired_at IS NOT NULL"
DESCRIBED: Final = (
    "device_key",
    "address",
    "name",
    "device_class",
    "vendor",
    "model",
    "family",
    "managed",
    "described_at",
    "last_seen_at",
)


class Device(msgspec.Struct):
    """A device's row, locked until the end of the transaction; changed in memory and written once."""

    asset_id: int
    unit_id: int
    device_key: str
    address: str = ""
    name: str = ""
    device_class: str = ""
    vendor: str = ""
    model: str = ""
    family: str = ""
    managed: bool = False
    described_at: datetime | None = None
    last_seen_at: datetime | None = None
    retired: bool = False
    touched: bool = False
    told: bool = False
    """Whether an observation of this group spoke of it."""

    def seen(self, at: datetime) -> None:
        """It was seen at that time."""
        self.touched = True
        self.last_seen_at = max(self.last_seen_at or at, at)

    def describe(self, facts: Mapping[str, Any], at: datetime) -> None:
        """Take over what an observation says of it."""
        self.described_at = at
        self.managed = facts.get("managed") is True
        self.device_class = _text(facts, "device_class", 16) or "unknown"
        self.address = _text(facts, "address", 45) or self.address
        self.vendor = _text(facts, "vendor", 120) or self.vendor
        self.model = _text(facts, "model", 120) or self.model
        self.family = _text(facts, "family", 80) or self.family
        self.name = " ".join(part for part in (self.vendor, self.model) if part) or self.address or self.device_key


def number(at: datetime) -> int:
    """The sequence number of a statement about a device: its time in microseconds, since several agents may speak of
    one device and their reports' numbers have nothing to do with each other."""
    return microseconds(at)


class Devices:
    """The devices of a group's units; `candidates` are those that it may speak of, to be locked."""

    def __init__(self, store: Store, group: Sequence[Prepared]) -> None:
        self._store = store
        self._by_key: dict[tuple[int, str], Device] = {}
        self._known: dict[int, Device] = {}
        self.candidates: set[int] = set()
        speaking = [report for report in group if any(True for _ in _statements(report))]
        if speaking:
            self._read(speaking)

    def _read(self, speaking: Sequence[Prepared]) -> None:
        rows = self._store.rows(UNITS, [sorted({report.agent_id for report in speaking})])
        units = sorted({unit for _, unit in rows})
        self._store.rows(LOCK_UNITS, [units])
        keys: set[str] = set()
        addresses: set[str] = set()
        for report in speaking:
            for key, address in _statements(report):
                keys.update((key, f"ip:{address}"))
                addresses.add(key.partition(":")[2] if key.startswith("ip:") else address)
        types = (None,) * 10 + (datetime, datetime)
        for row in self._store.rows(DEVICES, [units], types):
            device = Device(*row)
            device.managed = bool(device.managed)
            if device.device_key in keys or (device.address and device.address in addresses):
                self._by_key[device.unit_id, device.device_key] = device
                self._known[device.asset_id] = device
        self.candidates = set(self._known)

    def check(self) -> None:
        """Once the candidates are locked: whether a person retired one meanwhile."""
        if self.candidates:
            for (asset,) in self._store.rows(RETIRED, [sorted(self.candidates)]):
                self._known[asset].retired = True

    def assets(self) -> set[int]:
        """Numbers of all that are known."""
        return set(self._known)

    def used(self) -> list[Device]:
        """Those of which the group spoke."""
        return [device for device in self._known.values() if device.touched]

    def find(self, unit: int, key: str, at: datetime) -> Device | None:
        """The device with that key; without a MAC, else that which was seen at its address at about that time."""
        found = self._by_key.get((unit, key))
        if found is not None or not key.startswith("ip:"):
            return found
        address = key.partition(":")[2]
        near = [
            one for one in self._known.values() if one.unit_id == unit and one.address == address and _near(one, at)
        ]
        return max(near, key=lambda one: (one.last_seen_at or at, one.asset_id), default=None)

    def seen(self, unit: int, key: str, facts: Mapping[str, Any], at: datetime) -> Device:
        """The device that an observation is of, described by it; a new one where none is known."""
        found = self.find(unit, key, at) or self._named_at_last(unit, key, _text(facts, "address", 45), at)
        device = found or self._make(unit, key, at)
        device.told = True
        if device.described_at is None or at >= device.described_at:
            # For those that are looked for by address; what is current decides in the end.
            device.describe(facts, at)
        return device

    def _named_at_last(self, unit: int, key: str, address: str, at: datetime) -> Device | None:
        """The device that was known by this address alone, and has this MAC from now on."""
        found = self._by_key.get((unit, f"ip:{address}")) if key.startswith("mac:") else None
        if found is None or not _near(found, at):
            return None
        del self._by_key[unit, found.device_key]
        found.device_key = key
        self._by_key[unit, key] = found
        # At once: the old key is free for another device of this very group.
        self._store.update("inventory_asset", ("id",), ("device_key",), [(found.asset_id, key)])
        return found

    def _make(self, unit: int, key: str, at: datetime) -> Device:
        row = Asset.objects.create(
            unit_id=unit, name=key, role=AssetRole.DEVICE, device_key=key, created_at=datetime.now(UTC), last_seen_at=at
        )
        device = Device(row.pk, unit, key)
        self._by_key[unit, key] = device
        self._known[device.asset_id] = device
        return device

    def write(self) -> None:
        """Write what changed, in the order of their numbers."""
        rows = [(one.asset_id, *(getattr(one, name) for name in DESCRIBED)) for one in self.used()]
        self._store.update("inventory_asset", ("id",), DESCRIBED, sorted(rows))


def _near(device: Device, at: datetime) -> bool:
    return device.last_seen_at is not None and abs(device.last_seen_at - at) <= NEAR


def _statements(report: Prepared) -> Iterator[tuple[str, str]]:
    """Key and address of each statement about a device."""
    for observation in report.envelope.observations:
        if isinstance(observation.asset, str):
            yield observation.asset, _text(observation.facts, "address", 45)
    for held in report.envelope.held:
        if isinstance(held.asset, str):
            yield held.asset, ""


def _text(facts: Mapping[str, Any], name: str, longest: int) -> str:
    """A text of a fact as it can be stored; empty for what is none."""
    value = facts.get(name)
    return value.replace("\0", "\ufffd").strip()[:longest] if isinstance(value, str) else ""
