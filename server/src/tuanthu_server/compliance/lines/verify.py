"""Checking the months of lines against the evidence."""

from collections.abc import Mapping
from datetime import datetime

from tuanthu_policy.timeline import Span, together
from tuanthu_server.compliance.lines.folding import timeline_from_evidence
from tuanthu_server.compliance.lines.months import month_of, pack, split
from tuanthu_server.compliance.lines.places import read_moves, unit_in
from tuanthu_server.compliance.lines.refresh import SECTOR, sums
from tuanthu_server.inventory.store.interface import Store

Months = dict[tuple[int, int], bytes]
Kept = Mapping[tuple[int, int], object]
"""By machine or unit, and month."""
WATCHING = """
    SELECT a.id, a.unit_id FROM inventory_asset a JOIN inventory_currentobservation c ON c.asset_id = a.id
    WHERE c.kind = 'wan'
"""
ASSET_MONTHS = "SELECT asset_id, month, body FROM compliance_assetlinemonth"
UNIT_MONTHS = """
    SELECT unit_id, month, body, up, line_down, gateway_down, collector_down, outages, longest
    FROM compliance_unitlinemonth
"""


def verify_lines(store: Store) -> list[str]:
    """Put every month together from the stored evidence and compare; one line per difference."""
    assets: Months = {}
    of_units: dict[tuple[int, int], list[list[Span]]] = {}
    watching = store.rows(WATCHING)
    moves = read_moves(store, (asset for asset, _ in watching))
    for asset, unit in watching:
        for month, timeline in split(timeline_from_evidence(store, asset)).items():
            assets[asset, month] = pack(month, timeline)
            of_units.setdefault((unit_in(moves, asset, unit, month), month), []).append(timeline)
    units = {key: together(timelines) for key, timelines in of_units.items()}
    of_sector: dict[tuple[int, int], list[list[Span]]] = {}
    for (_, month), timeline in units.items():
        of_sector.setdefault((SECTOR, month), []).append(timeline)
    units |= {key: together(timelines) for key, timelines in of_sector.items()}
    kept = {(row[0], row[1]): row[2] for row in store.rows(ASSET_MONTHS, (), (None, None, bytes))}
    kept_units = {(row[0], row[1]): row[2:] for row in store.rows(UNIT_MONTHS, (), (None, None, bytes))}
    expected = {key: (pack(key[1], timeline), *sums(timeline)) for key, timeline in units.items()}
    after = _forgotten(store)
    return _compare("machine", kept, assets, after) + _compare("unit", kept_units, expected, after)


def _forgotten(store: Store) -> int:
    """The last month of which retention deleted evidence: up to it there is nothing to compare with."""
    [(moment,)] = store.rows("SELECT MAX(forgotten_at) FROM inventory_asset", (), (datetime,))
    return 0 if moment is None else month_of(moment.timestamp())


def _compare(what: str, kept: Kept, found: Kept, after: int) -> list[str]:
    return [
        f"lines: {what} {key[0]}, month {key[1]}: kept and recomputed differ"
        for key in sorted(kept.keys() | found.keys())
        if key[1] > after and kept.get(key) != found.get(key)
    ]
