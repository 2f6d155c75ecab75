"""What judgements changed, gathered over a group of assets and written by a few set-based statements."""

import secrets
from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from tuanthu_server.compliance.figures import WAIVED
from tuanthu_server.compliance.state import Judged, State, encode_state
from tuanthu_server.inventory.store.interface import Row, Store

CellCounts = Counter[tuple[int, int, int]]
"""Unit, rule or control, outcome → assets."""
STAMP_BITS = 48


class Changes:
    """Rows to write after judging a group of assets at one moment."""

    def __init__(self, at: datetime, measures: frozenset[int] = frozenset()) -> None:
        self.at = at
        self.measures = measures
        """Numbers of the measures of indicators: only counted."""
        self.results: list[Row] = []
        """Rules whose outcome changed."""
        self.reasons: list[Row] = []
        """Rules whose outcome stayed and whose explanation changed."""
        self.gone_results: list[Row] = []
        self.rule_transitions: list[Row] = []
        self.rule_counts: Counter[tuple[int, int, int]] = Counter()
        self.findings: list[Row] = []
        self.gone_findings: list[Row] = []
        self.finding_transitions: list[Row] = []
        self.control_counts: Counter[tuple[int, int, int]] = Counter()
        self.states: list[tuple[int, int, datetime | None, State]] = []
        self.forgotten: list[int] = []

    def compare_results(self, asset: int, unit: int, old: Mapping[int, Judged], new: Mapping[int, Judged]) -> None:
        """Note the differences between an asset's results before and after."""
        at = self.at
        counts = self.rule_counts
        for rule, now in new.items():
            was = old.get(rule)
            if was == now:
                continue
            if rule in self.measures:
                _move(counts, unit, rule, None if was is None else was.outcome, now.outcome)
                continue
            if was is not None and was.outcome == now.outcome:
                self.reasons.append((asset, rule, now.decided_by, now.reason, now.evidence_kind))
                continue
            self.results.append((asset, rule, now.outcome, now.decided_by, now.reason, now.evidence_kind, at))
            self.rule_transitions.append((asset, rule, None if was is None else was.outcome, now.outcome, at))
            _move(counts, unit, rule, None if was is None else was.outcome, now.outcome)
        for rule in old.keys() - new.keys():
            self.gone_results.append((asset, rule))
            counts[unit, rule, old[rule].outcome] -= 1

    def compare_findings(self, asset: int, unit: int, old: Mapping[int, int], new: Mapping[int, int]) -> None:
        """Note the differences between an asset's findings before and after."""
        counts = self.control_counts
        for control, now in new.items():
            was = old.get(control)
            if was == now:
                continue
            self.findings.append((asset, control, now, self.at))
            self.finding_transitions.append((asset, control, was, now, self.at))
            counts[unit, control, now] += 1
            if was is not None:
                counts[unit, control, was] -= 1
        for control in old.keys() - new.keys():
            self.gone_findings.append((asset, control))
            counts[unit, control, old[control]] -= 1

    def compare_waived(self, unit: int, old: State, new: State) -> None:
        """Note the differences between what is waived of an asset's failures before and after."""
        for counts, was, now in (
            (self.rule_counts, old.waived_rules, new.waived_rules),
            (self.control_counts, old.waived_controls, new.waived_controls),
        ):
            for code in now - was:
                counts[unit, code, WAIVED] += 1
            for code in was - now:
                counts[unit, code, WAIVED] -= 1


TRANSITION = ("from_outcome", "to_outcome", "at")
EXPLANATION = ("decided_by", "reason", "evidence_kind")


def _move(counts: Counter[tuple[int, int, int]], unit: int, rule: int, was: int | None, now: int) -> None:
    """One asset goes from one outcome to another."""
    counts[unit, rule, now] += 1
    if was is not None:
        counts[unit, rule, was] -= 1


def record(store: Store, changes: Changes) -> None:
    """Write everything; part of the caller's transaction."""
    by_rule, by_control = ("asset_id", "rule_id"), ("asset_id", "control_id")
    store.upsert("compliance_ruleresult", by_rule, ("outcome", *EXPLANATION, "since"), changes.results)
    store.update("compliance_ruleresult", by_rule, EXPLANATION, changes.reasons)
    store.delete("compliance_ruleresult", by_rule, changes.gone_results)
    store.insert("compliance_ruletransition", (*by_rule, *TRANSITION), changes.rule_transitions)
    store.upsert("compliance_finding", by_control, ("outcome", "since"), changes.findings)
    store.delete("compliance_finding", by_control, changes.gone_findings)
    store.insert("compliance_findingtransition", (*by_control, *TRANSITION), changes.finding_transitions)
    states = [(asset, policy, due_at, encode_state(state)) for asset, policy, due_at, state in changes.states]
    store.upsert("compliance_judgedstate", ("asset_id",), ("policy_id", "due_at", "body"), states)
    store.delete("compliance_judgedstate", ("asset_id",), [(asset,) for asset in changes.forgotten])
    add_counts(store, changes.rule_counts, changes.control_counts)


def add_counts(store: Store, rules: CellCounts, controls: CellCounts) -> None:
    """Add to the counters (unit, rule or control, outcome → assets) and mark their units as changed."""
    _add_counts(store, "compliance_rulecount", "rule_id", rules)
    _add_counts(store, "compliance_controlcount", "control_id", controls)
    units = {key[0] for counts in (rules, controls) for key, amount in counts.items() if amount}
    stamps = [(unit, store.shard, secrets.randbits(STAMP_BITS)) for unit in sorted(units)]
    store.upsert("compliance_unitstamp", ("unit_id", "shard"), ("stamp",), stamps)


def _add_counts(store: Store, table: str, subject: str, counts: CellCounts) -> None:
    if not counts:
        return
    shard = store.shard
    rows = sorted((*key, shard, amount) for key, amount in counts.items() if amount)
    store.add(table, ("unit_id", subject, "outcome", "shard"), "assets", rows)
