"""The counters of units, kept in this process for as long as they hold, and what was made of them."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, TypeVar

from tuanthu_server.compliance import figures
from tuanthu_server.compliance.figures import DEVICE_SILENT_AFTER, SILENT_AFTER, Figures
from tuanthu_server.inventory.store.interface import Store

ATTEMPTS = 3
STAMPS = "SELECT unit_id, CAST(SUM(stamp) AS BIGINT) FROM compliance_unitstamp GROUP BY unit_id"
Cells = dict[str, dict[int, int]]
"""Rule or control → outcome → assets, of one unit."""
Made = TypeVar("Made")


class KeptCells(Cells):
    """Cells that nobody changes any more."""

    def __init__(self, cells: Cells) -> None:
        super().__init__(cells)
        self.made: dict[tuple[str, ...], Any] = {}


class Kept:
    """What was read last: by unit its stamp, rules and controls."""

    def __init__(self) -> None:
        self.units: dict[int, tuple[int, KeptCells, KeptCells]] = {}

    def take(self, units: Iterable[int], stamps: dict[int, int], found: Figures) -> None:
        """Keep what was just read of these units."""
        for unit in units:
            cells = KeptCells(found.rules.get(unit, {})), KeptCells(found.controls.get(unit, {}))
            self.units[unit] = (stamps[unit], *cells)


kept = Kept()


def figures_now(store: Store, now: datetime) -> Figures:
    """What `figures.from_counters` tells, of one moment; units that did not change since the last time are not read.

    Where something changes meanwhile it is done again, and in the end all is read in one statement.
    """
    for _ in range(ATTEMPTS):
        stamps = stamps_of(store)
        known = kept.units
        changed = [unit for unit, stamp in stamps.items() if unit not in known or known[unit][0] != stamp]
        cells = figures.read(store, figures.OF_UNITS, [changed, changed]) if changed else Figures()
        found = figures.read(store, figures.ASSETS, [now - SILENT_AFTER, now - DEVICE_SILENT_AFTER])
        if stamps_of(store) == stamps:
            kept.take(changed, stamps, cells)
            found.rules = {unit: kept.units[unit][1] for unit in stamps}
            found.controls = {unit: kept.units[unit][2] for unit in stamps}
            return found
    return figures.from_counters(store, now)


def stamps_of(store: Store) -> dict[int, int]:
    """By unit a number that is another after each change of its counters."""
    return dict(store.rows(STAMPS))


def made_once(cells: Cells, codes: tuple[str, ...], make: Callable[[tuple[str, ...], Cells], Made]) -> Made:
    """What `make` gives for these codes; the same object for as long as the cells are kept."""
    if not isinstance(cells, KeptCells):
        return make(codes, cells)
    if codes not in cells.made:
        cells.made[codes] = make(codes, cells)
    made: Made = cells.made[codes]
    return made
