"""Trying another version of the policy, seeing what it would change, and then publishing or discarding it."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tuanthu_policy.outcome import Outcome
from tuanthu_server.access import policy_drafts
from tuanthu_server.access.people import reach
from tuanthu_server.access.policy_drafts import Changes, Which
from tuanthu_server.accounts.permissions import Permission, needs
from tuanthu_server.compliance.policy_archive import MOST_BYTES
from tuanthu_server.csv_files import csv_bytes
from tuanthu_server.dashboard.errors import told as said_of
from tuanthu_server.dashboard.explained import explained
from tuanthu_server.dashboard.files import attachment
from tuanthu_server.dashboard.paging import page_of
from tuanthu_server.dashboard.policy_drafts import (
    MEGABYTES,
    ArchiveForm,
    PublishForm,
    code_lines,
    shift_in,
    title_of,
    unit_lines,
)
from tuanthu_server.dashboard.templatetags.tuanthu import label
from tuanthu_server.errors import InputError

PAGE = 100
MOST_ROWS = 50_000
"""Of a file; what is more is asked for by rule or unit, or by the command."""


@needs(Permission.PUBLISH_POLICY)
@require_http_methods(["GET", "HEAD", "POST"])
@explained
def draft_new(request: HttpRequest) -> HttpResponse:
    """Send a policy to be tried; faults stand below the field with file and line."""
    within = reach(request)
    form = ArchiveForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            if file.size > MOST_BYTES:
                form.add_error("file", gettext("Tệp quá lớn, tối đa %d MB.") % MEGABYTES)
            else:
                draft = policy_drafts.add(within, file, file.name)
                return redirect("policy-draft", draft.pk)
        except InputError as error:
            form.add_error("file", said_of(error))
    return render(request, "dashboard/policy_draft_new.html", {"section": "policies", "form": form})


@needs(Permission.PUBLISH_POLICY)
@require_safe
@explained
def draft_page(request: HttpRequest, number: int) -> HttpResponse:
    """One draft: how far its trial is, what it would change, what it asks otherwise."""
    return _page(request, number, None)


def _page(request: HttpRequest, number: int, form: PublishForm | None) -> HttpResponse:
    told = policy_drafts.told(reach(request), number)
    done, total = policy_drafts.progress_of(told.draft)
    context = {
        "section": "policies",
        "told": told,
        "draft": told.draft,
        "trial": told.trial,
        "going_on": told.trial.state in ("waiting", "running"),
        "done": done,
        "of": total,
        "whole": told.tally.whole,
        "lines": code_lines(told),
        "units": unit_lines(told),
        "difference": told.difference,
        "form": form or PublishForm(initial={"digest": told.draft.digest}),
        "failure": told.trial.failure_en if (get_language() or "").startswith("en") else told.trial.failure_vi,
    }
    return render(request, "dashboard/policy_draft.html", context)


@needs(Permission.PUBLISH_POLICY)
@require_safe
@explained
def draft_changes(request: HttpRequest, number: int) -> HttpResponse:
    """The assets on which results would change; `code`, `unit` and `shift` filter."""
    within = reach(request)
    told = policy_drafts.told(within, number)
    unit = within.unit_or_404(request.GET["unit"]) if request.GET.get("unit") else None
    code, shift = request.GET.get("code", "").replace("\0", ""), shift_in(request.GET.get("shift", ""))
    found = policy_drafts.changes(within, number, Which(code, unit.pk if unit else None, shift))
    page = page_of(request, found, PAGE)  # type: ignore[arg-type]
    context = {
        "section": "policies",
        "draft": told.draft,
        "page": page,
        "titles": {one.code: title_of(one.code, told) for one in page.object_list},
        "title": title_of(code, told) if code else None,
        "code": code,
        "unit": unit,
        "shift": shift,
        "query": request.GET.urlencode(),
        "most": MOST_ROWS,
        "too_many": page.paginator.count > MOST_ROWS,
    }
    return render(request, "dashboard/policy_draft_changes.html", context)


@needs(Permission.PUBLISH_POLICY)
@require_safe
@explained
def draft_changes_file(request: HttpRequest, number: int) -> HttpResponse:
    """The same as CSV."""
    within = reach(request)
    unit = within.unit_or_404(request.GET["unit"]) if request.GET.get("unit") else None
    code, shift = request.GET.get("code", "").replace("\0", ""), shift_in(request.GET.get("shift", ""))
    found = policy_drafts.changes(within, number, Which(code, unit.pk if unit else None, shift))
    head = [
        gettext("Máy"),
        gettext("Mã đơn vị"),
        gettext("Đơn vị"),
        gettext("Quy tắc"),
        gettext("Hiện nay"),
        gettext("Sẽ là"),
    ]
    return attachment(f"thay-doi-{number}.csv", csv_bytes(head, _rows(found)))


def _rows(found: Changes) -> list[list[object]]:
    return [
        [one.asset.name, one.unit.code, one.unit.name, one.code, outcome_word(one.before), outcome_word(one.after)]
        for one in found[0:MOST_ROWS]
    ]


def outcome_word(outcome: Outcome | None) -> str:
    """An outcome by its name, or that it is not asked."""
    return gettext("không hỏi") if outcome is None else label(outcome)


@needs(Permission.PUBLISH_POLICY)
@require_POST
def publish_draft(request: HttpRequest, number: int) -> HttpResponse:
    """Put a draft in force."""
    form = PublishForm(request.POST)
    if not form.is_valid():
        return _page(request, number, form)
    given = form.cleaned_data

    def publish() -> None:
        policy_drafts.publish(reach(request), number, given["digest"], given["reason"])

    return _done(request, publish, gettext("Đã ban hành. Các máy đang được đánh giá lại."), number)


@needs(Permission.PUBLISH_POLICY)
@require_POST
def retry_draft(request: HttpRequest, number: int) -> HttpResponse:
    """Try a draft by what is known now."""
    return _done(request, lambda: policy_drafts.try_again(reach(request), number), gettext("Đang thử lại."), number)


@needs(Permission.PUBLISH_POLICY)
@require_POST
def discard_draft(request: HttpRequest, number: int) -> HttpResponse:
    """Delete a draft."""
    return _done(request, lambda: policy_drafts.discard(reach(request), number), gettext("Đã bỏ dự thảo."), None)


def _done(request: HttpRequest, deed: Callable[[], object], words: str, number: int | None) -> HttpResponse:
    try:
        deed()
    except InputError as error:
        messages.error(request, said_of(error))
    else:
        messages.success(request, words)
    return redirect("policies") if number is None else redirect("policy-draft", number)
