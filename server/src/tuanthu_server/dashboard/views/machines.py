"""Machines of which a person must decide: one or two, gone or not, of which unit."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tuanthu_server.access import machines
from tuanthu_server.access.people import reach
from tuanthu_server.access.reach import Reach
from tuanthu_server.accounts.permissions import Permission, needs
from tuanthu_server.dashboard.errors import told
from tuanthu_server.dashboard.explained import explained
from tuanthu_server.dashboard.machine_forms import AnswerForm, MoveForm
from tuanthu_server.dashboard.machine_questions import line_of, rows_of
from tuanthu_server.dashboard.paging import page_of
from tuanthu_server.errors import InputError
from tuanthu_server.inventory.models import IdentityQuestion
from tuanthu_server.organisation.questions import Answer
from tuanthu_server.units.queries import day_of

PAGE = 50


@needs(Permission.SEE)
@require_safe
def question_list(request: HttpRequest) -> HttpResponse:
    """Everything that waits within the reach, the oldest first."""
    page = page_of(request, machines.waiting(reach(request)), PAGE)
    context = {"section": "machines", "page": page, "lines": [line_of(one) for one in page.object_list]}
    return render(request, "dashboard/machines.html", context)


@needs(Permission.DECIDE_MACHINES)
@require_POST
def look_again(request: HttpRequest) -> HttpResponse:
    """Compare all machines now."""
    count = machines.look_again(reach(request))
    messages.success(request, gettext("Đã rà lại: %(count)s việc đang chờ.") % {"count": count})
    return redirect("machines")


@needs(Permission.SEE)
@require_safe
def question_page(request: HttpRequest, number: int) -> HttpResponse:
    """One question: the records side by side, and the answers."""
    within = reach(request)
    return _shown(request, within, machines.question_or_404(within, number))


@needs(Permission.DECIDE_MACHINES)
@require_POST
@explained
def decide(request: HttpRequest, number: int) -> HttpResponse:
    """Answer a question, with a reason, confirmed."""
    within = reach(request)
    question = machines.question_or_404(within, number)
    form = AnswerForm(question.sort, request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            machines.decide(within, number, Answer(given["answer"]), given["reason"])
        except InputError as error:
            form.add_error(None, told(error))
        else:
            messages.success(request, gettext("Đã ghi quyết định; lịch sử của máy được giữ."))
            return redirect("machines")
    return _shown(request, within, question, form)


def _shown(
    request: HttpRequest, within: Reach, question: IdentityQuestion, form: AnswerForm | None = None
) -> HttpResponse:
    line = line_of(question)
    agents = machines.agents_of(within).filter(asset__in=line.records)
    context = {
        "section": "machines",
        "line": line,
        "rows": rows_of(line, agents),
        "form": form or AnswerForm(question.sort),
    }
    return render(request, "dashboard/machine_question.html", context)


@needs(Permission.DECIDE_MACHINES)
@require_http_methods(["GET", "HEAD", "POST"])
@explained
def move(request: HttpRequest, asset_id: int) -> HttpResponse:
    """Have a machine belong to another unit from a day on."""
    within = reach(request)
    asset = machines.machine_or_404(within, asset_id)
    today = day_of(None)
    units = within.units(today).exclude(pk=asset.unit_id)
    form = MoveForm(units, today, request.POST or None)
    if form.is_valid():
        given = form.cleaned_data
        try:
            machines.move(within, asset_id, given["unit"], given["reason"], given["day"])
        except InputError as error:
            form.add_error(None, told(error))
        else:
            messages.success(request, gettext("Đã chuyển máy sang đơn vị mới."))
            return redirect("asset", asset_id)
    return render(request, "dashboard/machine_move.html", {"section": "units", "asset": asset, "form": form})
