"""From inputs to the snapshot; pure, so that the same inputs give the same bytes."""

from datetime import UTC

from tuanthu_policy.outcome import Outcome
from tuanthu_server.reports.errors import ReportError
from tuanthu_server.reports.snapshot import (
    device_parts,
    exception_parts,
    indicator_parts,
    line_parts,
    policy_parts,
    result_parts,
    unit_parts,
)
from tuanthu_server.reports.snapshot.checks import check_sums
from tuanthu_server.reports.snapshot.clean import clean
from tuanthu_server.reports.snapshot.inputs import Inputs
from tuanthu_server.reports.snapshot.model import SCHEMA_VERSION, DepartmentReport, PolicyPart


def build(inputs: Inputs, number: int = 0) -> DepartmentReport:
    """Compute every figure once; raises ReportError when the sums do not agree or the framework is not in force."""
    force = inputs.standing.policy
    framework = force.policy.frameworks.get(inputs.framework)
    if framework is None:
        raise ReportError(
            f"Chính sách đang có hiệu lực không có bộ tiêu chí “{inputs.framework}”",
            f"The policy in force has no framework “{inputs.framework}”",
        )
    measured = policy_parts.measured_controls(force.policy, framework)
    units = [unit_parts.unit_part(facts, inputs.standing, framework.id, measured) for facts in inputs.units]
    codes = {facts.id: facts.code for facts in inputs.units}
    rules = policy_parts.framework_rules(force.policy, framework)
    results = [result for result in inputs.results if result.rule in rules]
    failing = result_parts.machine_results(results, (Outcome.FAIL,), codes)
    undetermined = result_parts.machine_results(results, result_parts.UNDETERMINED, codes)
    totals = unit_parts.totals(units, inputs.standing, inputs.units)
    report = DepartmentReport(
        schema_version=SCHEMA_VERSION,
        number=number,
        created_at=inputs.created_at.astimezone(UTC),
        as_of=inputs.standing.as_of.astimezone(UTC),
        scope=inputs.scope,
        scope_name=clean(inputs.scope_name),
        demonstration=any(facts.demonstration for facts in inputs.units),
        organisation=inputs.organisation,
        policy=PolicyPart(digest=force.digest, in_force_from=force.in_force_from.astimezone(UTC)),
        framework=policy_parts.framework_part(framework, units, totals.machines_expected),
        totals=totals,
        controls=policy_parts.control_parts(framework, units, inputs.standing, inputs.units),
        rules=policy_parts.rule_parts(force.policy, framework, inputs.standing, inputs.units),
        units=units,
        worst_units=unit_parts.worst_units(units),
        units_without_machines=[unit.code for unit in units if unit.machines_enrolled == 0],
        undetermined=result_parts.reason_groups(undetermined, rules),
        causes=result_parts.causes(failing, force.policy.rules),
        facts=result_parts.fact_titles([*failing, *undetermined], force.policy.kinds),
        failing=failing,
        undetermined_machines=undetermined,
        connectivity=line_parts.connectivity_part(inputs.lines, inputs.units),
        devices=device_parts.devices_part(inputs.devices, inputs.standing, inputs.units),
        exceptions=exception_parts.exceptions_part(
            inputs.exceptions, inputs.standing, inputs.units, framework, results
        ),
        plans=indicator_parts.plan_parts(inputs.standing, inputs.units),
    )
    check_sums(report)
    return report
