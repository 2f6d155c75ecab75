"""What a group of simulated machines leaves, table by table, and writing it in bulk."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tuanthu_server.compliance.changes import EXPLANATION, TRANSITION, CellCounts, add_counts
from tuanthu_server.compliance.lines.folding import FOLD_COLUMNS
from tuanthu_server.compliance.lines.refresh import mark_due
from tuanthu_server.ingest.writer.spans import INSERTED
from tuanthu_server.ingest.writer.transaction import REPORT_COLUMNS
from tuanthu_server.inventory.models import Agent, Asset
from tuanthu_server.inventory.store.interface import Row, Store

REPORT_PLACE, SPAN_REPORT_PLACE = 0, 5
"""Where the number of a report stands in rows of reports, and of spans (`INSERTED`)."""


@dataclass
class Rows:
    """Numbers of reports and spans count from 0 within a group; all others are those of the database."""

    assets: list[dict[str, Any]] = field(default_factory=list)
    agents: list[dict[str, Any]] = field(default_factory=list)
    reports: list[Row] = field(default_factory=list)
    spans: list[Row] = field(default_factory=list)
    current: list[Row] = field(default_factory=list)
    results: list[Row] = field(default_factory=list)
    rule_transitions: list[Row] = field(default_factory=list)
    findings: list[Row] = field(default_factory=list)
    finding_transitions: list[Row] = field(default_factory=list)
    states: list[Row] = field(default_factory=list)
    rule_counts: CellCounts = field(default_factory=Counter)
    control_counts: CellCounts = field(default_factory=Counter)
    line_months: list[Row] = field(default_factory=list)
    line_folds: list[Row] = field(default_factory=list)
    unit_months: set[tuple[int, int]] = field(default_factory=set)
    """Months of units that are to be put together."""


def write(store: Store, rows: Rows) -> None:
    """Write a group, in the caller's transaction."""
    Asset.objects.bulk_create([Asset(**one) for one in rows.assets])
    Agent.objects.bulk_create([Agent(**one) for one in rows.agents])
    reports = store.allocate("inventory_report", len(rows.reports)) if rows.reports else []
    spans = store.allocate("inventory_observation", len(rows.spans)) if rows.spans else []
    store.insert("inventory_report", REPORT_COLUMNS, [(reports[row[0]], *row[1:]) for row in rows.reports])
    store.insert("inventory_observation", INSERTED, [_numbered(row, spans, reports) for row in rows.spans])
    current = [(asset, kind, spans[span]) for asset, kind, span in rows.current]
    store.insert("inventory_currentobservation", ("asset_id", "kind", "observation_id"), current)
    _write_judgement(store, rows)
    store.insert("compliance_assetlinemonth", ("asset_id", "month", "body"), rows.line_months)
    folds = [(row[0], spans[row[1]], *row[2:]) for row in rows.line_folds]
    store.insert("compliance_linefold", ("asset_id", *FOLD_COLUMNS), folds)
    mark_due(store, rows.unit_months)


def _numbered(row: Row, spans: Sequence[int], reports: Sequence[int]) -> Row:
    return (spans[row[0]], *row[1:SPAN_REPORT_PLACE], reports[row[SPAN_REPORT_PLACE]], *row[SPAN_REPORT_PLACE + 1 :])


def _write_judgement(store: Store, rows: Rows) -> None:
    by_rule, by_control = ("asset_id", "rule_id"), ("asset_id", "control_id")
    store.insert("compliance_ruleresult", (*by_rule, "outcome", *EXPLANATION, "since"), rows.results)
    store.insert("compliance_ruletransition", (*by_rule, *TRANSITION), rows.rule_transitions)
    store.insert("compliance_finding", (*by_control, "outcome", "since"), rows.findings)
    store.insert("compliance_findingtransition", (*by_control, *TRANSITION), rows.finding_transitions)
    store.insert("compliance_judgedstate", ("asset_id", "policy_id", "due_at", "body"), rows.states)
    add_counts(store, rows.rule_counts, rows.control_counts)
