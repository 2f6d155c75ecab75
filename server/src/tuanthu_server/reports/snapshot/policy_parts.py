"""The framework's clauses and rules with their counts over all units in scope."""

from collections.abc import Sequence

from tuanthu_policy.control import Control, Framework
from tuanthu_policy.fact import AssetSort
from tuanthu_policy.policy import Policy
from tuanthu_server.compliance.standing import Standing
from tuanthu_server.reports.snapshot.attested import attested_part
from tuanthu_server.reports.snapshot.figures import add_counts, counts_of, rate, ratio
from tuanthu_server.reports.snapshot.inputs import UnitFacts
from tuanthu_server.reports.snapshot.model import (
    AttestationPart,
    ControlPart,
    Document,
    FrameworkPart,
    RulePart,
    UnitPart,
)
from tuanthu_server.reports.snapshot.unit_parts import passed_of_expected


def measured_controls(policy: Policy, framework: Framework) -> list[str]:
    """Clauses that rules measure on machines, in the order of the document."""
    measured = policy.control_rules()
    return [control.id for control in framework.controls if f"{framework.id}/{control.id}" in measured]


def framework_rules(policy: Policy, framework: Framework, sort: AssetSort = AssetSort.MACHINE) -> list[str]:
    """Every rule of the framework about a sort of asset once, in the order in which its clauses name them."""
    named = dict.fromkeys(rule for control in framework.controls for rule in control.rules)
    return [rule for rule in named if policy.sorts[rule] is sort]


def framework_part(framework: Framework, units: Sequence[UnitPart], expected: int | None) -> FrameworkPart:
    """The framework as a whole: a machine passes it when it passes every rule of it."""
    counts = add_counts(unit.counts for unit in units)
    document = framework.document
    return FrameworkPart(
        id=framework.id,
        title=framework.title,
        document=Document(number=document.number, date=document.date, issuer=document.issuer, title=document.title),
        counts=counts,
        rate=rate(counts),
        rate_of_expected=ratio(passed_of_expected(units), expected),
    )


def control_parts(
    framework: Framework, units: Sequence[UnitPart], standing: Standing, facts: Sequence[UnitFacts]
) -> list[ControlPart]:
    """Every clause, measured on machines or not, in the order of the document."""
    policy = standing.policy.policy
    columns = {name: index for index, name in enumerate(measured_controls(policy, framework))}
    return [
        _control_part(
            policy,
            control,
            units,
            columns.get(control.id),
            attested_part(control.attestation, f"{framework.id}/{control.id}", standing, facts)
            if control.attestation
            else None,
        )
        for control in framework.controls
    ]


def _control_part(
    policy: Policy,
    control: Control,
    units: Sequence[UnitPart],
    column: int | None,
    attestation: AttestationPart | None,
) -> ControlPart:
    counts = None if column is None else add_counts(unit.controls[column].counts for unit in units)
    return ControlPart(
        id=control.id,
        clause=control.clause,
        title=control.title,
        verified=control.verified.value,
        rules=[rule for rule in control.rules if policy.sorts[rule] is AssetSort.MACHINE],
        counts=counts,
        rate=None if counts is None else rate(counts),
        attestation=attestation,
    )


def rule_parts(policy: Policy, framework: Framework, standing: Standing, units: Sequence[UnitFacts]) -> list[RulePart]:
    """Every rule of the framework with its counts."""
    return [_rule_part(policy, name, standing, units) for name in framework_rules(policy, framework)]


def _rule_part(policy: Policy, name: str, standing: Standing, units: Sequence[UnitFacts]) -> RulePart:
    rule = policy.rules[name]
    known = [standing.units[unit.id] for unit in units if unit.id in standing.units]
    counts = add_counts(counts_of(unit.rules.get(name)) for unit in known)
    return RulePart(id=rule.id, title=rule.title, severity=rule.severity.value, counts=counts, rate=rate(counts))
