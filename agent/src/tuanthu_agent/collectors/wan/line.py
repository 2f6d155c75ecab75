"""The journal of the line watch as facts."""

from __future__ import annotations

import time
from typing import Any, Dict, Final, List

from tuanthu_agent.collectors.interface import Findings
from tuanthu_agent.linewatch import journal
from tuanthu_agent.linewatch.journal import Span

WINDOW_SECONDS: Final = 35 * 86400
MOST_ITEMS: Final = 300
SHORTEST_WATCH: Final = 86400
"""Seconds that must have been watched before the absence of interruptions says anything."""
NOT_WATCHED: Final = "line-not-watched: interruption_count, longest_interruption_seconds"
_HOURS: Final = (672, 336, 168, 72, 24, 8, 1)
_DOWN: Final = (journal.LINE_DOWN, journal.GATEWAY_DOWN)


def read_line(found: Findings, folder: str, now: int, gap: int) -> None:
    """The facts of the line watch; a gap where there is no journal."""
    try:
        changes, seen = journal.read(folder)
    except OSError:
        found.miss("unreadable: line-journal")
        return
    if not changes:
        found.miss(NOT_WATCHED)
        return
    found.used("line-watch")
    put_line(found, journal.spans(changes, seen, now, gap), now)


def put_line(found: Findings, spans: List[Span], now: int) -> None:
    """Facts from spans without holes. What a cap leaves out is not said to have been watched."""
    start = now - WINDOW_SECONDS
    spans = [span for span in spans if span.end is None or span.end > start]
    if not spans:
        found.miss(NOT_WATCHED)
        return
    broken = [span for span in spans if span.state != journal.UP]
    since = spans[0].begin
    if len(broken) > MOST_ITEMS:
        found.miss("too-many: interruptions")
        left_out = broken[-MOST_ITEMS - 1]
        since = left_out.end if left_out.end is not None else left_out.begin
        broken = broken[-MOST_ITEMS:]
    found.put("watched_since", moment(since))
    found.put("line_state", spans[-1].state)
    found.put("interruptions", [item(span) for span in broken])
    watched = sum(
        min(span.end or now, now) - max(span.begin, start, since)
        for span in spans
        if span.state != journal.UNWATCHED and min(span.end or now, now) > max(span.begin, start, since)
    )
    found.put("watched_hours", next((step for step in _HOURS if watched >= step * 3600), 0))
    if watched < SHORTEST_WATCH:
        found.miss("line-watched-too-short: interruption_count, longest_interruption_seconds")
        return
    down = [span for span in broken if span.state in _DOWN]
    found.put("interruption_count", len(down))
    found.put("longest_interruption_seconds", max((span.end - span.begin for span in down if span.end), default=0))


def item(span: Span) -> Dict[str, Any]:
    """One interruption."""
    fields: Dict[str, Any] = {"kind": span.state, "from": moment(span.begin)}
    if span.end is not None:
        fields["to"] = moment(span.end)
        fields["seconds"] = span.end - span.begin
    return fields


def moment(seconds: int) -> str:
    """RFC 3339 in UTC."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))
