"""Scans of all units in reach: who may scan what, and what came of it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tuanthu_server.access.people import reach
from tuanthu_server.accounts.permissions import Permission, needs
from tuanthu_server.dashboard.explained import explained
from tuanthu_server.dashboard.paging import page_of
from tuanthu_server.scans.words import state_of
from tuanthu_server.units.queries import day_of

PAGE = 50


@needs(Permission.SEE)
@require_safe
@explained
def scan_list(request: HttpRequest) -> HttpResponse:
    """The newest scan of each machine that scans, and every scope that was given."""
    within = reach(request)
    now = within.standing()
    units = {unit.pk: unit for unit in within.units(day_of(now.as_of))}
    runs = within.scan_runs(list(units))
    scopes = page_of(request, within.scopes(), PAGE)
    context = {
        "section": "scans",
        "standing": now,
        "runs": [(run, units[run.unit_id]) for run in runs],
        "unfinished": sum(not run.whole for run in runs),
        "scanned": len({run.unit_id for run in runs}),
        "units": len(units),
        "page": scopes,
        "scopes": [(one, state_of(one, now.as_of)) for one in scopes.object_list],
        "demonstration": any(unit.demonstration for unit in units.values()),
    }
    return render(request, "dashboard/scans.html", context)
