"""One machine or device: what it is, what was seen on it, and what follows from that."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from tuanthu_server.access.machines import agents_of, missing_of, waiting_of
from tuanthu_server.access.people import reach
from tuanthu_server.access.retiring import retire
from tuanthu_server.access.scans import scans_something
from tuanthu_server.accounts.permissions import Permission, needs
from tuanthu_server.compliance.frameworks import main_framework
from tuanthu_server.compliance.lines.refresh import refresh_new
from tuanthu_server.dashboard.assets import is_silent, worst_outcome
from tuanthu_server.dashboard.errors import told
from tuanthu_server.dashboard.evidence import sighting_tables
from tuanthu_server.dashboard.live import nothing_new
from tuanthu_server.dashboard.machine_questions import line_of
from tuanthu_server.dashboard.past_day import of_day
from tuanthu_server.dashboard.results import domain_groups
from tuanthu_server.dashboard.views.devices import device_page
from tuanthu_server.errors import InputError
from tuanthu_server.inventory.models import AssetRole

SHOWN_TRANSITIONS = 50


@needs(Permission.RETIRE_ASSET)
@require_POST
def retire_asset(request: HttpRequest, asset_id: int) -> HttpResponse:
    """Take a machine or device out of the counts, with a reason."""
    try:
        retire(reach(request), asset_id, request.POST.get("reason", ""))
    except InputError as error:
        messages.error(request, told(error))
    else:
        messages.success(request, gettext("Đã loại khỏi danh mục; lịch sử được giữ."))
    return redirect("asset", asset_id)


@needs(Permission.SEE)
@require_safe
@of_day
def asset_page(request: HttpRequest, asset_id: int) -> HttpResponse:
    """Inventory, each rule with what decided it, the facts, and the history of outcomes."""
    within = reach(request)
    refresh_new()
    asset = within.asset_or_404(asset_id)
    mark = "" if within.day else within.asset_mark(asset)
    if (same := nothing_new(request, mark)) is not None:
        return same
    if asset.role == AssetRole.DEVICE:
        return device_page(request, asset, mark)
    now = within.outline()
    policy = now.policy.policy
    framework = main_framework(policy)
    sightings = within.sightings_of(asset)
    groups = domain_groups(within.results_of(asset), policy, sightings, now.as_of)
    months, outages = within.line_of(asset, now.as_of)
    agents = [(one, missing_of(within, one)) for one in agents_of(within).filter(asset=asset)]
    context = {
        "section": "units",
        "standing": now,
        "mark": mark,
        "asset": asset,
        "agents": agents,
        "questions": [line_of(one) for one in waiting_of(within, asset)],
        "scans": scans_something(asset),
        "agents_open": any(one.missing and one.revoked_at is None for one, _ in agents),
        "silent": is_silent(asset, now.as_of),
        "worst": worst_outcome(within, asset, framework.id if framework else ""),
        "groups": groups,
        "line_months": months,
        "outages": outages,
        "tables": sighting_tables(sightings, policy),
        "transitions": [
            (transition, policy.rules.get(transition.rule.code))
            for transition in within.transitions().filter(asset=asset)[:SHOWN_TRANSITIONS]
        ],
    }
    return render(request, "dashboard/asset.html", context)
