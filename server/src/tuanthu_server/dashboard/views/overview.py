"""The first page: how the whole sector stands."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tuanthu_server.compliance.days import curve
from tuanthu_server.compliance.news import changes_between
from tuanthu_server.compliance.standing import standing
from tuanthu_server.compliance.totals import totals_of
from tuanthu_server.dashboard.curves import curve_data
from tuanthu_server.dashboard.devices import counts_of
from tuanthu_server.dashboard.explained import explained
from tuanthu_server.dashboard.figures import EMPTY, control_lines, main_framework, other_frameworks, unit_lines
from tuanthu_server.units.queries import day_of, machines_on, units_on

SHOWN_UNITS = 20
SHOWN_CHANGES = 6
NEWS = timedelta(days=1)


@require_safe
@explained
def overview(request: HttpRequest) -> HttpResponse:
    """Figures of the department, each clause, and the units that need attention first."""
    now = standing()
    day = day_of(now.as_of)
    units = list(units_on(day))
    expected = machines_on(day)
    total = totals_of(now, [unit.pk for unit in units], expected)
    policy = now.policy.policy
    framework = main_framework(policy)
    changes = changes_between(policy, {unit.pk for unit in units}, now.as_of - NEWS, now.as_of)
    points = curve(framework.id, day) if framework else []
    context = {
        "section": "overview",
        "standing": now,
        "total": total,
        "framework": framework,
        "machines": total.controls.get(framework.id, EMPTY) if framework else EMPTY,
        "credentials": counts_of(total.devices)[0],
        "lines": unit_lines(now, units, expected)[:SHOWN_UNITS],
        "controls": control_lines(policy, total.controls, framework),
        "others": other_frameworks(policy, total.controls),
        "changes": changes[:SHOWN_CHANGES],
        "more_changes": max(0, len(changes) - SHOWN_CHANGES),
        "curve": points,
        "curve_data": curve_data(points),
        "demonstration": any(unit.demonstration for unit in units),
    }
    return render(request, "dashboard/overview.html", context)
