"""The list of units, and one unit."""

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from tuanthu_server.compliance.lines.access import NOTHING, unit_access
from tuanthu_server.compliance.lines.figures import unit_months, unit_outages
from tuanthu_server.compliance.lines.refresh import refresh_new
from tuanthu_server.compliance.standing import Standing, standing
from tuanthu_server.compliance.totals import coverage_of
from tuanthu_server.dashboard.assets import asset_lines
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
from tuanthu_server.units.queries import day_of, expectations_on, links_of, machines_on, subunits, units_on

SHOWN_ASSETS = 100
"""Machines on one page."""


@require_safe
@explained
def unit_list(request: HttpRequest) -> HttpResponse:
    """Every unit, worst first; `q` searches names and codes without regard to diacritics, `kind` filters."""
    now = standing()
    day = day_of(now.as_of)
    words, kind = request.GET.get("q", "")[:200], request.GET.get("kind", "")
    found = matching(units_on(day), words, [kind] if kind in UnitKind.values else [])
    context = {
        "section": "units",
        "standing": now,
        "lines": unit_lines(now, found, machines_on(day)),
        "words": words,
        "kind": kind,
        "kinds": UnitKind.choices,
        "demonstration": any(unit.demonstration for unit in found),
    }
    return render(request, "dashboard/units.html", context)


@require_safe
@explained
def unit_page(request: HttpRequest, code: str) -> HttpResponse:
    """One unit: its links today, its clauses, its machines, and the units that it supervises."""
    if "\0" in code:  # PostgreSQL takes no such text, not even to look for it
        raise Http404(code)
    unit = get_object_or_404(Unit, code=code)
    refresh_new()
    now = standing()
    return render(request, "dashboard/unit.html", unit_context(unit, now, request.GET.get("page", "")))


def unit_context(unit: Unit, now: Standing, page: str = "") -> dict[str, object]:
    """What the unit's page shows; of its machines one page, the worst on the first."""
    day = day_of(now.as_of)
    compliance = now.units.get(unit.pk) or no_machines(unit.pk)
    framework = main_framework(now.policy.policy)
    links = links_of(unit, day)
    expected = expectations_on(day)
    return {
        "section": "units",
        "standing": now,
        "unit": unit,
        "compliance": compliance,
        "links": [(relation.label, links[relation]) for relation in Relation if relation in links],
        "expected": expected.get(unit.pk),
        "coverage": coverage_of([compliance], machines_on(day)),
        "reporting": compliance.reporting,
        "machines": compliance.controls.get(framework.id, EMPTY) if framework else EMPTY,
        "controls": control_lines(now.policy.policy, compliance.controls, framework),
        "others": other_frameworks(now.policy.policy, compliance.controls),
        "device_credentials": counts_of(compliance.devices)[0],
        "assets": Paginator(asset_lines(unit, framework.id if framework else "", now.as_of), SHOWN_ASSETS).get_page(
            page
        ),
        "line_months": unit_months([unit.pk], now.as_of)[unit.pk],
        "outages": unit_outages(unit.pk, now.as_of),
        "access": unit_access(now.as_of).get(unit.pk, NOTHING),
        "subunits": unit_lines(now, subunits(unit, Relation.SUPERVISOR, day), machines_on(day)),
    }
