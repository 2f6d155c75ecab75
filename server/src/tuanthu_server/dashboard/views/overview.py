"""The first page: how the department stands, or the units that an officer answers for."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tuanthu_server.access.ending import SOON, ending
from tuanthu_server.access.people import reach
from tuanthu_server.accounts.permissions import Permission, needs
from tuanthu_server.compliance.frameworks import main_framework
from tuanthu_server.compliance.totals import totals_of
from tuanthu_server.dashboard.comparison import compared
from tuanthu_server.dashboard.curves import curve_data
from tuanthu_server.dashboard.devices import counts_of
from tuanthu_server.dashboard.figures import (
    EMPTY,
    control_lines,
    kind_lines,
    other_frameworks,
    unit_lines,
)
from tuanthu_server.dashboard.live import nothing_new
from tuanthu_server.dashboard.past_day import of_day
from tuanthu_server.units.queries import day_of

SHOWN_UNITS = 20
SHOWN_CHANGES = 6
SHOWN_ENDING = 5
NEWS = timedelta(days=1)


@needs(Permission.SEE)
@require_safe
@of_day
def overview(request: HttpRequest) -> HttpResponse:
    """Figures of all units in reach, each clause, and the units that need attention first."""
    within = reach(request)
    mark = "" if within.day else within.mark()
    if (same := nothing_new(request, mark)) is not None:
        return same
    now = within.standing()
    day = day_of(now.as_of)
    units = within.named(within.units(day))
    expected = within.machines(day)
    total = totals_of(now, [unit.pk for unit in units], expected)
    policy = now.policy.policy
    framework = main_framework(policy)
    changes = within.changes(now, NEWS)
    points = within.curve(framework.id, day) if framework else []
    ends = ending(within, now.as_of, now.as_of + SOON)
    context = {
        "section": "overview",
        "standing": now,
        "mark": mark,
        "total": total,
        "framework": framework,
        "machines": total.controls.get(framework.id, EMPTY) if framework else EMPTY,
        "credentials": counts_of(total.devices)[0],
        "lines": unit_lines(now, units, expected)[:SHOWN_UNITS],
        "kinds": kind_lines(now, units),
        "controls": control_lines(policy, total, framework),
        "others": other_frameworks(policy, total.controls),
        "changes": changes[:SHOWN_CHANGES],
        "more_changes": max(0, len(changes) - SHOWN_CHANGES),
        "compared": compared(request, within, now),
        "curve": points,
        "curve_data": curve_data(points),
        "ending": ends[:SHOWN_ENDING],
        "more_ending": max(0, len(ends) - SHOWN_ENDING),
        "demonstration": any(unit.demonstration for unit in units),
    }
    return render(request, "dashboard/overview.html", context)
