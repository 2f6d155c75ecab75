"""Folding the line watch of assets into their months, inside a transaction that holds the assets' locks."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

import msgspec

from tuanthu_policy.availability import WINDOW
from tuanthu_policy.observation import Facts
from tuanthu_policy.timeline import Span, Timeline, overlay
from tuanthu_server.compliance.lines import evidence
from tuanthu_server.compliance.lines.evidence import UNSETTLED, Access, LineSpan
from tuanthu_server.compliance.lines.months import month_of, pack, split, together_again, unpack
from tuanthu_server.inventory.store.interface import Row, Store

PATIENCE: Final = timedelta(hours=6)
"""A span that only goes on is folded so often: by heartbeats alone, figures lag at most this long."""
MONTH_KEYS: Final = ("asset_id", "month")
FOLD_COLUMNS: Final = ("span_id", "seen_at", "due_at", "state", "grade", "download", "upload")

Bodies = dict[int, bytes]
"""Months by their numbers, packed."""


class Fold(msgspec.Struct):
    """A row of `LineFold`."""

    span_id: int
    seen_at: datetime
    state: int
    access: Access


class Folded(msgspec.Struct):
    """What folding changed."""

    folds: list[tuple[int, Fold]] = []
    written: list[tuple[int, int, bytes]] = []
    gone: list[tuple[int, int]] = []


FOLDS = """
    SELECT asset_id, span_id, seen_at, state, grade, download, upload FROM compliance_linefold WHERE asset_id {any}
"""
FORGOTTEN = "SELECT id FROM inventory_asset WHERE id {any} AND forgotten_at IS NOT NULL"
MONTHS = "SELECT asset_id, month, body FROM compliance_assetlinemonth WHERE asset_id {any} AND month >= %s"


def fold(store: Store, assets: Iterable[int]) -> Folded:
    """Fold what is new of these assets, and write it; all that there is of those that have no row of `LineFold`."""
    ids = sorted(assets)
    now = evidence.current(store, ids)
    known = {asset: one for asset, one in _read_folds(store, ids).items() if _is_newer(now.get(asset), one)}
    longer = [asset for asset, one in known.items() if now[asset].id == one.span_id and one.state != UNSETTLED]
    told = evidence.not_folded(store, known.keys() - set(longer)) | evidence.every(store, now.keys() - known.keys())
    facts = evidence.read_facts(store, (span for spans in told.values() for span in spans)) if told else {}
    months = _read_months(store, ids, _earliest(known, longer, told))
    # Where evidence was deleted, what was folded from it stays below what is told again.
    forgotten = {row[0] for row in store.rows(FORGOTTEN, [ids])}
    changes = Folded()
    for asset in longer:
        was, span = known[asset], now[asset]
        tail = [(was.state, int(was.seen_at.timestamp()), int(span.to_at.timestamp()))] if was.state else []
        _note(changes, asset, months.get(asset, {}), [tail], anew=False)
        changes.folds.append((asset, Fold(span.id, span.to_at, was.state, was.access)))
    for asset, spans in told.items():
        parts = [evidence.timeline_of(span, facts[span.uuid].facts) for span in spans]
        _note(changes, asset, months.get(asset, {}), parts, anew=asset not in known and asset not in forgotten)
        changes.folds.append((asset, fold_of(now[asset], spans[-1], facts[spans[-1].uuid].facts)))
    _write(store, changes)
    return changes


def timeline_from_evidence(store: Store, asset: int) -> list[Span]:
    """The whole timeline of an asset, from the stored evidence alone."""
    spans = evidence.every(store, [asset]).get(asset, [])
    facts = evidence.read_facts(store, spans)
    timeline: list[Span] = []
    for span in spans:
        timeline = overlay(timeline, evidence.timeline_of(span, facts[span.uuid].facts))
    return timeline


def _is_newer(span: LineSpan | None, fold: Fold) -> bool:
    """Whether the current span comes after what is folded; else all must be folded anew."""
    return span is not None and span.id >= fold.span_id and (span.id > fold.span_id or span.to_at >= fold.seen_at)


def fold_of(now: LineSpan, last: LineSpan, facts: Facts) -> Fold:
    """How far an asset is folded once all up to `last` is, whose facts these are; `now` is its current span."""
    state = evidence.last_state(last, facts) if last.id == now.id else UNSETTLED
    return Fold(now.id, now.to_at, state, evidence.access_of(facts))


def _earliest(known: Mapping[int, Fold], longer: Iterable[int], told: Mapping[int, list[LineSpan]]) -> int:
    """The first month that may change; all months where an asset is folded anew."""
    if told.keys() - known.keys():
        return 0
    moments = [known[asset].seen_at for asset in longer]
    moments += [span.from_at - WINDOW for spans in told.values() for span in spans]
    return min((month_of(moment.timestamp()) for moment in moments), default=0)


def _note(changes: Folded, asset: int, old: Bodies, parts: Iterable[Timeline], *, anew: bool) -> None:
    """Put the new timelines over the old one and note the months that differ."""
    timeline = [] if anew else together_again(unpack(month, old[month]) for month in sorted(old))
    for part in parts:
        timeline = overlay(timeline, part)
    new = {month: pack(month, part) for month, part in split(timeline).items()}
    changes.written += [(asset, month, body) for month, body in new.items() if old.get(month) != body]
    changes.gone += [(asset, month) for month in old if month not in new]


def _read_folds(store: Store, assets: list[int]) -> dict[int, Fold]:
    rows = store.rows(FOLDS, [assets], (None, None, datetime))
    return {row[0]: Fold(row[1], row[2], row[3], Access(*row[4:])) for row in rows}


def _read_months(store: Store, assets: list[int], first: int) -> dict[int, Bodies]:
    months: dict[int, Bodies] = {}
    for asset, month, body in store.rows(MONTHS, [assets, first], (None, None, bytes)):
        months.setdefault(asset, {})[month] = body
    return months


def _write(store: Store, changes: Folded) -> None:
    store.upsert("compliance_assetlinemonth", MONTH_KEYS, ("body",), changes.written)
    store.delete("compliance_assetlinemonth", MONTH_KEYS, changes.gone)
    store.upsert("compliance_linefold", ("asset_id",), FOLD_COLUMNS, [row_of(*one) for one in changes.folds])


def row_of(asset: int, one: Fold) -> Row:
    """A row of `LineFold`: the asset, then `FOLD_COLUMNS`."""
    return (asset, one.span_id, one.seen_at, one.seen_at + PATIENCE, one.state, *msgspec.structs.astuple(one.access))
