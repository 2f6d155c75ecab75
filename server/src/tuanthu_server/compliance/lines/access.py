"""What the machines of a unit say of the sort and the speed of its line."""

from collections.abc import Collection, Iterable
from datetime import datetime

import msgspec

from tuanthu_policy.availability import WINDOW
from tuanthu_server.compliance.lines.evidence import GRADES, KIND, Access, access_of
from tuanthu_server.inventory import evidence
from tuanthu_server.inventory import store as stores

GROUP = 200


class UnitAccess(msgspec.Struct, frozen=True):
    """One unit's line, by the machines that were seen within the last 35 days."""

    grade: str = "unknown"
    """The strongest grade for fibre that any of its machines has."""
    download: float | None = None
    """The highest measured rate, in Mbit/s: each is a lower bound of the line's."""
    upload: float | None = None


NOTHING = UnitAccess()
NOW = """
    SELECT a.unit_id, f.grade, MAX(f.download), MAX(f.upload)
    FROM compliance_linefold f JOIN inventory_asset a ON a.id = f.asset_id
    WHERE a.retired_at IS NULL AND f.seen_at >= %s GROUP BY a.unit_id, f.grade
"""
ASSETS = """
    SELECT a.id, COALESCE((SELECT m.from_unit_id FROM inventory_assetmove m WHERE m.asset_id = a.id AND m.at > %s
                           ORDER BY m.at, m.id LIMIT 1), a.unit_id)
    FROM inventory_asset a
    WHERE a.role <> 'device' AND a.created_at <= %s AND (a.retired_at IS NULL OR a.retired_at > %s)
"""


def unit_access(at: datetime, *, past: bool = False, of: Collection[int] | None = None) -> dict[int, UnitAccess]:
    """By unit (all, or with `past` those of `of`); units of which no machine says anything are absent.

    `past` reads the evidence of that moment.
    """
    rows = _then(at, of) if past else [(row[0], Access(*row[1:])) for row in stores.current().rows(NOW, [at - WINDOW])]
    by_unit: dict[int, list[Access]] = {}
    for unit, access in rows:
        by_unit.setdefault(unit, []).append(access)
    return {unit: _of(parts) for unit, parts in by_unit.items()}


def _of(parts: list[Access]) -> UnitAccess:
    grades = {part.grade for part in parts}
    return UnitAccess(
        next((grade for grade in GRADES if grade in grades), "unknown"),
        _highest(part.download for part in parts),
        _highest(part.upload for part in parts),
    )


def _highest(rates: Iterable[float | None]) -> float | None:
    return max((rate for rate in rates if rate is not None), default=None)


def _then(at: datetime, of: Collection[int] | None) -> list[tuple[int, Access]]:
    store = stores.current()
    units = {asset: unit for asset, unit in store.rows(ASSETS, [at, at, at]) if of is None or unit in of}
    assets = sorted(units)
    found = []
    for start in range(0, len(assets), GROUP):
        spans = evidence.spans_at(store, assets[start : start + GROUP], at)
        wanted = {asset: {KIND: kinds[KIND]} for asset, kinds in spans.items() if KIND in kinds}
        recent = {asset: kinds for asset, kinds in wanted.items() if at - kinds[KIND].seen_at <= WINDOW}
        for asset, kinds in evidence.read_sightings(store, recent).items():
            found.append((units[asset], access_of(kinds[KIND].observation.facts)))
    return found
