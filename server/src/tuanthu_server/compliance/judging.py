"""Judging assets inside a transaction that holds their locks, and working out what changed."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import lru_cache

import msgspec

from tuanthu_policy.observation import Sighting
from tuanthu_policy.outcome import Outcome
from tuanthu_policy.result import RuleResult
from tuanthu_policy.waiving import waived_controls, waived_rules
from tuanthu_server.compliance.changes import Changes, record
from tuanthu_server.compliance.policies import Numbered, numbered_in_force
from tuanthu_server.compliance.state import Judged, State, decode_state
from tuanthu_server.compliance.waiving import Waivers, coded, waivers_after
from tuanthu_server.inventory import evidence
from tuanthu_server.inventory.store.interface import Store

REASON_LENGTH = 500
PATH_LENGTH = 300


class Subject(msgspec.Struct):
    """An asset to judge; its row is locked by the caller."""

    asset_id: int
    unit_id: int
    changed: frozenset[str] | None = None
    """Kinds whose evidence changed; None judges every rule."""
    sightings: dict[str, Sighting] = {}
    """Current evidence that the caller has at hand; the rest is read when a rule needs it."""
    device: bool = False
    """A network device, which is judged by the rules about devices and no others."""


Task = tuple[Subject, tuple[str, ...] | None]
"""An asset and the rules to judge on it (`rules_to_judge`)."""


class Known(msgspec.Struct):
    """What is stored of an asset's last judgement."""

    policy: int
    due_at: datetime | None
    state: State


def judge_and_record(store: Store, subjects: Iterable[Subject], at: datetime) -> None:
    """Judge the subjects by the policy in force and write what changed; without a policy nothing is done.

    The policy is read here, after the locks were taken: whoever got a lock after a new policy's pass over the assets
    sees that policy.
    """
    policy = numbered_in_force(store, at)
    everyone = list(subjects)
    if policy is None or not everyone:
        return
    known = read_known(store, [subject.asset_id for subject in everyone])
    waivers = waivers_after(store, at)
    tasks = [(subject, rules_to_judge(policy, subject, known.get(subject.asset_id), at)) for subject in everyone]
    tasks = [(subject, rules) for subject, rules in tasks if rules is None or rules]
    sightings = _complete_sightings(store, policy, tasks)
    changes = Changes(at, policy.measures)
    for subject, rules in tasks:
        judge(
            changes, policy, (subject, rules), known.get(subject.asset_id), sightings[subject.asset_id], waivers=waivers
        )
    record(store, changes)


def judge(
    changes: Changes,
    policy: Numbered,
    task: Task,
    before: Known | None,
    sightings: Mapping[str, Sighting],
    *,
    waivers: Waivers,
) -> None:
    """Judge one asset at the moment of `changes` and note there what changed; `sightings` hold what its rules read."""
    subject, rules = task
    asked = policy.asked(sightings, device=subject.device) if rules is None else rules
    results = policy.policy.judge(sightings, changes.at, asked)
    _compare(changes, policy, subject, before, results, sightings=sightings, whole=rules is None, waivers=waivers)


def forget(store: Store, subjects: Iterable[Subject], at: datetime) -> None:
    """Take assets out of results, findings and counters (they were retired); transitions stay."""
    changes = Changes(at)
    units = {subject.asset_id: subject.unit_id for subject in subjects}
    for asset, before in read_known(store, units).items():
        changes.compare_results(asset, units[asset], before.state.results, {})
        changes.compare_findings(asset, units[asset], before.state.findings, {})
        changes.compare_waived(units[asset], before.state, State())
        changes.forgotten.append(asset)
    record(store, changes)


def read_known(store: Store, assets: Iterable[int]) -> dict[int, Known]:
    """The stored judgement of assets."""
    rows = store.rows(
        "SELECT asset_id, policy_id, due_at, body FROM compliance_judgedstate WHERE asset_id {any}",
        [sorted(assets)],
        (None, None, datetime, bytes),
    )
    return {asset: Known(policy, due_at, decode_state(body)) for asset, policy, due_at, body in rows}


def rules_to_judge(policy: Numbered, subject: Subject, known: Known | None, at: datetime) -> tuple[str, ...] | None:
    """None for all: never judged, judged by another policy, or time may have changed any of them."""
    if known is None or known.policy != policy.version or (known.due_at is not None and known.due_at <= at):
        return None
    if subject.changed is None:
        return None
    return policy.rules_reading(subject.changed, device=subject.device)


