"""Lines for pages, put together from `compliance.lines`. Nothing is computed here."""

from collections.abc import Iterable

import msgspec

from tuanthu_server.access.reach import Reach
from tuanthu_server.compliance.lines.access import NOTHING, UnitAccess
from tuanthu_server.compliance.lines.figures import LineMonth
from tuanthu_server.compliance.standing import Counts, Standing
from tuanthu_server.units.models import Unit

REACHABLE = "reachability.all_required_reachable"
"""The rule whose counts stand for the health systems."""


class LineOfUnit(msgspec.Struct, frozen=True):
    """One unit in the table of lines."""

    unit: Unit
    month: LineMonth
    """The month that was asked for."""
    months: list[LineMonth]
    """All that are shown, the oldest first."""
    access: UnitAccess
    reachable: Counts
    """Machines by whether they reach every required health system."""


def line_table(reach: Reach, units: Iterable[Unit], now: Standing, place: int) -> list[LineOfUnit]:
    """Units with their lines, the worst of a month first, the unwatched last; `place` counts months back."""
    wanted = list(units)
    months = reach.line_months([unit.pk for unit in wanted], now.as_of)
    access = reach.line_access(now.as_of)
    lines = [
        LineOfUnit(
            unit,
            months[unit.pk][place],
            months[unit.pk][::-1],
            access.get(unit.pk, NOTHING),
            reachable_of(now, unit.pk),
        )
        for unit in wanted
    ]
    return sorted(lines, key=_worst_first)


def reachable_of(now: Standing, unit_id: int) -> Counts:
    """Machines of a unit by whether they reach every required health system."""
    known = now.units.get(unit_id)
    return known.rules.get(REACHABLE, Counts()) if known else Counts()


def _worst_first(line: LineOfUnit) -> tuple[bool, int, int, str]:
    month = line.month
    tenths = month.line_share.tenths
    return tenths is None, tenths or 0, -month.longest, line.unit.code
