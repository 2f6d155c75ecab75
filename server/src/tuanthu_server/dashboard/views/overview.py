"""The first page: how the department stands, or the units that an officer answers for."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tuanthu_server.access.people import reach
from tuanthu_server.accounts.permissions import Permission, needs
from tuanthu_server.compliance.totals import totals_of
from tuanthu_server.dashboard.explained import explained
from tuanthu_server.dashboard.figures import EMPTY, control_lines, main_framework, other_frameworks, unit_lines
from tuanthu_server.units.queries import day_of

SHOWN_UNITS = 20


@needs(Permission.SEE)
@require_safe
@explained
def overview(request: HttpRequest) -> HttpResponse:
    """Figures of all units in reach, each clause, and the units that need attention first."""
    within = reach(request)
    now = within.standing()
    day = day_of(now.as_of)
    units = list(within.units(day))
    expected = within.machines(day)
    total = totals_of(now, [unit.pk for unit in units], expected)
    framework = main_framework(now.policy.policy)
    context = {
        "section": "overview",
        "standing": now,
        "total": total,
        "framework": framework,
        "machines": total.controls.get(framework.id, EMPTY) if framework else EMPTY,
        "lines": unit_lines(now, units, expected)[:SHOWN_UNITS],
        "controls": control_lines(now.policy.policy, total.controls, framework),
        "others": other_frameworks(now.policy.policy, total.controls),
        "demonstration": any(unit.demonstration for unit in units),
    }
    return render(request, "dashboard/overview.html", context)
