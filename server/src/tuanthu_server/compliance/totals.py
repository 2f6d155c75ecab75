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


def on_lan(parts: Iterable[UnitCompliance]) -> Share:
    """Hosts that scans saw and that are machines with an agent, of all computers that they saw.

    Undetermined where no scan saw a computer. Expected machines and seen ones are two denominators, told side by side:
    what a unit states may be wrong, and a scan sees only what is switched on.
    """
    every = [part.devices for part in parts]
    seen = sum(one.managed + one.computers for one in every)
    return Share(sum(one.managed for one in every), seen or None)


def _added(tables: Iterable[dict[str, Counts]]) -> dict[str, Counts]:
    found: dict[str, list[Counts]] = {}
    for table in tables:
        for code, counts in table.items():
            if code in found:
                found[code].append(counts)
            else:
                found[code] = [counts]
    return {code: added(parts) for code, parts in found.items()}


def added(parts: Iterable[Counts]) -> Counts:
    """The sum of counts, outcome by outcome."""
    return Counts(*(sum(cells) for cells in zip(*map(msgspec.structs.astuple, parts), strict=True)))
