"""What is asked: clauses, rules, versions of the policy."""

from typing import Any

import msgspec
from django.http import Http404
from ninja import Query, Router
from pydantic import Field

from tuanthu_policy.control import Control
from tuanthu_policy.fact import AssetSort
from tuanthu_policy.outcome import Outcome
from tuanthu_policy.rule import Rule
from tuanthu_server.access import policy_versions
from tuanthu_server.access.reach import Reach
from tuanthu_server.api import made
from tuanthu_server.api.differences import told
from tuanthu_server.api.paging import Paging, paged
from tuanthu_server.api.reading import operation
from tuanthu_server.api.schemas.assets import ResultOut
from tuanthu_server.api.schemas.common import CountsOut, Page, TextOut
from tuanthu_server.api.schemas.policy import (
    ControlOut,
    DifferenceOut,
    FrameworkOut,
    RuleOut,
    VersionOut,
)
from tuanthu_server.compliance.policy_difference import policy_difference
from tuanthu_server.compliance.standing import Counts, Standing
from tuanthu_server.compliance.totals import Totals, totals_of
from tuanthu_server.units.queries import day_of

router = Router(tags=["policy"])
NOTHING = Counts()
NOT_MET = frozenset(Outcome) - {Outcome.PASS, Outcome.NOTAPPLICABLE}
MOST_ASSETS = 10_000


class ControlAssets(Paging):
    """Which assets."""

    devices: bool = Field(default=False, description="Devices instead of machines")


def _total(within: Reach, now: Standing) -> Totals:
    return totals_of(now, within.units(day_of(now.as_of)).values_list("pk", flat=True), {})


@operation(router, "/controls", list[ControlOut], past=True)
def controls(within: Reach) -> Any:
    """Every clause of every framework with the figures of all units in reach."""
    now = within.standing()
    total = _total(within, now)
    return [
        _control(now, total, name, one)
        for name, framework in now.policy.policy.frameworks.items()
        for one in framework.controls
    ]


@operation(router, "/controls/{framework}/{control}", ControlOut, past=True)
def control(within: Reach, framework: str, control: str) -> Any:
    """One clause."""
    now = within.standing()
    found = now.policy.policy.frameworks.get(framework)
    for one in found.controls if found else ():
        if one.id == control:
            return _control(now, _total(within, now), framework, one)
    raise Http404(f"{framework}/{control}")


@operation(router, "/controls/{framework}/{control}/assets", Page[ResultOut])
def control_assets(within: Reach, framework: str, control: str, which: Query[ControlAssets]) -> Any:
    """Machines (or devices) that do not meet a clause, each with its worst result, the worst first."""
    now = within.standing()
    policy = now.policy.policy
    found = policy.frameworks.get(framework)
    one = next((one for one in (found.controls if found else ()) if one.id == control), None)
    if one is None:
        raise Http404(f"{framework}/{control}")
    rules = [code for code in one.rules if (policy.sorts[code] is AssetSort.DEVICE) is which.devices]
    bad = within.worst_assets(NOT_MET, rules, MOST_ASSETS, devices=which.devices)
    told = within.waived_by(f"{framework}/{control}", bad)
    return paged(told, which, lambda rows: [made.result(row, policy) for row in rows])


def _control(now: Standing, total: Totals, framework: str, one: Control) -> ControlOut:
    code = f"{framework}/{one.id}"
    policy = now.policy.policy
    demand = one.attestation
    of_machines = code in policy.control_rules()
    of_devices = f"device:{code}" in policy.control_rules(AssetSort.DEVICE)
    return ControlOut(
        framework=framework,
        id=one.id,
        clause=one.clause,
        title=TextOut.of(one.title),
        text=TextOut.of(one.text),
        verified=one.verified.value,
        rules=one.rules,
        attestation=None if isinstance(demand, msgspec.UnsetType) else TextOut.of(demand.what),
        counts=CountsOut.of(total.controls.get(code, NOTHING)) if of_machines else None,
        device_counts=CountsOut.of(total.devices.controls.get(code, NOTHING)) if of_devices else None,
        as_of=now.as_of,
    )


@operation(router, "/rules", list[RuleOut], past=True)
def rules(within: Reach) -> Any:
    """Every rule of the policy in force with the figures of all units in reach."""
    now = within.standing()
    total = _total(within, now)
    return [_rule(now, total, one) for one in now.policy.policy.rules.values()]


@operation(router, "/rules/{rule}", RuleOut, past=True)
def rule(within: Reach, rule: str) -> Any:
    """One rule."""
    now = within.standing()
    found = now.policy.policy.rules.get(rule)
    if found is None:
        raise Http404(rule)
    return _rule(now, _total(within, now), found)


def _rule(now: Standing, total: Totals, one: Rule) -> RuleOut:
    sort = now.policy.policy.sorts[one.id]
    table = total.devices.rules if sort is AssetSort.DEVICE else total.rules
    return RuleOut(
        id=one.id,
        title=TextOut.of(one.title),
        rationale=TextOut.of(one.rationale),
        remediation=TextOut.of(one.remediation),
        severity=one.severity.value,
        max_age=one.max_age,
        about=sort.value,
        condition=one.condition,
        counts=CountsOut.of(table.get(one.id, NOTHING)),
        as_of=now.as_of,
    )


@operation(router, "/frameworks", list[FrameworkOut])
def frameworks(within: Reach) -> Any:
    """The regulations of the policy in force, each with machines by their worst outcome over it."""
    now = within.standing()
    total = _total(within, now)
    return [
        FrameworkOut(
            id=one.id,
            title=TextOut.of(one.title),
            number=one.document.number,
            date=one.document.date,
            issuer=TextOut.of(one.document.issuer),
            document_title=TextOut.of(one.document.title),
            counts=CountsOut.of(total.controls.get(one.id, NOTHING)),
        )
        for one in now.policy.policy.frameworks.values()
    ]


@operation(router, "/policies/{int:before}/{int:after}", DifferenceOut)
def policy_change(within: Reach, before: int, after: int) -> Any:
    """What one version of the policy asks otherwise than another."""
    return told(policy_difference(policy_versions.version(within, before), policy_versions.version(within, after)))


@operation(router, "/policies", list[VersionOut])
def policies(within: Reach) -> Any:
    """Every version of the policy, the newest in force first."""
    return [
        VersionOut(
            number=one.number,
            digest=one.digest,
            published_at=one.published_at,
            in_force_from=one.in_force_from,
            note=one.note,
        )
        for one in policy_versions.versions(within)
    ]
