"""The first page: how the whole sector stands."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tuanthu_server.compliance.standing import standing
from tuanthu_server.compliance.totals import totals_of
from tuanthu_server.dashboard.explained import explained
from tuanthu_server.dashboard.figures import EMPTY, control_lines, main_framework, other_frameworks, unit_lines
from tuanthu_server.units.queries import day_of, machines_on, units_on

SHOWN_UNITS = 20


@require_safe
@explained
def overview(request: HttpRequest) -> HttpResponse:
    """Figures of the department, each clause, and the units that need attention first."""
    now = standing()
    day = day_of(now.as_of)
    units = list(units_on(day))
    expected = machines_on(day)
    total = totals_of(now, [unit.pk for unit in units], expected)
    framework = main_framework(now.policy.policy)
    context = {
        "section": "overview",
        "standing": now,
        "total": total,
        "framework": framework,
        "machines": total.controls.get(framework.id, EMPTY) if framework else EMPTY,
        "lines": unit_lines(now, units, expected)[:SHOWN_UNITS],
        "controls": control_lines(now.policy.policy, total, framework),
        "others": other_frameworks(now.policy.policy, total.controls),
        "demonstration": any(unit.demonstration for unit in units),
    }
    return render(request, "dashboard/overview.html", context)
