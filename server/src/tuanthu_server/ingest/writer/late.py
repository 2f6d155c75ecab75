"""Reports that come late: they fill their gap in the history and never touch what is newer."""

from datetime import datetime
from uuid import UUID

import msgspec

from tuanthu_policy.envelope import Envelope
from tuanthu_server.ingest.writer.prepared import corrected
from tuanthu_server.ingest.writer.spans import (
    SPAN_COLUMNS,
    SPAN_GAP,
    SPAN_TYPES,
    Content,
    Key,
    Span,
    insert_spans,
    set_current,
    to_span,
)
from tuanthu_server.inventory import evidence
from tuanthu_server.inventory.store.interface import Store

BEFORE = f"""
    SELECT {SPAN_COLUMNS} FROM inventory_observation o WHERE o.asset_id = %s AND o.kind = %s AND o.sequence <= %s
    ORDER BY o.sequence DESC, o.id DESC LIMIT 1
"""  # noqa: S608 (own names)
NEWEST = f"""
    SELECT {SPAN_COLUMNS} FROM inventory_observation o WHERE o.asset_id = %s AND o.kind = %s
    ORDER BY o.sequence DESC, o.id DESC LIMIT 1
"""  # noqa: S608
REPORTS = """
    SELECT sequence, received_at, clock_skew_ms, body FROM inventory_report
    WHERE agent_id = %s AND sequence > %s AND sequence <= %s ORDER BY sequence
"""


class Sign(msgspec.Struct):
    """One statement of a late report: this content held at this time."""

    agent_id: UUID | None
    """None for a statement of a device: several agents may speak of it, so its numbers are times (`devices.number`)."""
    key: Key
    content: Content
    at: datetime
    sequence: int


def place(store: Store, sign: Sign) -> bool:
    """Put a late statement where it belongs; returns whether it changed what is current."""
    before = _one(store, BEFORE, [*sign.key, sign.sequence])
    if before is not None and before.content.digest == sign.content.digest:
        if before.last_sequence >= sign.sequence:
            return False  # within a span of the same content: that it held is known
        if sign.at - before.to_at <= SPAN_GAP:
            _move(store, before.id, sign.sequence, max(before.to_at, sign.at))
            return _refresh_current(store, sign)
    if before is not None and before.last_sequence > sign.sequence:
        _split(store, before, sign)
    _insert(store, Span(*sign.key, sign.content, sign.sequence, sign.sequence, sign.at, sign.at))
    return _refresh_current(store, sign)


def _split(store: Store, span: Span, sign: Sign) -> None:
    """A span that was thought to go on past the late report ends before it and begins again after it.

    When it was seen last before and first after, the reports between tell; of a device only what the span itself tells
    is taken, which claims no sighting that there was not.
    """
    if sign.agent_id is None:
        _move(store, span.id, span.sequence, span.from_at)
        end = (span.last_sequence, span.last_sequence, span.to_at, span.to_at)
        _insert(store, Span(span.asset_id, span.kind, span.content, *end))
        return
    earlier: list[tuple[int, datetime]] = []
    later: list[tuple[int, datetime]] = []
    for sequence, received_at, skew, body in store.rows(
        REPORTS, [sign.agent_id, span.sequence, span.last_sequence], (None, datetime, None, bytes)
    ):
        times = _times(evidence.decode(body), span.kind, skew, received_at)
        if sequence != sign.sequence:
            (earlier if sequence < sign.sequence else later).extend((sequence, moment) for moment in times)
    last = max(earlier, default=(span.sequence, span.from_at))
    _move(store, span.id, last[0], max([span.from_at, *(moment for _, moment in earlier)]))
    first = min(later, default=(span.last_sequence, span.to_at))  # retention may have deleted the reports
    _insert(
        store,
        Span(span.asset_id, span.kind, span.content, first[0], span.last_sequence, first[1], max(first[1], span.to_at)),
    )


def _times(envelope: Envelope, kind: str, skew: int | None, received_at: datetime) -> list[datetime]:
    """When a report says that it saw the kind."""
    moments = [observation.collected_at for observation in envelope.observations if observation.kind == kind]
    moments += [held.at for held in envelope.held if held.kind == kind]
    return [corrected(moment, skew, received_at) for moment in moments]


def _refresh_current(store: Store, sign: Sign) -> bool:
    """Point to the span of the highest sequence number; returns whether the late statement is in it."""
    newest = _one(store, NEWEST, [*sign.key])
    if newest is None:  # cannot be: the caller has just written one
        raise LookupError(sign.key)
    set_current(store, [newest])
    return newest.sequence <= sign.sequence <= newest.last_sequence


def _insert(store: Store, span: Span) -> None:
    span.id = store.allocate("inventory_observation", 1)[0]
    insert_spans(store, [span])


def _move(store: Store, span_id: int, last_sequence: int, to_at: datetime) -> None:
    store.update("inventory_observation", ("id",), ("last_sequence", "to_at"), [(span_id, last_sequence, to_at)])


def _one(store: Store, query: str, params: list[object]) -> Span | None:
    rows = store.rows(query, params, SPAN_TYPES)
    return to_span(rows[0]) if rows else None
