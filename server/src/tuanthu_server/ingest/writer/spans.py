"""Spans of unchanged content, kept in memory over a group and written once."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

import msgspec

from tuanthu_server.inventory.store.interface import Row, Store

SPAN_GAP = timedelta(hours=24)
"""A heartbeat that comes later than this after the last sign of a content opens a new span: silence shows."""

Key = tuple[int, str]
"""Asset and kind."""


class Content(msgspec.Struct):
    """What was seen: its digest, and the observation and the report that carry it in full."""

    digest: bytes
    uuid: UUID
    report_id: int
    collected_at: datetime


class Span(msgspec.Struct):
    """One row of `inventory.models.Observation`; `id` is 0 until it has one."""

    asset_id: int
    kind: str
    content: Content
    sequence: int
    last_sequence: int
    from_at: datetime
    to_at: datetime
    id: int = 0
    moved: bool = False


SPAN_COLUMNS = (
    "o.id, o.asset_id, o.kind, o.digest, o.uuid, o.report_id, o.collected_at, "
    "o.sequence, o.last_sequence, o.from_at, o.to_at"
)
SPAN_TYPES = (None, None, None, bytes, UUID, None, datetime, None, None, datetime, datetime)
CURRENT = f"""
    SELECT {SPAN_COLUMNS} FROM inventory_currentobservation c JOIN inventory_observation o ON o.id = c.observation_id
    WHERE c.asset_id {{any}}
"""  # noqa: S608 (own names)
SAME_CONTENT = f"""
    SELECT {SPAN_COLUMNS} FROM inventory_observation o WHERE o.asset_id = %s AND o.kind = %s AND o.digest = %s
    ORDER BY o.sequence DESC, o.id DESC LIMIT 1
"""  # noqa: S608
INSERTED = (
    "id",
    "uuid",
    "asset_id",
    "kind",
    "digest",
    "report_id",
    "sequence",
    "last_sequence",
    "collected_at",
    "from_at",
    "to_at",
)


class Reader(Protocol):
    """What `Spans` asks of a store until it writes."""

    def rows(self, sql: str, params: Sequence[Any] = (), types: Sequence[type | None] = ()) -> list[Row]:
        """See `Store.rows`."""


class Spans:
    """The current spans of the assets of a group; reads them once, notes what changes, and writes that once."""

    def __init__(self, store: Reader, assets: Iterable[int]) -> None:
        self._store = store
        rows = store.rows(CURRENT, [sorted(assets)], SPAN_TYPES)
        self.current: dict[Key, Span] = {(row[1], row[2]): to_span(row) for row in rows}
        self.opened: list[Span] = []
        """Those that are not written yet, in their order."""
        self._became_current: set[Key] = set()
        self._moved: list[Span] = []

    def hold(self, key: Key, digest: bytes, at: datetime, sequence: int) -> bool | None:
        """A sign that a content still holds. True when evidence changed, False when it only went on, None when the
        content is not known."""
        current = self.current.get(key)
        if current is None or current.content.digest != digest:
            content = self.find_content(key, digest)
            if content is None:
                return None
            self.open(key, content, at, sequence)
            return True
        if at - current.to_at > SPAN_GAP:
            self.open(key, current.content, at, sequence)
            return True
        current.to_at = max(current.to_at, at)
        current.last_sequence = sequence
        if not current.moved:
            current.moved = True
            self._moved.append(current)
        return False

    def open(self, key: Key, content: Content, at: datetime, sequence: int) -> None:
        """A new span, which is current from now on."""
        # Marked as moved, because a heartbeat in the same group changes a row that is not written yet.
        span = Span(key[0], key[1], content, sequence, sequence, at, at, moved=True)
        self.opened.append(span)
        self.current[key] = span
        self._became_current.add(key)

    def find_content(self, key: Key, digest: bytes) -> Content | None:
        """Content with this digest that was seen on the asset before."""
        fresh = next(
            (s for s in reversed(self.opened) if (s.asset_id, s.kind) == key and s.content.digest == digest), None
        )
        if fresh is not None:
            return fresh.content
        rows = self._store.rows(SAME_CONTENT, [*key, digest], SPAN_TYPES)
        return to_span(rows[0]).content if rows else None

    def write(self, store: Store) -> None:
        """Write what changed; the notes are empty afterwards."""
        ids = store.allocate("inventory_observation", len(self.opened)) if self.opened else []
        for span, number in zip(self.opened, ids, strict=True):
            span.id = number
        insert_spans(store, self.opened)
        moved = sorted((span.id, span.last_sequence, span.to_at) for span in self._moved)
        store.update("inventory_observation", ("id",), ("last_sequence", "to_at"), moved)
        set_current(store, (self.current[key] for key in sorted(self._became_current)))
        for span in (*self.opened, *self._moved):
            span.moved = False
        self.opened, self._moved, self._became_current = [], [], set()


def to_span(row: tuple[int, int, str, bytes, UUID, int, datetime, int, int, datetime, datetime]) -> Span:
    """A row of `SPAN_COLUMNS`."""
    content = Content(row[3], row[4], row[5], row[6])
    return Span(row[1], row[2], content, row[7], row[8], row[9], row[10], id=row[0])


def insert_spans(store: Store, spans: Iterable[Span]) -> None:
    """Append spans that have their ids."""
    rows = [
        (
            span.id,
            span.content.uuid,
            span.asset_id,
            span.kind,
            span.content.digest,
            span.content.report_id,
            span.sequence,
            span.last_sequence,
            span.content.collected_at,
            span.from_at,
            span.to_at,
        )
        for span in spans
    ]
    store.insert("inventory_observation", INSERTED, rows)


def set_current(store: Store, spans: Iterable[Span]) -> None:
    """Make these spans the current ones of their asset and kind."""
    rows = [(span.asset_id, span.kind, span.id) for span in spans]
    store.upsert("inventory_currentobservation", ("asset_id", "kind"), ("observation_id",), rows)
