"""The judgement of one asset over time, kept in memory: the same judge, the same differences, written at the end."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from tuanthu_policy.observation import Sighting
from tuanthu_policy.outcome import Outcome
from tuanthu_server.compliance import judging
from tuanthu_server.compliance.changes import Changes
from tuanthu_server.compliance.judging import Known, Subject
from tuanthu_server.compliance.policies import Numbered
from tuanthu_server.compliance.state import encode_state
from tuanthu_server.compliance.waiving import Waivers
from tuanthu_server.demo.simulation.rows import Rows
from tuanthu_server.inventory.store.interface import Row

SWEEP: Final = timedelta(seconds=30)
"""So long after a moment that is due the collector's sweep comes."""

_NONE: Final = Waivers(())
"""A simulated organisation allows nobody anything."""


class Ledger:
    """Results, findings, transitions and counts of one asset."""

    def __init__(self, policy: Numbered, asset: int, unit: int, *, device: bool = False) -> None:
        self._policy = policy
        self._asset = asset
        self._unit = unit
        self._device = device
        self._known: Known | None = None
        self._results: dict[int, Row] = {}
        self._findings: dict[int, Row] = {}
        self._transitions: list[Row] = []
        self._finding_transitions: list[Row] = []
        self._rule_counts: Counter[tuple[int, int, int]] = Counter()
        self._control_counts: Counter[tuple[int, int, int]] = Counter()
        self.sightings: dict[str, Sighting] = {}
        """Current evidence by kind."""

    @property
    def stale(self) -> bool:
        """Whether evidence for any result has outlived its age."""
        known = self._known.state.results.values() if self._known is not None else ()
        return any(one.outcome == Outcome.STALE for one in known)

    def pass_time(self, until: datetime) -> None:
        """Judge at each moment up to this at which time alone may change a result, as the sweep does."""
        while self._known is not None and self._known.due_at is not None and self._known.due_at <= until:
            self.judge(min(self._known.due_at + SWEEP, until))

    def judge(self, at: datetime, changed: Iterable[str] | None = None) -> None:
        """Judge what the changed kinds bear on; all of it where none are named."""
        kinds = None if changed is None else frozenset(changed)
        subject = Subject(self._asset, self._unit, kinds, self.sightings, device=self._device)
        rules = judging.rules_to_judge(self._policy, subject, self._known, at)
        if rules is not None and not rules:
            return
        changes = Changes(at, self._policy.measures)
        judging.judge(changes, self._policy, (subject, rules), self._known, self.sightings, waivers=_NONE)
        self._take(changes)

    def _take(self, changes: Changes) -> None:
        for row in changes.results:
            self._results[row[1]] = row
        for asset, rule, *explained in changes.reasons:
            was = self._results[rule]
            self._results[rule] = (asset, rule, was[2], *explained, was[6])
        for _, rule in changes.gone_results:
            self._results.pop(rule, None)
        for row in changes.findings:
            self._findings[row[1]] = row
        for _, control in changes.gone_findings:
            self._findings.pop(control, None)
        self._transitions += changes.rule_transitions
        self._finding_transitions += changes.finding_transitions
        self._rule_counts.update(changes.rule_counts)
        self._control_counts.update(changes.control_counts)
        for _, policy, due_at, state in changes.states:
            self._known = Known(policy, due_at, state)

    def put(self, rows: Rows, asset: int) -> None:
        """Give away everything, as that of this asset or of one that lived the same life."""
        rows.results += [(asset, *row[1:]) for row in self._results.values()]
        rows.rule_transitions += [(asset, *row[1:]) for row in self._transitions]
        rows.findings += [(asset, *row[1:]) for row in self._findings.values()]
        rows.finding_transitions += [(asset, *row[1:]) for row in self._finding_transitions]
        rows.rule_counts.update(self._rule_counts)
        rows.control_counts.update(self._control_counts)
        if self._known is not None:
            rows.states.append((asset, self._known.policy, self._known.due_at, encode_state(self._known.state)))
