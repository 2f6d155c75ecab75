"""Versions of the policy, and what two of them ask differently."""

import itertools
from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tuanthu_server.access import policy_drafts, policy_versions
from tuanthu_server.access.people import reach
from tuanthu_server.access.reach import Reach
from tuanthu_server.accounts.permissions import Permission, needs
from tuanthu_server.compliance.models import PolicyDraft
from tuanthu_server.compliance.policy_difference import policy_difference
from tuanthu_server.dashboard.explained import explained


@needs(Permission.SEE)
@require_safe
@explained
def policy_list(request: HttpRequest) -> HttpResponse:
    """Every version, the one in force marked, each with its step from the version before."""
    within = reach(request)
    found = policy_versions.versions(within)
    now = datetime.now(UTC)
    current = next((one.number for one in found if one.in_force_from <= now), None)
    before = {one.number: older for one, older in itertools.pairwise(found)}
    context = {
        "section": "policies",
        "versions": [(one, before.get(one.number)) for one in found],
        "current": current,
        "drafts": _drafts(within),
    }
    return render(request, "dashboard/policies.html", context)


def _drafts(within: Reach) -> list[PolicyDraft]:
    """Drafts that wait for a decision, for those who take it."""
    if not (within.whole and within.may(Permission.PUBLISH_POLICY)):
        return []
    return [one for one in policy_drafts.drafts_of(within) if one.published_at is None]


@needs(Permission.SEE)
@require_safe
@explained
def policy_change(request: HttpRequest, before: int, after: int) -> HttpResponse:
    """What one version asks otherwise than another."""
    within = reach(request)
    old, new = policy_versions.version(within, before), policy_versions.version(within, after)
    lines = {one.number: one for one in policy_versions.versions(within)}
    context = {
        "section": "policies",
        "before": lines[before],
        "after": lines[after],
        "difference": policy_difference(old, new),
    }
    return render(request, "dashboard/policy_change.html", context)
