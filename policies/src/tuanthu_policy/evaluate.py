"""Judging one rule on what was seen: pure, total, three-valued.

`evaluate` answers fast; `explain` builds the whole tree of the same judgement when somebody asks. Evidence that cannot
be used (never seen, stale, failed, broken) makes every leaf that reads it unknown; if such a leaf decides, the outcome
says which of these it was. Nothing but a condition that is true of evidence in date is a `pass`.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from tuanthu_policy.compiled import CompiledRule, compile_rule
from tuanthu_policy.explanation import Explainer
from tuanthu_policy.observation import ObservationStatus, Sighting
from tuanthu_policy.outcome import Outcome
from tuanthu_policy.result import Node, RuleResult
from tuanthu_policy.scalars import EPOCH, microseconds
from tuanthu_policy.verdicts import FAR, TRUE, TRUTH, UNKNOWN, Clock, Verdict

_OK: Final = ObservationStatus.OK
_PARTIAL: Final = ObservationStatus.PARTIAL
_USABLE: Final = (_OK, _PARTIAL)
_TIMELESS: Final = Clock(0)
_NOTHING: Final[dict[str, Any]] = {}
_BROKEN: Final = (TypeError, ValueError, AttributeError, KeyError, OverflowError, RecursionError)
"""What evidence that is no evidence (not built from checked JSON) can raise."""
LONGEST_REASON: Final = 120
_WORD: Final = re.compile(r"[a-z0-9_]+")
_DEPTH: Final = re.compile(r"[.\[]")

Sightings = Mapping[str, Sighting]


def evaluate(compiled: CompiledRule, sightings: Sightings, at: datetime) -> RuleResult:
    """Judge a rule on the newest sighting of each kind, as of `at` (with a time zone). Never raises.

    `due_at` of the answer is the first moment at which the outcome can change without new facts: until then, judging
    again gives the same outcome.
    """
    try:
        return _evaluate(compiled, sightings, at)
    except _BROKEN as error:
        return RuleResult(
            rule=compiled.rule, outcome=Outcome.ERROR, decided_by="", reason=f"malformed: {type(error).__name__}"
        )


def _evaluate(compiled: CompiledRule, sightings: Sightings, at: datetime) -> RuleResult:
    records, due = _records(compiled, sightings, at)
    record: Any = records[0] if len(records) == 1 else records
    clock = Clock(microseconds(at)) if compiled.timed else _TIMELESS
    code = TRUE if compiled.applies is None else compiled.applies(record, clock)
    applies = code & TRUTH
    if applies == TRUE:
        code = compiled.condition(record, clock)
    verdict = compiled.verdicts[code >> 2]
    sighting = sightings.get(compiled.kinds[verdict.slot])
    reason = verdict.reason
    if code & UNKNOWN:
        outcome, reason = _unknown(compiled, verdict, sighting, at)
    elif not applies:
        outcome = Outcome.NOTAPPLICABLE
    else:
        outcome = _PASS if code & TRUE else _FAIL
    if clock.due != FAR:
        turn = EPOCH + timedelta(microseconds=clock.due)
        due = turn if due is None or turn < due else due
    return RuleResult(
        rule=compiled.rule,
        outcome=outcome,
        decided_by=verdict.path,
        reason=reason,
        evidence=() if sighting is None else (sighting.observation.id,),
        due_at=due,
    )


_PASS: Final = Outcome.PASS
_FAIL: Final = Outcome.FAIL


def _records(
    compiled: CompiledRule, sightings: Sightings, at: datetime
) -> tuple[list[dict[str, Any]], datetime | None]:
    """The usable facts of each kind that the rule reads (else nothing), and when the first evidence turns stale."""
    records = []
    due = None
    for kind in compiled.kinds:
        facts = _NOTHING
        sighting = sightings.get(kind)
        if sighting is not None:
            until = sighting.seen_at + compiled.lifetime
            if at < until:
                if due is None or until < due:
                    due = until
                observation = sighting.observation
                if observation.status in _USABLE:
                    facts = observation.facts
        records.append(facts)
    return records, due


def _unknown(compiled: CompiledRule, verdict: Verdict, sighting: Sighting | None, at: datetime) -> tuple[Outcome, str]:
    """Which kind of not knowing it is when a leaf that decided is unknown."""
    kind = compiled.kinds[verdict.slot]
    if sighting is None:
        return Outcome.NOTCHECKED, f"never-observed: {kind}"
    if at >= sighting.seen_at + compiled.lifetime:
        return Outcome.STALE, f"stale: {kind}"
    observation = sighting.observation
    if observation.status == _OK:
        return Outcome.UNKNOWN, verdict.reason
    cause = _cause(str(observation.reason), verdict.reason) if observation.reason else ""
    if observation.status == _PARTIAL:
        return Outcome.UNKNOWN, f"{verdict.reason}: {cause}"[:LONGEST_REASON]
    outcome = Outcome.ERROR if observation.status == ObservationStatus.ERROR else Outcome.UNKNOWN
    return outcome, f"{observation.status}: {kind}: {cause}"[:LONGEST_REASON]


def _cause(reason: str, leaf: str) -> str:
    """The agent's word for why a fact is missing: of several gaps the one that names it, else the first of those that
    name nothing, else the first."""
    gaps = [gap.partition(": ") for gap in reason.split("; ")]
    name = leaf.rpartition(": ")[2].split(".")
    fitting = (code for code, _, detail in gaps if name[1:2] and name[1] in _WORD.findall(detail))
    general = (code for code, _, detail in gaps if not detail)
    return next(fitting, next(general, gaps[0][0]))


def explain(compiled: CompiledRule, sightings: Sightings, at: datetime) -> Node:
    """The whole tree of the judgement that `evaluate` makes. Never raises.

    The root has operator `rule`, the rule's id as `fact`, the outcome's word as `actual`, and the reason. Below it
    stand `applies_when` (if the rule has it) and `condition`; following the nodes marked `decided` leads to the leaf
    that decided. Evidence that cannot be used is shown as missing, and the root says why.
    """
    result = evaluate(compiled, sightings, at)
    try:
        children = _trees(compiled, sightings, at, result.decided_by)
    except _BROKEN:
        children = ()
    return Node(
        path="",
        operator="rule",
        truth={Outcome.PASS: True, Outcome.FAIL: False}.get(result.outcome),
        decided=True,
        fact=compiled.rule,
        actual=result.outcome.code,
        reason=result.reason,
        children=children,
    )


def _trees(compiled: CompiledRule, sightings: Sightings, at: datetime, decided_by: str) -> tuple[Node, ...]:
    records, _ = _records(compiled, sightings, at)
    seen = [_seen(sightings.get(kind)) for kind in compiled.kinds]
    explainer = Explainer(compiled.verdicts, Clock(microseconds(at)), seen)
    record: Any = records[0] if len(records) == 1 else records
    plans = [plan for plan in (compiled.applies_plan, compiled.condition_plan) if plan is not None]
    return tuple(explainer.explain(plan, record, decided=_DEPTH.split(decided_by)[0] == plan.path) for plan in plans)


def _seen(sighting: Sighting | None) -> str:
    return "" if sighting is None else sighting.observation.id


__all__ = ["CompiledRule", "Sightings", "compile_rule", "evaluate", "explain"]
