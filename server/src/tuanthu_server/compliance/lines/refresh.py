"""Bringing the months of assets, units and the sector up to date with the evidence."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from django.db import transaction

from tuanthu_policy.timeline import Span, cut, tally, together
from tuanthu_server.compliance.lines.evidence import KIND
from tuanthu_server.compliance.lines.folding import fold
from tuanthu_server.compliance.lines.months import bounds, pack, unpack
from tuanthu_server.compliance.lines.places import units_of
from tuanthu_server.inventory import store as stores
from tuanthu_server.inventory.store.interface import Row, Store

SECTOR: Final = 0
"""Stands for all units together where a unit's number is asked for."""
GROUP: Final = 50
"""Assets, or months of units, of one transaction."""
COLUMNS: Final = ("up", "line_down", "gateway_down", "collector_down", "outages", "longest", "body")

DUE_ASSETS = """
    SELECT a.id, a.unit_id FROM inventory_asset a WHERE a.id > %s AND EXISTS (
        SELECT 1 FROM inventory_currentobservation c JOIN inventory_observation o ON o.id = c.observation_id
        LEFT JOIN compliance_linefold f ON f.asset_id = c.asset_id
        WHERE c.asset_id = a.id AND c.kind = 'wan'
          AND (f.asset_id IS NULL OR f.span_id <> o.id OR o.to_at {later}))
    ORDER BY a.id LIMIT %s
"""
LAGGING = DUE_ASSETS.replace("{later}", ">= f.due_at")
ANY_NEWER = DUE_ASSETS.replace("{later}", "> f.seen_at")
DUE_MONTHS = "SELECT unit_id, month FROM compliance_linedue WHERE unit_id {which} 0 ORDER BY unit_id, month LIMIT %s"
OF_UNITS = DUE_MONTHS.replace("{which}", ">")
OF_SECTOR = DUE_MONTHS.replace("{which}", "=")
NEWEST_TOLD = "SELECT MAX(observation_id), COUNT(*) FROM inventory_currentobservation WHERE kind = 'wan'"
NEWEST_FOLDED = "SELECT MAX(span_id), COUNT(*) FROM compliance_linefold"
UNIT_IN_MONTH = """
    COALESCE((SELECT v.from_unit_id FROM inventory_assetmove v WHERE v.asset_id = a.id AND v.month > m.month
              ORDER BY v.at, v.id LIMIT 1), a.unit_id)
"""
"""The unit to which an asset `a` belonged in the month `m.month`: that in which it moved is the new unit's."""
SEEN_BY_ASSETS = f"""
    SELECT unit_id, month, body FROM (
        SELECT {UNIT_IN_MONTH} AS unit_id, m.month, m.body
        FROM compliance_assetlinemonth m JOIN inventory_asset a ON a.id = m.asset_id
        WHERE m.month {{any}} AND (a.unit_id {{any}}
              OR a.id IN (SELECT asset_id FROM inventory_assetmove WHERE from_unit_id {{any}}))
    ) seen WHERE unit_id {{any}}
"""  # noqa: S608 (own names)
SEEN_BY_UNITS = "SELECT 0, month, body FROM compliance_unitlinemonth WHERE unit_id > 0 AND month {any}"


def refresh(*, whole: bool = False, wait: bool = True) -> int:
    """Fold what is due in groups; returns how many assets were.

    What changed is due at once, what only went on every `folding.PATIENCE`, or with `whole` at once too. With
    `wait=False` what another process holds is left to it.
    """
    due = ANY_NEWER if whole else LAGGING
    done = after = 0
    while group := _fold_group(due, after, wait=wait):
        done, after = done + len(group), max(group)
    for query in (OF_UNITS, OF_SECTOR):
        while _put_together_group(query, wait=wait):
            pass
    return done


def refresh_new() -> int:
    """`refresh` where a machine told something new of its line; what only went on is left to the sweep.

    For pages: two scans instead of looking at the evidence of every machine.
    """
    store = stores.current()
    newest, told = store.rows(NEWEST_TOLD)[0]
    folded, machines = store.rows(NEWEST_FOLDED)[0]
    waiting = store.rows(OF_UNITS, [1]) or store.rows(OF_SECTOR, [1])
    return refresh() if (newest or 0) > (folded or 0) or told != machines or waiting else 0


def _fold_group(due: str, after: int, *, wait: bool) -> dict[int, int]:
    """Fold the next group of assets; returns their units by asset, nothing when there was nothing to take."""
    if not stores.current().rows(due, [after, 1]):  # most often: then nobody is held up
        return {}
    with transaction.atomic():
        store = stores.current()
        units: dict[int, int] = dict(store.rows(due + ("{lock}" if wait else "{skip}"), [after, GROUP]))
        if units:
            changes = fold(store, units)
            touched = [(row[0], row[1]) for row in changes.written] + changes.gone
            mark_due(store, units_of(store, units, touched))
        return units


def fold_anew(store: Store, changed: Iterable[tuple[int, str]]) -> None:
    """Have all evidence of these assets folded anew, if its kind is that of the line watch; the caller holds their
    locks. For what came late and so changed the past."""
    assets = {asset for asset, kind in changed if kind == KIND}
    store.delete("compliance_linefold", ("asset_id",), [(asset,) for asset in sorted(assets)])


def mark_due(store: Store, months: Iterable[tuple[int, int]]) -> None:
    """Have months of units put together anew; part of the caller's transaction."""
    now = datetime.now(UTC)
    store.upsert("compliance_linedue", ("unit_id", "month"), ("at",), [(*one, now) for one in sorted(set(months))])


def _put_together_group(query: str, *, wait: bool) -> bool:
    """Whether there were months of units, or of the sector, to put together."""
    if not stores.current().rows(query, [1]):
        return False
    with transaction.atomic():
        store = stores.current()
        due = [tuple(row) for row in store.rows(query + (" {lock}" if wait else " {skip}"), [GROUP])]
        _put_together(store, due)
        store.delete("compliance_linedue", ("unit_id", "month"), due)
        mark_due(store, {(SECTOR, month) for unit, month in due if unit != SECTOR})
        return bool(due)


def _put_together(store: Store, due: list[Row]) -> None:
    seen = read_seen(store, {unit for unit, _ in due}, {month for _, month in due})
    rows, gone = [], []
    for unit, month in due:
        timeline = together(seen.get((unit, month), []))
        if timeline:
            rows.append((unit, month, *sums(timeline), pack(month, timeline)))
        else:
            gone.append((unit, month))
    store.upsert("compliance_unitlinemonth", ("unit_id", "month"), COLUMNS, rows)
    store.delete("compliance_unitlinemonth", ("unit_id", "month"), gone)


def read_seen(store: Store, units: set[int], months: set[int]) -> dict[tuple[int, int], list[list[Span]]]:
    """The timelines of assets by unit and month; of the sector those of units."""
    rows = store.rows(SEEN_BY_UNITS, [sorted(months)], (None, None, bytes)) if SECTOR in units else []
    of_units = sorted(units - {SECTOR})
    if of_units:
        rows += store.rows(SEEN_BY_ASSETS, [sorted(months), *[of_units] * 3], (None, None, bytes))
    seen: dict[tuple[int, int], list[list[Span]]] = {}
    for unit, month, body in rows:
        seen.setdefault((unit, month), []).append(cut(unpack(month, body), *bounds(month)))
    return seen


def sums(timeline: list[Span]) -> tuple[int, int, int, int, int, int]:
    """The columns of a month."""
    found = tally(timeline)
    return found.up, found.line_down, found.gateway_down, found.collector_down, found.outages, found.longest
