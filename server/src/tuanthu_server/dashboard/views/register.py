"""The register as a file: looking at what a file would change, taking it in, and files to download."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from tuanthu_policy.text import Text
from tuanthu_server.access import register
from tuanthu_server.access.people import reach
from tuanthu_server.access.register import MOST_BYTES, Shown
from tuanthu_server.accounts.permissions import Permission, needs
from tuanthu_server.dashboard.errors import told
from tuanthu_server.dashboard.files import attachment
from tuanthu_server.dashboard.register_forms import FileForm
from tuanthu_server.dashboard.unit_words import told_fields
from tuanthu_server.errors import InputError
from tuanthu_server.units.difference import Difference
from tuanthu_server.units.exporting import XLSX
from tuanthu_server.units.rows import UnitFileError

SHOWN_PROBLEMS = 500


@needs(Permission.EDIT_UNITS)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def import_page(request: HttpRequest) -> HttpResponse:
    """A file of units: first what it would change, then, confirmed, exactly that."""
    if "sealed" in request.POST and "back" not in request.POST:
        return _confirm(request)
    sent = request.method == "POST" and "back" not in request.POST
    form = FileForm(request.POST, request.FILES) if sent else FileForm(initial={"reason": request.POST.get("reason")})
    if sent and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            shown = register.look(reach(request), file.read(MOST_BYTES + 1), file.name or "")
        except UnitFileError as error:
            return _form_page(request, form, error)
        except InputError as error:
            form.add_error("file", told(error))
        else:
            return _difference(request, shown, form.cleaned_data["reason"])
    return _form_page(request, form)


@needs(Permission.SEE)
@require_safe
def register_file(request: HttpRequest) -> HttpResponse:
    """The register of today, as a file that imports back unchanged."""
    return attachment("danh-muc-don-vi.csv", register.as_csv(reach(request)))


@needs(Permission.EDIT_UNITS)
@require_safe
def register_template(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 (a view takes it)
    """An empty workbook to fill in."""
    return attachment("mau-danh-muc-don-vi.xlsx", register.template(), XLSX)


def _confirm(request: HttpRequest) -> HttpResponse:
    within, sealed = reach(request), request.POST["sealed"]
    reason = request.POST.get("reason", "")
    try:
        done = register.confirm(within, sealed, request.POST.get("digest", ""), reason)
    except UnitFileError as error:
        return _form_page(request, FileForm(initial={"reason": reason}), error)
    except InputError as error:
        messages.error(request, told(error))
        try:
            return _difference(request, register.look_again(within, sealed), reason)
        except InputError:
            return redirect("register-import")
    messages.success(request, _sum(done))
    return redirect("units")


def _sum(done: Difference) -> str:
    counts = {"new": len(done.new), "changed": len(done.changed), "unchanged": len(done.unchanged)}
    return gettext("Đã nhập: %(new)d đơn vị mới, %(changed)d thay đổi, %(unchanged)d giữ nguyên.") % counts


def _form_page(request: HttpRequest, form: FileForm, error: UnitFileError | None = None) -> HttpResponse:
    problems = error.problems if error else []
    context = {
        "section": "register",
        "form": form,
        "problems": [(one, Text(one.vi, one.en)) for one in problems[:SHOWN_PROBLEMS]],
        "more": max(0, len(problems) - SHOWN_PROBLEMS),
        "count": len(problems),
    }
    return render(request, "dashboard/register_import.html", context)


def _difference(request: HttpRequest, shown: Shown, reason: str) -> HttpResponse:
    found = shown.difference
    context = {
        "section": "register",
        "shown": shown,
        "reason": reason,
        "found": found,
        "new": [(change, told_fields(change)) for change in found.new],
        "changed": [(change, told_fields(change)) for change in found.changed],
        "nothing": not found.new and not found.changed,
    }
    return render(request, "dashboard/register_difference.html", context)
