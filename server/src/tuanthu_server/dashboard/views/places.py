"""Units by place, supervisor, owner or kind, and where they lie."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tuanthu_server.access.groups import By, groups
from tuanthu_server.access.people import reach
from tuanthu_server.accounts.permissions import Permission, needs
from tuanthu_server.compliance.frameworks import main_framework
from tuanthu_server.dashboard.explained import explained
from tuanthu_server.dashboard.figures import unit_lines
from tuanthu_server.dashboard.places import found_in, group_lines, keys, unit_map
from tuanthu_server.dashboard.sorting import ordered
from tuanthu_server.units.queries import day_of


@needs(Permission.SEE)
@require_safe
@explained
def place_list(request: HttpRequest) -> HttpResponse:
    """Groups of units with their figures, and the map; `group` shows the units of one, `framework` chooses figures."""
    within = reach(request)
    now = within.standing()
    policy = now.policy.policy
    asked = request.GET
    by = By(asked["by"]) if asked.get("by") in set(By) else By.SUPERVISOR
    framework = policy.frameworks.get(asked.get("framework", "")) or main_framework(policy)
    code = framework.id if framework else ""
    lines = group_lines(groups(within, now, by), code)
    chosen = found_in(lines, asked["group"]) if asked.get("group") else None
    if asked.get("group") and chosen is None:
        raise Http404(asked["group"])
    shown = [chosen] if chosen else lines
    units = [unit for line in shown for unit in line.group.units]
    of_units = unit_lines(now, units, within.machines(day_of(now.as_of)), framework)
    context = {
        "section": "places",
        "standing": now,
        "by": by,
        "ways": list(By),
        "framework": framework,
        "main": main_framework(policy),
        "frameworks": sorted(policy.frameworks.items()),
        "group": chosen,
        "groups": ordered(lines, asked.get("sort", "")),
        "sort": asked.get("sort", ""),
        "units": of_units,
        "map": unit_map(of_units, chosen=chosen is not None),
        "keys": keys(),
        "demonstration": any(unit.demonstration for unit in units),
    }
    return render(request, "dashboard/places.html", context)
