"""The line of a simulated machine in calendar months, folded from its spans as the collector folds them."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from tuanthu_policy.observation import Observation
from tuanthu_policy.timeline import Span as Stretch
from tuanthu_policy.timeline import overlay
from tuanthu_server.compliance.lines import evidence
from tuanthu_server.compliance.lines.evidence import LineSpan
from tuanthu_server.compliance.lines.folding import fold_of, row_of
from tuanthu_server.compliance.lines.months import pack, split
from tuanthu_server.demo.simulation.machine import Machine
from tuanthu_server.demo.simulation.rows import Rows
from tuanthu_server.ingest.writer.spans import Span


def fold_line(rows: Rows, machine: Machine, spans: Sequence[Span], facts: Mapping[UUID, Observation]) -> None:
    """Put the months of one machine into the rows; nothing where it never told of its line."""
    if not spans:
        return
    told = [
        LineSpan(one.id, one.content.report_id, one.content.uuid, one.from_at, one.to_at, timedelta(0)) for one in spans
    ]
    timeline: list[Stretch] = []
    for one in told:
        timeline = overlay(timeline, evidence.timeline_of(one, facts[one.uuid].facts))
    months = {month: pack(month, part) for month, part in split(timeline).items()}
    rows.line_months += [(machine.asset_id, month, body) for month, body in months.items()]
    rows.unit_months |= {(machine.unit_id, month) for month in months}
    fold = fold_of(told[-1], told[-1], facts[told[-1].uuid].facts)
    rows.line_folds.append(row_of(machine.asset_id, fold))
