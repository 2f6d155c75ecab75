"""Waivers and attestations as the snapshot keeps them; the counts are those of `compliance.standing`."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC

from tuanthu_policy.control import Framework
from tuanthu_policy.exception import Attestation
from tuanthu_policy.fact import AssetSort
from tuanthu_policy.policy import Policy
from tuanthu_policy.text import Text
from tuanthu_server.compliance.details import AssetResult
from tuanthu_server.compliance.models import Waiver, WaiverAction
from tuanthu_server.compliance.standing import Counts, Standing, UnitCompliance
from tuanthu_server.compliance.totals import added
from tuanthu_server.reports.snapshot.clean import clean
from tuanthu_server.reports.snapshot.exception_model import (
    ExceptionsPart,
    StatementRow,
    WaivedCount,
    WaivedResult,
    WaiverRow,
)
from tuanthu_server.reports.snapshot.inputs import ExceptionFacts, UnitFacts
from tuanthu_server.reports.snapshot.policy_parts import framework_rules

LONGEST_TEXT = 600


def exceptions_part(
    facts: ExceptionFacts | None,
    standing: Standing,
    units: Sequence[UnitFacts],
    framework: Framework,
    results: Iterable[AssetResult],
) -> ExceptionsPart | None:
    """What is waived and attested in these units; None where nothing is, or nothing was asked."""
    if facts is None:
        return None
    policy = standing.policy.policy
    known = [standing.units[unit.id] for unit in units if unit.id in standing.units]
    whole = added([Counts(), *(unit.controls[framework.id] for unit in known if framework.id in unit.controls)])
    part = ExceptionsPart(
        failed=whole.failed,
        waived=whole.waived,
        controls=_controls(framework, known),
        rules=_counted(
            (code, policy.rules[code].title, [one.rules.get(code) for one in known])
            for code in framework_rules(policy, framework)
        ),
        devices=_counted(
            (rule.id, rule.title, [one.devices.rules.get(rule.id) for one in known])
            for rule in policy.rules_about(AssetSort.DEVICE)
        ),
        units=_counted((clean(unit.code), *_unit(unit, standing, framework.id)) for unit in units),
        results=[
            WaivedResult(asset=one.asset_id, rule=one.rule, waiver=one.waiver)
            for one in sorted(results, key=lambda one: (one.asset_id, one.rule))
            if one.waiver is not None
        ],
        waivers=[_waiver(one, policy) for one in facts.waivers],
        statements=_statements(facts.statements, units, framework),
    )
    return part if part.waivers or part.statements or part.waived or part.rules or part.devices else None


def _controls(framework: Framework, known: Sequence[UnitCompliance]) -> list[WaivedCount]:
    return _counted(
        (one.id, one.title, [unit.controls.get(f"{framework.id}/{one.id}") for unit in known])
        for one in framework.controls
    )


def _unit(unit: UnitFacts, standing: Standing, framework: str) -> tuple[Text, list[Counts | None]]:
    known = standing.units.get(unit.id)
    name = clean(unit.name)
    return Text(name, name), [known.controls.get(framework) if known else None]


def _counted(lines: Iterable[tuple[str, Text, Iterable[Counts | None]]]) -> list[WaivedCount]:
    """Those of which anything is waived."""
    found = ((code, title, added([Counts(), *(one for one in counts if one)])) for code, title, counts in lines)
    return [
        WaivedCount(code=code, title=title, failed=counts.failed, waived=counts.waived)
        for code, title, counts in found
        if counts.waived
    ]


def _waiver(one: Waiver, policy: Policy) -> WaiverRow:
    unit = one.asset.unit if one.asset else one.unit
    approved = next(event for event in one.events.all() if event.action == WaiverAction.APPROVED)
    return WaiverRow(
        number=one.pk,
        code=one.rule or one.control,
        title=_title(one, policy),
        scope="asset" if one.asset else "unit" if one.unit else "everything",
        unit=clean(unit.code) if unit else "",
        unit_name=clean(unit.name) if unit else "",
        machine=clean(one.asset.name) if one.asset else "",
        authority=clean(one.authority),
        reason=clean(one.reason, LONGEST_TEXT),
        valid_from=one.valid_from.astimezone(UTC),
        expires_at=one.expires_at.astimezone(UTC),
        approved_by=clean(approved.by_name),
        approved_at=approved.at.astimezone(UTC),
    )


def _title(one: Waiver, policy: Policy) -> Text:
    """Of the rule or clause; its code where the policy of that moment has none of that name."""
    if one.rule in policy.rules:
        return policy.rules[one.rule].title
    name, _, clause = one.control.partition("/")
    found = policy.frameworks.get(name)
    titles = {control.id: control.title for control in found.controls} if found else {}
    return titles.get(clause) or Text(one.rule or one.control, one.rule or one.control)


def _statements(
    found: Mapping[int, Mapping[str, Attestation]], units: Sequence[UnitFacts], framework: Framework
) -> list[StatementRow]:
    """By clause, then by unit, as the table of clauses has them."""
    rows = []
    for control in framework.controls:
        for unit in units:
            one = found.get(unit.id, {}).get(f"{framework.id}/{control.id}")
            if one is not None:
                rows.append(_statement(one, control.id, control.title, unit))
    return rows


def _statement(one: Attestation, control: str, title: Text, unit: UnitFacts) -> StatementRow:
    return StatementRow(
        number=int(one.id),
        control=control,
        title=title,
        unit=clean(unit.code),
        unit_name=clean(unit.name),
        fulfilled=one.fulfilled,
        statement=clean(one.statement, LONGEST_TEXT),
        attested_by=clean(one.attested_by),
        recorded_at=one.attested_at.astimezone(UTC),
        expires_at=one.expires_at.astimezone(UTC),
        evidence=one.evidence_digest or "",
    )
