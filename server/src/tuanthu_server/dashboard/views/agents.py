"""Agents: which deliver whole, which have gaps, which were revoked."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from tuanthu_policy.text import Text
from tuanthu_server.access import machines
from tuanthu_server.access.people import reach
from tuanthu_server.accounts.permissions import Permission, needs
from tuanthu_server.dashboard.errors import told
from tuanthu_server.dashboard.machine_forms import ReasonedForm
from tuanthu_server.dashboard.paging import page_of
from tuanthu_server.errors import InputError

PAGE = 100
SHOWN = {
    "missing": Text("Thiếu báo cáo", "With missing reports"),
    "working": Text("Đang hoạt động", "Working"),
    "never": Text("Chưa từng báo cáo", "Never reported"),
    "revoked": Text("Đã thu hồi", "Revoked"),
    "all": Text("Tất cả", "All"),
}


@needs(Permission.SEE)
@require_safe
def agent_list(request: HttpRequest) -> HttpResponse:
    """Agents in reach; at first those with gaps. `show`, `unit` and `version` filter."""
    within = reach(request)
    show = request.GET.get("show", "")
    show = show if show in SHOWN else "missing"
    unit = within.unit_or_404(request.GET["unit"]) if request.GET.get("unit") else None
    version = request.GET.get("version", "")[:40].replace("\0", "")
    everyone = machines.agents_of(within)
    everyone = everyone.filter(asset__unit=unit) if unit else everyone
    everyone = everyone.filter(version=version) if version else everyone
    context = {
        "section": "agents",
        "page": page_of(request, machines.in_state(everyone, show), PAGE),
        "show": show,
        "sorts": [(code, text, machines.in_state(everyone, code).count()) for code, text in SHOWN.items()],
        "unit": unit,
        "version": version,
        "versions": sorted(machines.versions_of(within).items(), reverse=True),
    }
    return render(request, "dashboard/agents.html", context)


@needs(Permission.DECIDE_MACHINES)
@require_POST
def revoke_agent(request: HttpRequest, agent: UUID) -> HttpResponse:
    """Take nothing from an agent any more."""
    within = reach(request)
    found = machines.agent_or_404(within, agent)
    form = ReasonedForm(request.POST)
    if not form.is_valid():
        messages.error(request, gettext("Cần nêu lý do và đánh dấu xác nhận."))
        return redirect("asset", found.asset_id)
    try:
        machines.revoke_agent(within, agent, form.cleaned_data["reason"])
    except InputError as error:
        messages.error(request, told(error))
    else:
        messages.success(request, gettext("Đã thu hồi tác tử; máy chỉ báo cáo lại khi ghi danh lại."))
    return redirect("asset", found.asset_id)
