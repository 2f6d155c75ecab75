"""Attestations: what must be stated for whom, one statement with its file and history, recording and revoking."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tuanthu_policy.text import Text
from tuanthu_server.access import statements
from tuanthu_server.access.people import reach
from tuanthu_server.access.reach import Reach
from tuanthu_server.accounts.permissions import Permission, needs
from tuanthu_server.compliance.attestations import Draft
from tuanthu_server.compliance.exception_words import STATEMENT_STATES
from tuanthu_server.dashboard.days import end_of, start_of
from tuanthu_server.dashboard.demands import by_clause, filtered
from tuanthu_server.dashboard.errors import told
from tuanthu_server.dashboard.exception_forms import ReasonForm, StatementForm, said_in
from tuanthu_server.dashboard.explained import explained
from tuanthu_server.dashboard.paging import page_of
from tuanthu_server.errors import InputError
from tuanthu_server.units.models import Unit
from tuanthu_server.units.queries import day_of

PAGE = 100
FEW_UNITS = 3
"""Whoever reaches no more sees single lines at once, others clause by clause."""


@needs(Permission.SEE)
@require_safe
@explained
def attestation_list(request: HttpRequest) -> HttpResponse:
    """What must be stated: clause by clause, or line by line where `state`, `control` or `unit` filter."""
    within = reach(request)
    now = within.standing()
    policy, at = now.policy.policy, datetime.now(UTC)
    units = list(within.units(day_of(now.as_of)))
    unit = within.unit_or_404(request.GET["unit"]) if request.GET.get("unit") else None
    state, control = request.GET.get("state", ""), request.GET.get("control", "")
    found = statements.demands(within, policy.attested_controls(), units, at)
    counts = Counter(one.state for one in found if control in ("", one.code) and unit in (None, one.unit))
    chosen = bool(state or control or unit)
    context = {
        "section": "attestations",
        "standing": now,
        "states": [(code, text, counts[code]) for code, text in STATEMENT_STATES.items() if code != "replaced"],
        "controls": policy.attested_controls().items(),
        "units": units,
        "unit": unit,
        "state": state,
        "chosen_control": control,
        "filtered": chosen,
        "many": len(units) > 1 and unit is None,
        "clauses": [] if chosen or len(units) <= FEW_UNITS else by_clause(found, policy),
        "page": page_of(request, filtered(found, state, control, unit), PAGE),
    }
    return render(request, "dashboard/attestations.html", context)


@needs(Permission.SEE)
@require_safe
@explained
def attestation_page(request: HttpRequest, number: int) -> HttpResponse:
    """One statement."""
    within = reach(request)
    one = statements.statement_or_404(within, number)
    at = datetime.now(UTC)
    same = list(statements.statements_of(within).filter(unit=one.unit_id, control=one.control))
    control = within.standing().policy.policy.attested_controls().get(one.control)
    state = statements.state_of(one, at)
    context = {
        "section": "attestations",
        "one": one,
        "control": control,
        "title": control.title if control else Text(one.control, one.control),
        "state": state,
        "live": state in ("holds", "expiring", "denied"),
        "newest": same[0].pk == one.pk and control is not None,
        "events": sorted(one.events.all(), key=lambda event: event.pk),
        "others": [(other, statements.state_of(other, at)) for other in same if other.pk != one.pk],
        "form": ReasonForm(),
    }
    return render(request, "dashboard/attestation.html", context)


@needs(Permission.SEE)
@require_safe
@explained
def evidence_file(request: HttpRequest, number: int) -> HttpResponse:
    """The file that supports a statement, to be saved and never shown inside a page of ours."""
    one, content = statements.evidence_of(reach(request), number)
    answer = HttpResponse(content, content_type=one.evidence.media_type)
    answer.headers["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=one.file_name) or ""
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


@needs(Permission.ATTEST)
@require_http_methods(["GET", "HEAD", "POST"])
@explained
def attestation_new(request: HttpRequest) -> HttpResponse:
    """Record a statement; `unit` and `control` are filled in where the address names them."""
    within = reach(request)
    units = list(within.units(day_of(None)))
    controls = within.standing().policy.policy.attested_controls()
    form = StatementForm(
        units,
        controls,
        request.POST or None,
        request.FILES or None,
        said=said_in(get_language() or "vi"),
        initial=_former(within, request.GET.get("unit", ""), request.GET.get("control", "")),
    )
    if form.is_valid():
        try:
            made = statements.attest(within, _draft(form.units, form.cleaned_data))
        except InputError as error:
            form.add_error(None, told(error))
        else:
            messages.success(request, gettext("Đã ghi xác nhận."))
            return redirect("attestation", made.pk)
    control = controls.get(request.POST.get("control") or request.GET.get("control", ""))
    context = {
        "section": "attestations",
        "form": form,
        "units": units,
        "demand": control.attestation if control else None,
    }
    return render(request, "dashboard/attestation_new.html", context)


@needs(Permission.ATTEST)
@require_POST
def revoke_attestation(request: HttpRequest, number: int) -> HttpResponse:
    """End a statement."""
    try:
        statements.revoke(reach(request), number, request.POST.get("reason", "").replace("\0", ""))
    except InputError as error:
        messages.error(request, told(error))
    else:
        messages.success(request, gettext("Đã thu hồi xác nhận."))
    return redirect("attestation", number)


def _former(within: Reach, unit: str, control: str) -> dict[str, str]:
    """What the form begins with: to renew is to change the words of the former statement."""
    begun = {"unit": unit, "control": control}
    known = unit and control and "\0" not in unit + control
    former = statements.statements_of(within).filter(unit__code=unit, control=control).first() if known else None
    return begun | ({"statement": former.statement, "attested_by": former.attested_by} if former else {})


def _draft(units: dict[str, Unit], given: dict[str, Any]) -> Draft:
    file = given["file"]
    return Draft(
        control=given["control"],
        unit=units[given["unit"]].pk,
        fulfilled=given["fulfilled"] == "yes",
        statement=given["statement"],
        attested_by=given["attested_by"],
        valid_from=start_of(given["since"]) if given["since"] else datetime.now(UTC),
        expires_at=end_of(given["ends"]) if given["ends"] else None,
        file_name=file.name,
        content=file.read(),
    )
