"""Which device an address is: by its hardware address where that is known, else by its address."""

import ipaddress
import json
import re
import sqlite3
from dataclasses import dataclass
from typing import Final

_DIGITS: Final = re.compile(r"[0-9a-f]{12}")
_NOBODY: Final = ("00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff")


@dataclass(frozen=True, slots=True)
class DeviceKey:
    """A device as the network shows it at one moment; `device_key` makes it from texts."""

    address: str
    mac: str | None = None

    @property
    def name(self) -> str:
        """How the log names it."""
        return self.mac or self.address


def device_key(address: str, mac: str | None = None) -> DeviceKey:
    """In one spelling; raises ValueError for what is no address. Nobody's hardware address counts as unknown."""
    place = ipaddress.ip_address(address)
    if isinstance(place, ipaddress.IPv6Address) and place.ipv4_mapped:
        place = place.ipv4_mapped
    return DeviceKey(str(place), None if mac is None else normal_mac(mac))


def normal_mac(text: str) -> str | None:
    """`aa:bb:cc:dd:ee:ff`, however it was written; None for nobody's; raises ValueError."""
    digits = re.sub(r"[:.\-]", "", text.strip().lower())
    if not _DIGITS.fullmatch(digits):
        raise ValueError(f"no hardware address: {text[:40]!r}")
    mac = ":".join(digits[place : place + 2] for place in range(0, 12, 2))
    return None if mac in _NOBODY else mac


def note(db: sqlite3.Connection, device: DeviceKey) -> None:
    """Remember that this hardware was seen at this address."""
    if device.mac is not None:
        db.execute("INSERT OR IGNORE INTO sighting VALUES (?, ?)", (device.mac, device.address))


def of_device(db: sqlite3.Connection, device: DeviceKey) -> tuple[str, str]:
    """The values of the condition `SAME_DEVICE`, which holds for whatever was done to this device.

    All that was done to its hardware, at whatever address; and what was done to hardware unknown at any address where
    this hardware was ever seen, or where it stands now. Of an address whose hardware is not known now it is whatever
    was ever done there. Where it is in doubt which device was meant, each of them counts it as its own.
    """
    macs = [device.mac] if device.mac else _column(db, "SELECT mac FROM sighting WHERE address = ?", device.address)
    texts = json.dumps(macs)
    seen = _column(db, "SELECT address FROM sighting WHERE mac IN (SELECT value FROM json_each(?))", texts)
    return texts, json.dumps(sorted({device.address, *seen}))


def is_certain(device: DeviceKey, mac: str | None, address: str) -> bool:
    """Whether what was done to this hardware at this address was certainly done to this device."""
    return mac == device.mac and (mac is not None or address == device.address)


def _column(db: sqlite3.Connection, query: str, value: str) -> list[str]:
    return [row[0] for row in db.execute(query, (value,))]
