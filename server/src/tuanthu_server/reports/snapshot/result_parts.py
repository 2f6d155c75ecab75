"""What the single results say: reasons, causes, and lists of machines."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from uuid import UUID

from tuanthu_policy.fact import FactKind
from tuanthu_policy.outcome import Outcome
from tuanthu_policy.reasons import split_reason, title_of
from tuanthu_policy.rule import Rule, Severity
from tuanthu_policy.text import Text
from tuanthu_server.compliance.standing import AssetResult
from tuanthu_server.reports.snapshot.clean import clean
from tuanthu_server.reports.snapshot.model import Cause, MachineResult, ReasonGroup

WEIGHTS = {Severity.LOW: 1, Severity.MEDIUM: 2, Severity.HIGH: 3, Severity.CRITICAL: 4}
UNDETERMINED = (Outcome.ERROR, Outcome.UNKNOWN, Outcome.STALE, Outcome.NOTCHECKED)
_LONGEST_DETAIL = 120


def machine_results(
    results: Iterable[AssetResult], outcomes: Sequence[Outcome], unit_codes: Mapping[int, str]
) -> list[MachineResult]:
    """The results with one of these outcomes, by unit, machine and rule."""
    codes = {unit: clean(code) for unit, code in unit_codes.items()}
    wanted = {outcome: outcome.code for outcome in outcomes}
    reasons: dict[str, tuple[str, str, str]] = {}
    evidence: dict[UUID | None, str] = {None: ""}
    rows = []
    for result in results:  # tens of thousands, with few different reasons and pieces of evidence
        if result.outcome not in wanted:
            continue
        if result.reason not in reasons:
            reasons[result.reason] = _reason_parts(result.reason)
        if result.observation_uuid not in evidence:
            evidence[result.observation_uuid] = str(result.observation_uuid)
        code, fact, cause = reasons[result.reason]
        rows.append(
            MachineResult(
                unit=codes[result.unit_id],
                machine=clean(result.name),
                asset=result.asset_id,
                role=str(result.role),
                rule=result.rule,
                outcome=wanted[result.outcome],
                code=code,
                fact=fact,
                cause=cause,
                since=result.since,
                observation=evidence[result.observation_uuid],
            )
        )
    rows.sort(key=attrgetter("unit", "machine", "asset", "rule"))
    return rows


def _reason_parts(reason: str) -> tuple[str, str, str]:
    code, fact, cause = (clean(part, _LONGEST_DETAIL) for part in split_reason(reason))
    return code, fact, cause


def reason_groups(rows: Iterable[MachineResult], rules: Sequence[str]) -> list[ReasonGroup]:
    """Results grouped by outcome and reason, the greatest groups first; `rules` is the order of the report."""
    groups: defaultdict[tuple[str, str, str, str], list[MachineResult]] = defaultdict(list)
    for row in rows:
        groups[row.outcome, row.code, row.fact, row.cause].append(row)
    found = [_reason_group(key, members, rules) for key, members in sorted(groups.items())]
    return sorted(found, key=lambda group: -group.machines)


def _reason_group(key: tuple[str, str, str, str], rows: Sequence[MachineResult], rules: Sequence[str]) -> ReasonGroup:
    outcome, code, fact, cause = key
    named = {row.rule for row in rows}
    return ReasonGroup(
        outcome=outcome,
        code=code,
        fact=fact,
        cause=cause,
        rules=[rule for rule in rules if rule in named],
        machines=len({row.asset for row in rows}),
        units=len({row.unit for row in rows}),
    )


def fact_titles(rows: Iterable[MachineResult], kinds: Mapping[str, FactKind]) -> dict[str, Text]:
    """Titles of the facts and kinds that these reasons name; what the catalogue does not know is left out."""
    named = {row.fact for row in rows}
    titles = {path: title_of(path, kinds) for path in sorted(named)}
    return {path: title for path, title in titles.items() if title is not None}


def causes(rows: Iterable[MachineResult], rules: Mapping[str, Rule]) -> list[Cause]:
    """Each rule that machines fail, with its remedy, by failing machines × weight of its severity."""
    machines: defaultdict[str, set[int]] = defaultdict(set)
    units: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        machines[row.rule].add(row.asset)
        units[row.rule].add(row.unit)
    found = [_cause(rules[rule], len(machines[rule]), len(units[rule])) for rule in machines]
    return sorted(found, key=lambda cause: (-cause.machines * cause.weight, cause.rule))


def _cause(rule: Rule, machines: int, units: int) -> Cause:
    return Cause(
        rule=rule.id,
        title=rule.title,
        severity=rule.severity.value,
        weight=WEIGHTS[rule.severity],
        machines=machines,
        units=units,
        remediation=rule.remediation,
    )
