"""Figures of several units together, in one definition for pages and official reports."""

from collections.abc import Iterable, Mapping
from functools import cached_property

import msgspec

from tuanthu_server.compliance.shares import Share
from tuanthu_server.compliance.standing import Counts, DeviceCompliance, Standing, UnitCompliance

Expected = Mapping[int, int | None]
"""Unit → machines that it says it has; None or nothing for a unit that does not say."""


class Coverage(msgspec.Struct, frozen=True):
    """Machines that report, of those that units say they have."""

    covered: int
    """Reporting machines; a unit counts at most as many as it expects, so one cannot make up for another."""
    expected: int | None
    """None where no unit states its machines."""
    units_without_expectation: int
    """Units that do not state their machines; they are in neither number."""
    over_expected: int
    """Reporting machines beyond what their units expect; they are not in `covered`."""

    @property
    def share(self) -> Share:
        """Covered ÷ expected."""
        return Share(self.covered, self.expected)


class LanCoverage(msgspec.Struct, frozen=True):
    """Machines that report, of the computers that scans saw in the networks of their units."""

    covered: int
    """Hosts with an agent that scans saw; a unit counts at most as many as it has machines that report."""
    seen: int | None
    """Computers that scans saw, with and without an agent; None where no scan saw one."""
    units_without_scan: int
    """Units of which no scan told anything; they are in neither number and count as covered nowhere."""
    units_without_computer: int
    """Units where scans found devices, and no computer among them; they are in neither number, too."""

    @property
    def share(self) -> Share:
        """Covered ÷ seen."""
        return Share(self.covered, self.seen)


class Totals(msgspec.Struct, frozen=True, dict=True):
    """Figures of several units together; what takes long to add up is added up once somebody asks."""

    units: int
    assets: int
    reporting: int
    silent: int
    never_reported: int
    coverage: Coverage
    parts: list[UnitCompliance]
    """The figures of each of these units."""

    @cached_property
    def rules(self) -> dict[str, Counts]:
        """By rule about machines."""
        return _added(part.rules for part in self.parts)

    @cached_property
    def controls(self) -> dict[str, Counts]:
        """By `framework/control`, and by `framework`."""
        return _added(part.controls for part in self.parts)

    @cached_property
    def devices(self) -> DeviceCompliance:
        """Of their network devices."""
        return devices_of(self.parts)

    @cached_property
    def attested(self) -> dict[str, Counts]:
        """By each clause that asks for a statement: units by what their statement comes to."""
        return _added(part.attested for part in self.parts)

    @cached_property
    def lan(self) -> LanCoverage:
        """The other denominator: told beside `coverage`, and never added to it."""
        return on_lan(self.parts)


def totals_of(standing: Standing, unit_ids: Iterable[int], expected: Expected) -> Totals:
    """The figures of these units together."""
    parts = [standing.units[pk] for pk in unit_ids if pk in standing.units]
    return Totals(
        units=len(parts),
        assets=sum(part.assets for part in parts),
        reporting=sum(part.reporting for part in parts),
        silent=sum(part.silent for part in parts),
        never_reported=sum(part.never_reported for part in parts),
        coverage=coverage_of(parts, expected),
        parts=parts,
    )


def devices_of(parts: Iterable[UnitCompliance]) -> DeviceCompliance:
    """The figures of these units' network devices together."""
    every = [part.devices for part in parts]
    return DeviceCompliance(
        devices=sum(one.devices for one in every),
        silent=sum(one.silent for one in every),
        computers=sum(one.computers for one in every),
        managed=sum(one.managed for one in every),
        rules=_added(one.rules for one in every),
        controls=_added(one.controls for one in every),
    )


def coverage_of(parts: Iterable[UnitCompliance], expected: Expected) -> Coverage:
    """How much of what units expect reports."""
    covered, total, untold, over = 0, None, 0, 0
    for part in parts:
        machines = expected.get(part.unit_id)
        if machines is None:
            untold += 1
            continue
        total = (total or 0) + machines
        covered += min(part.reporting, machines)
        over += max(0, part.reporting - machines)
    return Coverage(covered, total, untold, over)


def on_lan(parts: Iterable[UnitCompliance]) -> LanCoverage:
    """How many of the computers that scans saw report.

    Expected machines and seen ones are two denominators, told side by side: what a unit states may be wrong, and a scan
    sees only what is switched on. Whether a host has an agent was true when it was scanned, so a unit counts at most as
    many as report now.
    """
    covered, total, unscanned, without = 0, None, 0, 0
    for part in parts:
        seen = part.devices.managed + part.devices.computers
        if seen:
            total = (total or 0) + seen
            covered += min(part.devices.managed, part.reporting)
        elif part.devices.devices:
            without += 1
        else:
            unscanned += 1
    return LanCoverage(covered, total, unscanned, without)


def _added(tables: Iterable[dict[str, Counts]]) -> dict[str, Counts]:
    found: dict[str, list[Counts]] = {}
    for table in tables:
        for code, counts in table.items():
            if code in found:
                found[code].append(counts)
            else:
                found[code] = [counts]
    return {code: added(parts) if len(parts) > 1 else parts[0] for code, parts in found.items()}


def added(parts: Iterable[Counts]) -> Counts:
    """The sum of counts, outcome by outcome."""
    return Counts(*(sum(cells) for cells in zip(*map(msgspec.structs.astuple, parts), strict=True)))
