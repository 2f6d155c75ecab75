"""One machine or device: what it is, what was seen on it, and what follows from that."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from tuanthu_server.compliance.lines.figures import asset_months, asset_outages
from tuanthu_server.compliance.lines.refresh import refresh_new
from tuanthu_server.compliance.models import RuleTransition
from tuanthu_server.compliance.standing import asset_results, asset_sightings, standing
from tuanthu_server.dashboard.assets import is_silent, worst_outcome
from tuanthu_server.dashboard.evidence import sighting_tables
from tuanthu_server.dashboard.explained import explained
from tuanthu_server.dashboard.figures import main_framework
from tuanthu_server.dashboard.results import domain_groups
from tuanthu_server.dashboard.views.devices import device_page
from tuanthu_server.inventory.models import Asset, AssetRole

SHOWN_TRANSITIONS = 50


@require_safe
@explained
def asset_page(request: HttpRequest, asset_id: int) -> HttpResponse:
    """Inventory, each rule with what decided it, the facts, and the history of outcomes."""
    asset = get_object_or_404(Asset.objects.select_related("unit"), pk=asset_id)
    if asset.role == AssetRole.DEVICE:
        return device_page(request, asset)
    refresh_new()
    now = standing()
    policy = now.policy.policy
    framework = main_framework(policy)
    asset.refresh_from_db()
    sightings = asset_sightings(asset.pk)
    groups = domain_groups(asset_results(asset.pk), policy, sightings, now.as_of)
    transitions = (
        RuleTransition.objects.filter(asset=asset, from_outcome__isnull=False)
        .select_related("rule")
        .order_by("-at", "-pk")
    )
    context = {
        "section": "units",
        "standing": now,
        "asset": asset,
        "silent": is_silent(asset, now.as_of),
        "worst": worst_outcome(asset, framework.id if framework else ""),
        "groups": groups,
        "line_months": asset_months(asset.pk, now.as_of),
        "outages": asset_outages(asset.pk, now.as_of),
        "tables": sighting_tables(sightings, policy),
        "transitions": [
            (transition, policy.rules.get(transition.rule.code)) for transition in transitions[:SHOWN_TRANSITIONS]
        ],
    }
    return render(request, "dashboard/asset.html", context)