def _complete_sightings(store: Store, policy: Numbered, tasks: list[Task]) -> dict[int, dict[str, Sighting]]:
    """What the callers gave, and from the database what else the rules to judge will read."""
    lacking: dict[int, frozenset[str]] = {}
    for subject, rules in tasks:
        missing = policy.kinds_read_by(rules, device=subject.device) - subject.sightings.keys()
        if missing:
            lacking[subject.asset_id] = missing
    spans = evidence.current_spans(store, lacking) if lacking else {}
    wanted = {
        asset: {kind: span for kind, span in kinds.items() if kind in lacking[asset]} for asset, kinds in spans.items()
    }
    read = evidence.read_sightings(store, wanted)
    return {subject.asset_id: read.get(subject.asset_id, {}) | subject.sightings for subject, _ in tasks}


def _compare(
    changes: Changes,
    policy: Numbered,
    subject: Subject,
    before: Known | None,
    results: list[RuleResult],
    *,
    sightings: Mapping[str, Sighting],
    whole: bool,
    waivers: Waivers,
) -> None:
    """Put into `changes` what these results mean for the asset."""
    old = before.state if before is not None else State()
    judged = judged_by_number(policy, results, sightings)
    rules = judged if whole else old.results | judged
    touched = (
        policy.controls_about[subject.device]
        if whole
        else {control for rule in judged for control in policy.controls_of_rule.get(rule, ())}
    )
    found = {
        control: max((rules[rule].outcome for rule in policy.controls[control]), default=Outcome.UNKNOWN.value)
        for control in touched
    }
    findings = found if whole else old.findings | found
    due = [result.due_at for result in results if result.due_at is not None]
    if not whole and before is not None and before.due_at is not None:
        due.append(before.due_at)
    turn = waivers.next_change(subject.asset_id, subject.unit_id, changes.at)
    if turn is not None:
        due.append(turn)
    # Never now: a sweep at one fixed moment must come to its end.
    due_at = max(min(due), changes.at + timedelta(microseconds=1)) if due else None
    new = State(rules, findings, *_waived(policy, subject, rules, waivers, changes.at))
    changes.compare_results(subject.asset_id, subject.unit_id, old.results, rules)
    changes.compare_findings(subject.asset_id, subject.unit_id, old.findings, findings)
    changes.compare_waived(subject.unit_id, old, new)
    if before is None or before.policy != policy.version or before.due_at != due_at or new != old:
        changes.states.append((subject.asset_id, policy.version, due_at, new))


def _waived(
    policy: Numbered, subject: Subject, rules: Mapping[int, Judged], waivers: Waivers, at: datetime
) -> tuple[frozenset[int], frozenset[int]]:
    """Numbers of the failing rules and controls that are waived."""
    names, controls = waivers.named(subject.asset_id, subject.unit_id, at)
    if not names and not controls:
        return frozenset(), frozenset()
    failing = {rule for rule, one in rules.items() if one.outcome == Outcome.FAIL}
    named = {policy.rules[name] for name in names if name in policy.rules}
    codes = coded(controls, device=subject.device)
    numbers = {policy.control_numbers[code] for code in codes if code in policy.control_numbers}
    return (
        waived_rules(failing, named),
        waived_controls(failing, policy.controls, policy.wholes, named, numbers),
    )


def judged_by_number(
    policy: Numbered, results: Iterable[RuleResult], sightings: Mapping[str, Sighting]
) -> dict[int, Judged]:
    """Results as they are kept: of measures the outcome alone.

    NUL, which PostgreSQL refuses in text, becomes the replacement character.
    """
    kinds = {sighting.observation.id: kind for kind, sighting in sightings.items()}
    numbers = policy.rules
    return {
        numbers[result.rule]: _kept(
            result.outcome,
            result.decided_by,
            result.reason,
            kinds.get(result.evidence[0], "") if result.evidence else "",
        )
        if numbers[result.rule] not in policy.measures
        else _kept(result.outcome, "", "", "")
        for result in results
    }


@lru_cache(maxsize=4096)
def _kept(outcome: Outcome, decided_by: str, reason: str, kind: str) -> Judged:
    """Machines come to the same few results; making each once is a third of what recording them costs."""
    kept_reason = reason[:REASON_LENGTH].replace("\0", "\ufffd")
    return Judged(int(outcome), decided_by[:PATH_LENGTH], kept_reason, kind)
