"""The clauses of the regulations, and one clause."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tuanthu_policy.outcome import Outcome
from tuanthu_server.access.people import reach
from tuanthu_server.access.reach import Reach
from tuanthu_server.accounts.permissions import Permission, needs
from tuanthu_server.compliance.standing import Standing
from tuanthu_server.compliance.totals import Totals, totals_of
from tuanthu_server.dashboard.figures import EMPTY, ControlLine, control_lines
from tuanthu_server.dashboard.past_day import of_day
from tuanthu_server.units.queries import day_of

SHOWN_ASSETS = 100
BAD = frozenset(Outcome) - {Outcome.PASS, Outcome.NOTAPPLICABLE}


@needs(Permission.SEE)
@require_safe
@of_day
def control_list(request: HttpRequest) -> HttpResponse:
    """Every clause with its figures."""
    within = reach(request)
    now = within.standing()
    total = _total(within, now)
    lines = control_lines(now.policy.policy, total)
    context = {
        "section": "controls",
        "standing": now,
        "frameworks": [
            (framework, [line for line in lines if line.framework.id == framework.id])
            for _, framework in sorted(now.policy.policy.frameworks.items())
        ],
    }
    return render(request, "dashboard/controls.html", context)


@needs(Permission.SEE)
@require_safe
@of_day
def control_page(request: HttpRequest, framework: str, control: str) -> HttpResponse:
    """One clause: its wording and source, its rules with their counts, the machines that do not meet it."""
    within = reach(request)
    now = within.standing()
    total = _total(within, now)
    line = _find(control_lines(now.policy.policy, total), framework, control)
    policy = now.policy.policy
    rules = [(policy.rules[rule], total.rules[rule]) for rule in line.control.rules if rule in total.rules]
    of_devices = [
        (policy.rules[rule], total.devices.rules[rule]) for rule in line.control.rules if rule in total.devices.rules
    ]
    code = f"{framework}/{control}"
    bad = within.worst_assets(BAD, [rule.id for rule, _ in rules], SHOWN_ASSETS + 1)
    bad_devices = within.worst_assets(BAD, [rule.id for rule, _ in of_devices], SHOWN_ASSETS + 1, devices=True)
    context = {
        "section": "controls",
        "standing": now,
        "line": line,
        "rules": rules,
        "results": within.waived_by(code, bad[:SHOWN_ASSETS]),
        "hidden": len(bad) > SHOWN_ASSETS,
        "unit_of": {unit.pk: unit for unit in within.named(within.units(day_of(now.as_of)))},
        "rule_of": {rule.id: rule for rule, _ in [*rules, *of_devices]},
        "device_rules": of_devices,
        "device_counts": total.devices.controls.get(code, EMPTY),
        "device_results": within.waived_by(code, bad_devices[:SHOWN_ASSETS]),
        "devices_hidden": len(bad_devices) > SHOWN_ASSETS,
    }
    return render(request, "dashboard/control.html", context)


def _total(within: Reach, now: Standing) -> Totals:
    day = day_of(now.as_of)
    return totals_of(now, within.units(day).values_list("pk", flat=True), {})


def _find(lines: list[ControlLine], framework: str, control: str) -> ControlLine:
    for line in lines:
        if (line.framework.id, line.control.id) == (framework, control):
            return line
    raise Http404(f"{framework}/{control}")
