"""Network devices as the snapshot keeps them; the counts are those of `compliance.standing`."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from tuanthu_server.compliance.devices import DEFAULT_LOGIN, OPEN_ACCESS, DeviceLine, ScanRun
from tuanthu_server.compliance.standing import DeviceCompliance, Standing
from tuanthu_server.compliance.totals import LanCoverage, devices_of, on_lan
from tuanthu_server.reports.snapshot.clean import clean
from tuanthu_server.reports.snapshot.counts import OutcomeCounts
from tuanthu_server.reports.snapshot.device_model import DeviceRow, DevicesPart, LanPart, UnitDevicesPart
from tuanthu_server.reports.snapshot.figures import counts_of, rate, ratio
from tuanthu_server.reports.snapshot.inputs import DeviceFacts, UnitFacts


def devices_part(facts: DeviceFacts | None, standing: Standing, units: Sequence[UnitFacts]) -> DevicesPart | None:
    """The devices of these units; None where nothing was asked of them."""
    if facts is None:
        return None
    codes = {unit.id: clean(unit.code) for unit in units}
    known = [standing.units[unit.id] for unit in units if unit.id in standing.units]
    whole = devices_of(known)
    counts, open_counts = _counts(whole)
    return DevicesPart(
        devices=whole.devices,
        silent=whole.silent,
        computers=whole.computers,
        units_scanned=sum(unit.id in facts.runs for unit in units),
        counts=counts,
        rate=rate(counts),
        open=open_counts,
        units=[_unit(unit, standing, facts.runs) for unit in units],
        rows=[_row(line, codes[line.unit_id]) for line in sorted(facts.lines, key=lambda one: _order(one, codes))],
        lan=_lan(on_lan(known)),
    )


def _lan(found: LanCoverage) -> LanPart:
    return LanPart(
        coverage=ratio(found.covered, found.seen),
        units_without_scan=found.units_without_scan,
        units_without_computer=found.units_without_computer,
    )


def _unit(unit: UnitFacts, standing: Standing, runs: Mapping[int, ScanRun]) -> UnitDevicesPart:
    known = standing.units.get(unit.id)
    devices = known.devices if known else DeviceCompliance()
    counts, open_counts = _counts(devices)
    run = runs.get(unit.id)
    return UnitDevicesPart(
        code=clean(unit.code),
        devices=devices.devices,
        silent=devices.silent,
        computers=devices.computers,
        counts=counts,
        rate=rate(counts),
        open=open_counts,
        scanned_at=_moment(run.finished_at) if run else None,
        scanned_whole=run is not None and run.whole,
        lan=_lan(on_lan([known] if known else [])),
    )


def _counts(devices: DeviceCompliance) -> tuple[OutcomeCounts, OutcomeCounts]:
    return counts_of(devices.rules.get(DEFAULT_LOGIN)), counts_of(devices.rules.get(OPEN_ACCESS))


def _order(line: DeviceLine, codes: Mapping[int, str]) -> tuple[str, int, str, int]:
    return codes[line.unit_id], -line.credentials, line.name, line.asset_id


def _row(line: DeviceLine, code: str) -> DeviceRow:
    return DeviceRow(
        unit=code,
        asset=line.asset_id,
        name=clean(line.name),
        device_class=clean(line.device_class),
        address=clean(line.address),
        mac=clean(line.mac),
        credentials=line.credentials.code,
        worst=line.worst.code,
        last_seen=line.last_seen,
    )


def _moment(text: str) -> datetime | None:
    """A time of a fact; None for what is none."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else None
