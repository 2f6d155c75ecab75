"""The list of units, and one unit."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tuanthu_server.access.people import reach
from tuanthu_server.access.reach import Reach
from tuanthu_server.accounts.permissions import Permission, needs
from tuanthu_server.compliance.lines.access import NOTHING
from tuanthu_server.compliance.lines.refresh import refresh
from tuanthu_server.compliance.standing import Standing
from tuanthu_server.compliance.totals import coverage_of
from tuanthu_server.dashboard.assets import asset_lines
from tuanthu_server.dashboard.curves import curve_data
from tuanthu_server.dashboard.devices import counts_of
from tuanthu_server.dashboard.explained import explained
from tuanthu_server.dashboard.figures import (
    EMPTY,
    control_lines,
    main_framework,
    matching,
    no_machines,
    other_frameworks,
    unit_lines,
)
from tuanthu_server.units.models import Relation, Unit, UnitKind
from tuanthu_server.units.queries import day_of


@needs(Permission.SEE)
@require_safe
@explained
def unit_list(request: HttpRequest) -> HttpResponse:
    """Every unit, worst first; `q` searches names and codes without regard to diacritics, `kind` filters."""
    within = reach(request)
    now = within.standing()
    day = day_of(now.as_of)
    words, kind = request.GET.get("q", "")[:200], request.GET.get("kind", "")
    found = matching(within.units(day), words, [kind] if kind in UnitKind.values else [])
    context = {
        "section": "units",
        "standing": now,
        "lines": unit_lines(now, found, within.machines(day)),
        "words": words,
        "kind": kind,
        "kinds": UnitKind.choices,
        "demonstration": any(unit.demonstration for unit in found),
    }
    return render(request, "dashboard/units.html", context)


@needs(Permission.SEE)
@require_safe
@explained
def unit_page(request: HttpRequest, code: str) -> HttpResponse:
    """One unit: its links today, its clauses, its machines, and the units that it supervises."""
    within = reach(request)
    unit = within.unit_or_404(code)
    refresh()
    now = within.standing()
    return render(request, "dashboard/unit.html", unit_context(within, unit, now))


def unit_context(within: Reach, unit: Unit, now: Standing) -> dict[str, object]:
    """What the unit's page shows."""
    day = day_of(now.as_of)
    compliance = now.units.get(unit.pk) or no_machines(unit.pk)
    framework = main_framework(now.policy.policy)
    links = within.links_of(unit, day)
    expected = within.expectations(day)
    points = within.curve(framework.id, day, [unit.pk]) if framework else []
    return {
        "section": "units",
        "standing": now,
        "unit": unit,
        "compliance": compliance,
        "links": [
            (relation.label, links[relation], within.has_unit(links[relation].target_id))
            for relation in Relation
            if relation in links
        ],
        "expected": expected.get(unit.pk),
        "coverage": coverage_of([compliance], within.machines(day)),
        "reporting": compliance.reporting,
        "machines": compliance.controls.get(framework.id, EMPTY) if framework else EMPTY,
        "controls": control_lines(now.policy.policy, compliance, framework),
        "others": other_frameworks(now.policy.policy, compliance.controls),
        "curve": points,
        "curve_data": curve_data(points),
        "services": within.services_of(unit, now),
        "device_credentials": counts_of(compliance.devices)[0],
        "assets": asset_lines(within, unit, framework.id if framework else "", now.as_of),
        "line_months": within.line_months([unit.pk], now.as_of)[unit.pk],
        "outages": within.outages_of_unit(unit, now.as_of),
        "access": within.line_access(now.as_of).get(unit.pk, NOTHING),
        "subunits": unit_lines(now, within.subunits(unit, Relation.SUPERVISOR, day), within.machines(day)),
    }
