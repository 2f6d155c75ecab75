"""A unit renamed, linked elsewhere, merged or closed: asked, shown, confirmed; and what was done to it so far."""

from collections.abc import Sequence
from typing import Final, TypeVar

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from tuanthu_policy.text import Text
from tuanthu_server.access import unit_changes
from tuanthu_server.access.people import reach
from tuanthu_server.access.reach import Reach
from tuanthu_server.access.unit_changes import Left
from tuanthu_server.accounts.permissions import Permission, needs
from tuanthu_server.dashboard.errors import told
from tuanthu_server.dashboard.explained import explained
from tuanthu_server.dashboard.register_forms import ChangeForm, MergeForm, MoveForm, RenameForm
from tuanthu_server.dashboard.unit_words import FIELDS, told_event
from tuanthu_server.errors import InputError
from tuanthu_server.organisation.what_is_there import Stated
from tuanthu_server.units.models import Relation, Unit
from tuanthu_server.units.queries import day_of
from tuanthu_server.units.rows import COUNT_COLUMNS

Statement = TypeVar("Statement", Left, Stated)
FORMS: Final[dict[str, type[ChangeForm]]] = {
    "rename": RenameForm,
    "move": MoveForm,
    "merge": MergeForm,
    "close": ChangeForm,
}
TITLES: Final = {
    "rename": _("Đổi tên đơn vị"),
    "move": _("Đổi liên kết của đơn vị"),
    "merge": _("Sáp nhập đơn vị"),
    "close": _("Đóng đơn vị"),
}


@needs(Permission.EDIT_UNITS)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@explained
def unit_change(request: HttpRequest, code: str, change: str) -> HttpResponse:
    """One change: the form, then what it would do, then, confirmed, exactly that."""
    within = reach(request)
    unit = within.unit_or_404(code)
    if change not in FORMS:
        raise Http404(change)
    form = FORMS[change](unit, within.units(day_of(None)), request.POST or None)
    context = {"section": "units", "unit": unit, "what": change, "title": TITLES[change], "form": form}
    if "back" in request.POST or not form.is_valid():
        return render(request, "dashboard/unit_change.html", context)
    if "digest" in request.POST:
        done = _confirmed(request, within, unit, form)
        if done is not None:
            return done
    found = unit_changes.preview(within, code, form.change)
    context |= {
        "found": found,
        "relation": FIELDS.get(found.relation),
        "relations": [FIELDS[one] for one in found.links],
        "left": _titled(within, found.holdings.attestations),
        "numbers": [
            (FIELDS[name], *(getattr(one, name) for one in (found.numbers, found.other_numbers, found.sums)))
            for name in COUNT_COLUMNS
        ],
    }
    return render(request, "dashboard/unit_preview.html", context)


@needs(Permission.SEE)
@require_safe
@explained
def unit_history(request: HttpRequest, code: str) -> HttpResponse:
    """Everything that was ever said of a unit, by whom and why."""
    within = reach(request)
    unit = within.unit_or_404(code)
    found = unit_changes.history(within, unit)
    context = {
        "section": "units",
        "unit": unit,
        "into": unit_changes.gone_into(within, unit),
        "events": [(event, told_event(event)) for event in found.events],
        "links": [(link, Relation(link.relation).label, within.has_unit(link.target_id)) for link in found.links],
        "numbers": found.numbers,
        "left": _titled(within, unit_changes.left_statements(within, unit)),
    }
    return render(request, "dashboard/unit_history.html", context)


def _confirmed(request: HttpRequest, within: Reach, unit: Unit, form: ChangeForm) -> HttpResponse | None:
    """Do what was shown; None where that was not possible, after saying why."""
    shown, reason = request.POST["digest"], form.cleaned_data["reason"]
    try:
        stays = unit_changes.make(within, unit.code, form.change, reason, shown)
    except InputError as error:
        messages.error(request, told(error))
        return None
    messages.success(request, gettext("Đã thực hiện; lịch sử được giữ."))
    return redirect("unit-history", stays.code)


def _titled(within: Reach, found: Sequence[Statement]) -> list[tuple[Statement, Text]]:
    """Statements with what their clauses are called; by code where the policy in force knows one no more."""
    if not found:
        return []
    known = within.standing().policy.policy.attested_controls()
    return [
        (one, known[one.control].title if one.control in known else Text(one.control, one.control)) for one in found
    ]
