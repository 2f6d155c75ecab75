"""The list of units, and one unit."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from tuanthu_server.access.exceptions import living_waivers
from tuanthu_server.access.people import reach
from tuanthu_server.access.reach import Reach
from tuanthu_server.access.unit_changes import gone_into
from tuanthu_server.access.unit_numbers import state, stated
from tuanthu_server.accounts.permissions import Permission, needs
from tuanthu_server.compliance.frameworks import main_framework
from tuanthu_server.compliance.lines.access import NOTHING
from tuanthu_server.compliance.lines.refresh import refresh_new
from tuanthu_server.compliance.standing import Standing
from tuanthu_server.compliance.totals import coverage_of, on_lan
from tuanthu_server.dashboard.assets import asset_lines
from tuanthu_server.dashboard.curves import curve_data
from tuanthu_server.dashboard.devices import counts_of
from tuanthu_server.dashboard.errors import told
from tuanthu_server.dashboard.figures import (
    EMPTY,
    control_lines,
    matching,
    no_machines,
    other_frameworks,
    unit_lines,
)
from tuanthu_server.dashboard.live import nothing_new
from tuanthu_server.dashboard.numbers_form import NumbersForm, kept_numbers
from tuanthu_server.dashboard.past_day import of_day
from tuanthu_server.dashboard.sorting import GAPS, lacking, ordered
from tuanthu_server.errors import InputError
from tuanthu_server.units.models import Relation, Unit, UnitKind
from tuanthu_server.units.queries import day_of

SHOWN_RETIRED = 50

SHOWN_ASSETS = 100
"""Machines on one page."""


@needs(Permission.SEE)
@require_safe
@of_day
def unit_list(request: HttpRequest) -> HttpResponse:
    """Every unit, worst first or as `sort` says; `q` searches names and codes, `kind` and `gap` filter."""
    within = reach(request)
    now = within.standing()
    day = day_of(now.as_of)
    words, kind = request.GET.get("q", "")[:200], request.GET.get("kind", "")
    gap, sort = request.GET.get("gap", ""), request.GET.get("sort", "")
    found = matching(within.named(within.units(day)), words, [kind] if kind in UnitKind.values else [])
    context = {
        "section": "units",
        "standing": now,
        "lines": ordered(lacking(unit_lines(now, found, within.machines(day)), gap), sort),
        "sort": sort,
        "gap": gap,
        "gaps": [(name, text) for name, (text, _) in GAPS.items()],
        "words": words,
        "kind": kind,
        "kinds": UnitKind.choices,
        "demonstration": any(unit.demonstration for unit in found),
    }
    return render(request, "dashboard/units.html", context)


@needs(Permission.SEE)
@require_safe
@of_day
def unit_page(request: HttpRequest, code: str) -> HttpResponse:
    """One unit: its links today, its clauses, its machines, and the units that it supervises."""
    within = reach(request)
    unit = within.unit_or_404(code)
    mark = "" if within.day else within.mark([unit.pk])
    if (same := nothing_new(request, mark)) is not None:
        return same
    refresh_new()
    context = unit_context(within, unit, within.standing(), request.GET.get("page", ""))
    return render(request, "dashboard/unit.html", context | {"mark": mark})


@needs(Permission.EDIT_UNITS)
@require_http_methods(["GET", "HEAD", "POST"])
def unit_numbers(request: HttpRequest, code: str) -> HttpResponse:
    """State what a unit has from a day on; everything that it stated before stays."""
    within = reach(request)
    unit = within.unit_or_404(code)
    kept = within.expectations(day_of(None)).get(unit.pk)
    form = NumbersForm(request.POST or None, initial=kept_numbers(kept))
    if form.is_valid():
        try:
            state(within, code, form.cleaned_data["since"], form.numbers)
        except InputError as error:
            form.add_error(None, told(error))
        else:
            messages.success(request, gettext("Đã lưu."))
            return redirect("unit", code)
    context = {"section": "units", "unit": unit, "form": form, "stated": stated(within, unit)}
    return render(request, "dashboard/unit_numbers.html", context)


def unit_context(within: Reach, unit: Unit, now: Standing, page: str = "") -> dict[str, object]:
    """What the unit's page shows; of its machines one page, the worst on the first."""
    day = day_of(now.as_of)
    compliance = now.units.get(unit.pk) or no_machines(unit.pk)
    framework = main_framework(now.policy.policy)
    links = within.links_of(unit, day)
    expected = within.expectations(day)
    machines = asset_lines(within, unit, framework.id if framework else "", now.as_of)
    points = within.curve(framework.id, day, [unit.pk]) if framework else []
    return {
        "section": "units",
        "standing": now,
        "unit": unit,
        "gone_into": gone_into(within, unit) if unit.closed_at else "",
        "compliance": compliance,
        "attest_open": sum(not counts.passed for counts in compliance.attested.values()),
        "waived": living_waivers(within, unit, now.as_of),
        "links": [
            (relation.label, links[relation], within.has_unit(links[relation].target_id))
            for relation in Relation
            if relation in links
        ],
        "expected": expected.get(unit.pk),
        "retired": within.assets().filter(unit=unit, retired_at__isnull=False).order_by("-retired_at")[:SHOWN_RETIRED],
        "coverage": coverage_of([compliance], within.machines(day)),
        "lan": on_lan([compliance]),
        "reporting": compliance.reporting,
        "machines": compliance.controls.get(framework.id, EMPTY) if framework else EMPTY,
        "controls": control_lines(now.policy.policy, compliance, framework),
        "others": other_frameworks(now.policy.policy, compliance.controls),
        "curve": points,
        "curve_data": curve_data(points),
        "services": within.services_of(unit, now),
        "device_credentials": counts_of(compliance.devices)[0],
        "assets": Paginator(machines, SHOWN_ASSETS).get_page(page),
        "unnamed": compliance.assets - len(machines) if within.day else 0,
        "line_months": within.line_months([unit.pk], now.as_of)[unit.pk],
        "outages": within.outages_of_unit(unit, now.as_of),
        "access": within.line_access(now.as_of, [unit.pk]).get(unit.pk, NOTHING),
        "subunits": unit_lines(
            now, within.named(within.subunits(unit, Relation.SUPERVISOR, day)), within.machines(day)
        ),
    }
