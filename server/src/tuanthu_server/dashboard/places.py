"""Groups of units and the map, put together for the page. Nothing is judged or added up here."""

from collections.abc import Iterable
from typing import Final

import msgspec

from tuanthu_policy.text import Text
from tuanthu_server.access.groups import Group
from tuanthu_server.compliance.standing import Counts
from tuanthu_server.compliance.totals import Coverage, LanCoverage
from tuanthu_server.compliance.unit_state import UnitState
from tuanthu_server.dashboard.figures import EMPTY, UnitLine
from tuanthu_server.dashboard.maps import PITCH, Point, Sheet, Spot, mark, sheet

FEW: Final = 40
"""So many marks at most have their names beside them, and stand further apart."""
FAR: Final = 2.2
"""Times as far."""


class GroupLine(msgspec.Struct, frozen=True):
    """A group in the table."""

    group: Group
    counts: Counts
    """Machines by their worst outcome over the framework."""

    @property
    def name(self) -> str:
        """What it is sorted by; units without a group stand last."""
        return self.group.title or "\U0010ffff"

    @property
    def coverage(self) -> Coverage:
        """Of what units state."""
        return self.group.total.coverage

    @property
    def lan(self) -> LanCoverage:
        """Of what scans saw."""
        return self.group.total.lan


class Mark(msgspec.Struct, frozen=True):
    """A unit on the map."""

    line: UnitLine
    state: UnitState
    spot: Spot
    path: str


class UnitMap(msgspec.Struct, frozen=True):
    """The map with its marks, those with most machines first, and units of which nobody says where they are."""

    sheet: Sheet
    marks: list[Mark]
    named: bool
    """Whether names stand beside the marks."""


def group_lines(found: Iterable[Group], framework: str) -> list[GroupLine]:
    """Groups with most failing machines first, then by name."""
    lines = [GroupLine(one, one.total.controls.get(framework, EMPTY)) for one in found]
    return sorted(lines, key=lambda line: (-line.counts.failed, -line.group.total.assets, line.name))


def unit_map(lines: Iterable[UnitLine], *, chosen: bool) -> UnitMap | None:
    """The units that have coordinates; None where none has. Names stand there once a group is chosen."""
    placed = {line.unit.pk: line for line in lines if line.unit.latitude is not None}
    points = tuple(
        Point(pk, float(line.unit.latitude or 0), float(line.unit.longitude or 0), line.compliance.assets)
        for pk, line in sorted(placed.items())
    )
    named = chosen and len(points) <= FEW
    drawn = sheet(points, PITCH * FAR if named else PITCH)
    if drawn is None:
        return None
    marks = [_mark(placed[pk], spot) for pk, spot in drawn.spots.items()]
    return UnitMap(drawn, marks, named)


def _mark(line: UnitLine, spot: Spot) -> Mark:
    state = line.state
    return Mark(line, state, spot, mark(state, spot.x, spot.y, spot.radius))


def keys() -> list[tuple[UnitState, Text, str]]:
    """Every state with its name and its mark in a box of 20 by 20."""
    return [(state, state.text, mark(state, 10, 10, 6.5)) for state in UnitState]


def found_in(lines: Iterable[GroupLine], key: str) -> GroupLine | None:
    """The group with that key."""
    return next((line for line in lines if line.group.key == key), None)
