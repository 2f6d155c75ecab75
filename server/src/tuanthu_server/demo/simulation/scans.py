"""The monthly scans of a simulated machine and the devices that they find."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from tuanthu_policy.observation import Observation, Sighting
from tuanthu_server.compliance.policies import Numbered
from tuanthu_server.demo.devices import found_at
from tuanthu_server.demo.scene import Sight
from tuanthu_server.demo.simulation.ledger import Ledger
from tuanthu_server.demo.simulation.machine import Machine
from tuanthu_server.ingest.writer.devices import Device
from tuanthu_server.inventory.models import AssetRole

EVERY_DAYS: Final = 28


def device_keys(number: int, unit: str, at: datetime) -> list[str]:
    """Keys of the devices that such a machine finds."""
    return list(found_at(number, unit, at)[0])


class Scans:
    """When it scans, what it finds, and what is judged of that."""

    def __init__(self, policy: Numbered, machine: Machine, at: datetime) -> None:
        self._machine = machine
        self._last: int | None = None
        keys = device_keys(machine.number, machine.unit, at) if machine.scans else []
        self.devices = {
            key: Device(asset, machine.unit_id, key) for key, asset in zip(keys, machine.device_ids, strict=True)
        }
        self.ledgers = {
            one.asset_id: Ledger(policy, one.asset_id, one.unit_id, device=True) for one in self.devices.values()
        }
        self._made: dict[int, datetime] = {}

    def due(self, at: datetime) -> tuple[dict[str, Sight], Sight] | None:
        """What a scan finds, once a month; None in between."""
        month = at.toordinal() // EVERY_DAYS
        if not self.devices or month == self._last:
            return None
        self._last = month
        return found_at(self._machine.number, self._machine.unit, at)

    def saw(self, device: Device, seen: Observation, at: datetime, received: datetime) -> None:
        """Take over what a scan says of a device."""
        self._made.setdefault(device.asset_id, received)
        device.seen(at)
        device.describe(seen.facts, at)
        self.ledgers[device.asset_id].sightings[seen.kind] = Sighting(seen, at)

    def assets(self) -> Iterator[dict[str, Any]]:
        """Rows of the devices."""
        for device in self.devices.values():
            if device.asset_id in self._made:
                yield {
                    "id": device.asset_id,
                    "unit_id": device.unit_id,
                    "name": device.name,
                    "role": AssetRole.DEVICE,
                    "created_at": self._made[device.asset_id],
                    "last_seen_at": device.last_seen_at,
                    "device_key": device.device_key,
                    "device_class": device.device_class,
                    "vendor": device.vendor,
                    "model": device.model,
                    "family": device.family,
                    "address": device.address,
                    "managed": device.managed,
                    "described_at": device.described_at,
                }
