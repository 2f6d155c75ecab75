"""The figures of the plan."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tuanthu_server.access.people import reach
from tuanthu_server.accounts.permissions import Permission, needs
from tuanthu_server.compliance.indicators import indicator_figures, statements
from tuanthu_server.dashboard.figures import indicator_lines
from tuanthu_server.dashboard.past_day import of_day
from tuanthu_server.units.queries import day_of


@needs(Permission.SEE)
@require_safe
@of_day
def indicator_list(request: HttpRequest) -> HttpResponse:
    """Every indicator of every plan, over all units in reach."""
    within = reach(request)
    now = within.standing()
    policy = now.policy.policy
    day = day_of(now.as_of)
    units = within.named(within.units(day))
    stated = statements(units, within.expectations(day))
    plans = [
        (plan, indicator_lines(policy.frameworks[plan.framework], indicator_figures(plan, now, stated)))
        for plan in policy.plans.values()
    ]
    context = {
        "section": "indicators",
        "standing": now,
        "plans": plans,
        "demonstration": any(unit.demonstration for unit in units),
    }
    return render(request, "dashboard/indicators.html", context)
