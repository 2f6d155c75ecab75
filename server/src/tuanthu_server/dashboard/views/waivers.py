"""Waivers: the list, one of them with its history, proposing, deciding and revoking."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tuanthu_server.access import exceptions
from tuanthu_server.access.people import reach
from tuanthu_server.access.reach import Reach
from tuanthu_server.accounts.permissions import Permission, needs
from tuanthu_server.compliance.exception_words import WAIVER_STATES
from tuanthu_server.compliance.models import Waiver
from tuanthu_server.compliance.waivers import Proposal
from tuanthu_server.dashboard.days import end_of, start_of
from tuanthu_server.dashboard.errors import told
from tuanthu_server.dashboard.exception_forms import ReasonForm, WaiverForm, said_in
from tuanthu_server.dashboard.explained import explained
from tuanthu_server.dashboard.paging import page_of
from tuanthu_server.dashboard.waiver_lines import waiver_line
from tuanthu_server.errors import InputError
from tuanthu_server.inventory.models import Asset
from tuanthu_server.units.models import Unit
from tuanthu_server.units.queries import day_of

PAGE = 100


@needs(Permission.SEE)
@require_safe
@explained
def waiver_list(request: HttpRequest) -> HttpResponse:
    """Waivers that reach what somebody reaches; `state` and `unit` filter."""
    within = reach(request)
    now = datetime.now(UTC)
    state = request.GET.get("state", "")
    unit = within.unit_or_404(request.GET["unit"]) if request.GET.get("unit") else None
    found = exceptions.waivers_of_unit(within, unit) if unit else exceptions.waivers_of(within)
    policy = within.standing().policy.policy
    states = exceptions.states_of(found, now)
    page = page_of(request, [number for number, its in states if state in ("", its)], PAGE)
    shown = found.in_bulk(list(page.object_list))
    page.object_list = [waiver_line(shown[number], policy, now) for number in page.object_list]
    counts = Counter(its for _, its in states)
    context = {
        "section": "waivers",
        "page": page,
        "states": [(code, text, counts[code]) for code, text in WAIVER_STATES.items()],
        "state": state,
        "unit": unit,
        "everything": bool(states),
    }
    return render(request, "dashboard/waivers.html", context)


@needs(Permission.SEE)
@require_safe
@explained
def waiver_page(request: HttpRequest, number: int) -> HttpResponse:
    """One waiver: what it says, its history, and what may be done with it."""
    within = reach(request)
    waiver = exceptions.waiver_or_404(within, number)
    line = waiver_line(waiver, within.standing().policy.policy, datetime.now(UTC))
    context = {
        "section": "waivers",
        "line": line,
        "waiver": waiver,
        "events": sorted(waiver.events.all(), key=lambda event: event.pk),
        "decide": line.state == "proposed" and exceptions.may_decide(within, waiver),
        "end": line.state in ("proposed", "planned", "in-force") and exceptions.may_end(within, waiver),
        "form": ReasonForm(),
    }
    return render(request, "dashboard/waiver.html", context)


@needs(Permission.WAIVE)
@require_http_methods(["GET", "HEAD", "POST"])
@explained
def waiver_new(request: HttpRequest) -> HttpResponse:
    """Propose: `rule` or `control`, and `asset` or `unit`, are filled in already where the address names them."""
    within = reach(request)
    given = request.GET
    asset = _asset(within, given.get("asset", ""))
    form = WaiverForm(
        within.standing().policy.policy,
        within.units(day_of(None)),
        asset,
        request.POST or None,
        whole=within.whole,
        said=said_in(get_language() or "vi"),
        initial=_prefilled(given.get("rule", ""), given.get("control", ""), asset, given.get("unit", "")),
    )
    if form.is_valid():
        try:
            made = exceptions.propose(within, _proposal(within, form.cleaned_data))
        except InputError as error:
            form.add_error(None, told(error))
        else:
            messages.success(request, gettext("Đã ghi đề nghị; cần một người khác phê duyệt."))
            return redirect("waiver", made.pk)
    context = {"section": "waivers", "form": form, "asset": asset}
    return render(request, "dashboard/waiver_new.html", context)


@needs(Permission.APPROVE)
@require_POST
def approve_waiver(request: HttpRequest, number: int) -> HttpResponse:
    """Put a proposal in force."""
    note = request.POST.get("note", "").replace("\0", "")
    return _done(request, number, lambda: exceptions.approve(reach(request), number, note), gettext("Đã phê duyệt."))


@needs(Permission.WAIVE)
@require_POST
def revoke_waiver(request: HttpRequest, number: int) -> HttpResponse:
    """Refuse a proposal, take it back, or end a waiver."""
    reason = request.POST.get("reason", "").replace("\0", "")
    return _done(request, number, lambda: exceptions.revoke(reach(request), number, reason), gettext("Đã ghi nhận."))


def _done(request: HttpRequest, number: int, deed: Callable[[], Waiver], said: str) -> HttpResponse:
    try:
        deed()
    except InputError as error:
        messages.error(request, told(error))
    else:
        messages.success(request, said)
    return redirect("waiver", number)


def _asset(within: Reach, number: str) -> Asset | None:
    if not number:
        return None
    if not number.isdecimal() or len(number) > 18:
        raise Http404(number)
    return within.asset_or_404(int(number))


def _prefilled(rule: str, control: str, asset: Asset | None, unit: str) -> dict[str, str]:
    what = f"rule:{rule}" if rule else f"control:{control}" if control else ""
    where = f"asset:{asset.pk}" if asset is not None else f"unit:{unit}" if unit else ""
    return {"what": what, "where": where}


def _proposal(within: Reach, given: dict[str, Any]) -> Proposal:
    sort, _, name = given["what"].partition(":")
    where, _, place = given["where"].partition(":")
    unit: Unit | None = within.unit_or_404(place) if where == "unit" else None
    begins, ends = given["begins"], given["ends"]
    return Proposal(
        rule=name if sort == "rule" else "",
        control=name if sort == "control" else "",
        unit=unit.pk if unit else None,
        asset=int(place) if where == "asset" else None,
        authority=given["authority"],
        reason=given["reason"],
        valid_from=start_of(begins) if begins else datetime.now(UTC),
        expires_at=end_of(ends),
    )
