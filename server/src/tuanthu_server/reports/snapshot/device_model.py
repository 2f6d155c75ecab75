"""Types of the snapshot about network devices; their counts are of devices."""

from datetime import datetime

import msgspec

from tuanthu_server.reports.snapshot.counts import OutcomeCounts, Ratio


class DeviceRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One network device."""

    unit: str
    asset: int
    name: str
    device_class: str
    address: str
    mac: str
    credentials: str
    """The outcome of the rule on factory accounts."""
    worst: str
    """The worst outcome of all rules about devices."""
    last_seen: datetime | None


class LanPart(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Machines that report, of the computers that scans saw."""

    coverage: Ratio
    """The denominator is None where no scan saw a computer."""
    units_without_scan: int
    """Units of which no scan told anything; with the next ones in neither number."""
    units_without_computer: int
    """Units where scans saw devices and no computer."""


class UnitDevicesPart(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """The network devices of one unit; counts are of devices. A field that came later is left out where it is empty."""

    code: str
    devices: int
    silent: int
    """Of these, seen by no scan for 35 days."""
    computers: int
    """Of these, computers: they have no agent."""
    counts: OutcomeCounts
    """By the rule on factory accounts."""
    rate: Ratio
    open: OutcomeCounts
    """By the rule on open access."""
    scanned_at: datetime | None
    """When the newest scan ended; None where there was none, or it did not say."""
    scanned_whole: bool
    lan: LanPart | None = None
    """None in reports from before it was counted."""


class DevicesPart(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """The network devices of the scope, apart from all figures of machines."""

    devices: int
    silent: int
    computers: int
    units_scanned: int
    counts: OutcomeCounts
    rate: Ratio
    open: OutcomeCounts
    units: list[UnitDevicesPart]
    """In the order of the report's units."""
    rows: list[DeviceRow]
    """Every device, by unit, the worst first."""
    lan: LanPart | None = None
    """None in reports from before it was counted."""
