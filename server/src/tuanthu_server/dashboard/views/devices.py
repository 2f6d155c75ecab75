"""Network devices: all units, one unit, and computers without an agent."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tuanthu_server.access.people import reach
from tuanthu_server.accounts.permissions import Permission, needs
from tuanthu_server.compliance.devices import newest_of_units
from tuanthu_server.compliance.standing import DEVICE_SILENT_AFTER, DeviceCompliance
from tuanthu_server.compliance.totals import totals_of
from tuanthu_server.dashboard.devices import counts_of, device_table, remediation_of, service_lines
from tuanthu_server.dashboard.evidence import sighting_tables
from tuanthu_server.dashboard.figures import matching
from tuanthu_server.dashboard.past_day import of_day
from tuanthu_server.dashboard.results import domain_groups
from tuanthu_server.dashboard.views.scans import newest_sights
from tuanthu_server.inventory.models import Asset
from tuanthu_server.scans.words import state_of
from tuanthu_server.units.models import UnitKind
from tuanthu_server.units.queries import day_of

SHOWN_TRANSITIONS = 50
SHOWN_COMPUTERS = 500


@needs(Permission.SEE)
@require_safe
@of_day
def device_list(request: HttpRequest) -> HttpResponse:
    """Every unit's devices, the worst first; `q` and `kind` filter as for units."""
    within = reach(request)
    now = within.standing()
    words, kind = request.GET.get("q", "")[:200], request.GET.get("kind", "")
    everyone = within.named(within.units(day_of(now.as_of)))
    found = matching(everyone, words, [kind] if kind in UnitKind.values else [])
    runs = newest_of_units(within.scan_runs([unit.pk for unit in everyone]))
    total = totals_of(now, [unit.pk for unit in everyone], {}).devices
    credentials, open_access = counts_of(total)
    context = {
        "section": "devices",
        "standing": now,
        "total": total,
        "credentials": credentials,
        "open": open_access,
        "scanned": sum(unit.pk in runs for unit in everyone),
        "units": len(everyone),
        "lines": device_table(found, now, runs),
        "words": words,
        "kind": kind,
        "kinds": UnitKind.choices,
        "demonstration": any(unit.demonstration for unit in found),
    }
    return render(request, "dashboard/devices.html", context)


@needs(Permission.SEE)
@require_safe
@of_day
def unit_devices(request: HttpRequest, code: str) -> HttpResponse:
    """One unit's devices, the computers without an agent among them, its scopes and its scans."""
    within = reach(request)
    unit = within.unit_or_404(code)
    now = within.standing()
    known = now.units.get(unit.pk)
    devices = known.devices if known else DeviceCompliance()
    credentials, open_access = counts_of(devices)
    lines = within.device_lines([unit.pk])
    context = {
        "section": "devices",
        "standing": now,
        "unit": unit,
        "devices": devices,
        "credentials": credentials,
        "open": open_access,
        "lines": [(line, _is_silent(line.last_seen, now.as_of)) for line in lines],
        "computers": [line for line in lines if line.device_class == "computer"],
        "runs": within.scan_runs([unit.pk]),
        "scopes": [(one, state_of(one, now.as_of)) for one in within.scopes().filter(unit=unit)[:20]],
    }
    return render(request, "dashboard/unit_devices.html", context)


@needs(Permission.SEE)
@require_safe
@of_day
def computer_list(request: HttpRequest) -> HttpResponse:
    """Computers that scans found and that have no agent: what no figure of machines knows."""
    within = reach(request)
    now = within.standing()
    units = {unit.pk: unit for unit in within.named(within.units(day_of(now.as_of)))}
    computers = within.device_lines(list(units), device_class="computer")
    context = {
        "section": "devices",
        "standing": now,
        "computers": [(line, units[line.unit_id]) for line in computers[:SHOWN_COMPUTERS]],
        "total": totals_of(now, units, {}).devices.computers,
        "hidden": len(computers) > SHOWN_COMPUTERS,
    }
    return render(request, "dashboard/computers.html", context)


def device_page(request: HttpRequest, asset: Asset, mark: str) -> HttpResponse:
    """One device: what it is, its services, what follows from them, what to do, and its history."""
    within = reach(request)
    now = within.outline()
    policy = now.policy.policy
    sightings = within.sightings_of(asset)
    results = within.results_of(asset)
    context = {
        "section": "devices",
        "standing": now,
        "mark": mark,
        "asset": asset,
        "silent": _is_silent(asset.last_seen_at, now.as_of),
        "worst": max((result.outcome for result in results), default=None),
        "services": service_lines(sightings.get("device")),
        "remediation": remediation_of(asset.family),
        "sights": newest_sights(within, asset),
        "groups": domain_groups(results, policy, sightings, now.as_of),
        "tables": sighting_tables(sightings, policy),
        "transitions": [
            (transition, policy.rules.get(transition.rule.code))
            for transition in within.transitions().filter(asset=asset)[:SHOWN_TRANSITIONS]
        ],
    }
    return render(request, "dashboard/device.html", context)


def _is_silent(last_seen: datetime | None, at: datetime) -> bool:
    """Whether no scan saw it for long: the same limit as in the counts."""
    return last_seen is not None and last_seen < at - DEVICE_SILENT_AFTER
