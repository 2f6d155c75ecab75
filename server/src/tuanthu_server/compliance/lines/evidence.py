"""What the spans of evidence of kind `wan` tell of a line."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from math import isfinite
from typing import Any, Final
from uuid import UUID

import msgspec

from tuanthu_policy.availability import settled, told
from tuanthu_policy.observation import Observation
from tuanthu_policy.timeline import Span
from tuanthu_server.inventory import evidence
from tuanthu_server.inventory.store.interface import Store

KIND: Final = "wan"
GRADES: Final = ("confirmed", "likely", "not-fibre", "unknown")
"""Grades of the evidence for fibre; of the machines of one unit the first that any of them has counts."""
SKEW_TOLERANCE: Final = timedelta(minutes=2)
"""As in the ingest: a clock that is off by less is left as it is."""
UNSETTLED: Final = -1


class LineSpan(msgspec.Struct, frozen=True):
    """One span of evidence."""

    id: int
    report_id: int
    uuid: UUID
    from_at: datetime
    to_at: datetime
    shift: timedelta
    """What the machine's clock lacked when the facts were written."""


class Access(msgspec.Struct, frozen=True):
    """What a machine says of the sort and the speed of its line."""

    grade: str = ""
    """Empty where it says nothing."""
    download: float | None = None
    upload: float | None = None


COLUMNS = "o.asset_id, o.id, o.report_id, o.uuid, o.from_at, o.to_at, r.clock_skew_ms"
TYPES = (None, None, None, UUID, datetime, datetime, None)
CURRENT = f"""
    SELECT {COLUMNS} FROM inventory_currentobservation c JOIN inventory_observation o ON o.id = c.observation_id
    JOIN inventory_report r ON r.id = o.report_id
    WHERE c.asset_id {{any}} AND c.kind = 'wan'
"""  # noqa: S608 (own names)
SINCE = f"""
    SELECT {COLUMNS} FROM inventory_observation o JOIN inventory_report r ON r.id = o.report_id
    JOIN compliance_linefold f ON f.asset_id = o.asset_id
    WHERE o.asset_id {{any}} AND o.kind = 'wan' AND o.id >= f.span_id
    ORDER BY o.asset_id, o.sequence, o.id
"""  # noqa: S608
EVERY = f"""
    SELECT {COLUMNS} FROM inventory_observation o JOIN inventory_report r ON r.id = o.report_id
    WHERE o.asset_id {{any}} AND o.kind = 'wan' ORDER BY o.asset_id, o.sequence, o.id
"""  # noqa: S608


def current(store: Store, assets: Iterable[int]) -> dict[int, LineSpan]:
    """The spans that hold now."""
    return {asset: spans[0] for asset, spans in _read(store, CURRENT, assets).items()}


def not_folded(store: Store, assets: Iterable[int]) -> dict[int, list[LineSpan]]:
    """The spans since the last one that was folded, that one included, in the order of their reports."""
    return _read(store, SINCE, assets)


def every(store: Store, assets: Iterable[int]) -> dict[int, list[LineSpan]]:
    """All spans, in the order of their reports."""
    return _read(store, EVERY, assets)


def _read(store: Store, query: str, assets: Iterable[int]) -> dict[int, list[LineSpan]]:
    found: dict[int, list[LineSpan]] = {}
    for row in store.rows(query, [sorted(assets)], TYPES):
        skew = timedelta(milliseconds=row[6] or 0)
        shift = skew if abs(skew) > SKEW_TOLERANCE else timedelta(0)
        found.setdefault(row[0], []).append(LineSpan(row[1], row[2], row[3], row[4], row[5], shift))
    return found


def read_facts(store: Store, spans: Iterable[LineSpan]) -> dict[UUID, Observation]:
    """The observations that these spans stand for."""
    return evidence.read_observations(store, ((span.report_id, span.uuid) for span in spans))


def timeline_of(span: LineSpan, facts: Mapping[str, Any]) -> list[Span]:
    """What the span tells, in the collector's time."""
    return told(facts, span.to_at, span.from_at, span.shift)


def last_state(span: LineSpan, facts: Mapping[str, Any]) -> int:
    """In which state the span goes on; 0 where nobody watches, -1 where only the facts can tell."""
    if not settled(facts, span.to_at, span.shift):
        return UNSETTLED
    later = span.to_at + timedelta(seconds=1)
    spans = told(facts, later, span.from_at, span.shift)
    return spans[-1][0] if spans and spans[-1][2] == int(later.timestamp()) else 0


def access_of(facts: Mapping[str, Any]) -> Access:
    """Sort and speed of the line; what is malformed is left out."""
    grade = facts.get("access_grade")
    return Access(
        grade if isinstance(grade, str) and grade in GRADES else "",
        _rate(facts.get("download_mbps")),
        _rate(facts.get("upload_mbps")),
    )


def _rate(value: object) -> float | None:
    sound = isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value) and 0 <= value < 1e6
    return float(value) if sound and isinstance(value, int | float) else None
