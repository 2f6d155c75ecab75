"""Scans: of all units in reach, of one machine, of one device, and one with all that it found."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from tuanthu_server.access import scans
from tuanthu_server.access.people import reach
from tuanthu_server.access.reach import Reach
from tuanthu_server.accounts.permissions import Permission, needs
from tuanthu_server.dashboard.explained import explained
from tuanthu_server.dashboard.paging import page_of
from tuanthu_server.dashboard.scan_history import Sight, gaps_of, sights_in, sights_of
from tuanthu_server.inventory.models import Asset, AssetRole
from tuanthu_server.scans.words import state_of
from tuanthu_server.units.queries import day_of

PAGE = 50
DEVICE_PAGE = 20
"""Runs of which each is looked through for one device."""
NEWEST = 5
"""Runs on a device's own page."""


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


@needs(Permission.SEE)
@require_safe
def asset_scans(request: HttpRequest, asset_id: int) -> HttpResponse:
    """Of a machine, the scans that it did; of a device, those that may have seen it, with what each saw."""
    within = reach(request)
    asset = within.asset_or_404(asset_id)
    if asset.role != AssetRole.DEVICE:
        page = page_of(request, scans.runs_of_machine(within, asset), PAGE)
        runs = scans.read_runs(list(page.object_list))
        return render(
            request,
            "dashboard/machine_scans.html",
            {"section": "scans", "asset": asset, "page": page, "runs": [(run, gaps_of(run)) for run in runs]},
        )
    spans = scans.runs_around(within, asset)
    page = page_of(request, spans, DEVICE_PAGE)
    start = (page.number - 1) * DEVICE_PAGE
    # One more than is shown: the last is compared with the one before it.
    found = scans.read_sightings(asset, list(spans[start : start + DEVICE_PAGE + 1]))
    context = {"section": "devices", "asset": asset, "page": page, "sights": sights_of(found, len(page.object_list))}
    return render(request, "dashboard/device_scans.html", context)


def newest_sights(within: Reach, device: Asset) -> list[Sight]:
    """The newest runs for a device's own page."""
    spans = list(scans.runs_around(within, device)[: NEWEST + 1])
    return sights_of(scans.read_sightings(device, spans), NEWEST)


@needs(Permission.SEE)
@require_safe
def scan_page(request: HttpRequest, number: int) -> HttpResponse:
    """One scan: by whom and by what authority, when, what it found, what it could not do."""
    within = reach(request)
    run = scans.run_or_404(within, number)
    scope = scans.scope_of(within, run)
    lines = sights_in(run, scans.devices_of(within, run))
    context = {
        "section": "scans",
        "run": run,
        "scope": scope,
        "scope_state": state_of(scope, timezone.now()) if scope else None,
        "gaps": gaps_of(run),
        "lines": lines,
        "failing": sum(one.worst is not None and one.worst.code == "fail" for one in lines),
        "locked": sum(bool(one.locks) for one in lines),
        "changed": sum(one.statement is not None and one.statement.changed for one in lines),
    }
    return render(request, "dashboard/scan.html", context)
