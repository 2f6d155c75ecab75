"""What to fix first: the list, one rule of it with its machines, and both as files."""

from collections.abc import Iterable, Sequence

import msgspec
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe

from tuanthu_policy.domains import DOMAINS, domain_of, in_order
from tuanthu_policy.fact import AssetSort
from tuanthu_policy.outcome import Outcome
from tuanthu_policy.policy import Policy
from tuanthu_policy.rule import Rule, Severity
from tuanthu_server.access.ending import SOON, Ending, ending
from tuanthu_server.access.people import reach
from tuanthu_server.access.reach import Reach
from tuanthu_server.accounts.permissions import Permission, needs
from tuanthu_server.compliance.standing import AssetResult, Standing
from tuanthu_server.compliance.totals import totals_of
from tuanthu_server.compliance.worklist import WorkItem, work_items
from tuanthu_server.csv_files import csv_bytes
from tuanthu_server.dashboard.explained import explained
from tuanthu_server.dashboard.files import attachment
from tuanthu_server.dashboard.paging import page_of
from tuanthu_server.dashboard.templatetags.tuanthu import reason, severity
from tuanthu_server.units.models import Unit
from tuanthu_server.units.queries import day_of

PAGE = 100


@needs(Permission.SEE)
@require_safe
@explained
def work_list(request: HttpRequest) -> HttpResponse:
    """Rules that fail, the heaviest first; `domain`, `severity` and `unit` filter."""
    within = reach(request)
    now = within.standing()
    units = list(within.units(day_of(now.as_of)))
    chosen = _chosen(request, units)
    items = work_items(now, [unit.pk for unit in ([chosen] if chosen else units)])
    shown = _filtered(request, items)
    context = {
        "section": "work",
        "standing": now,
        "items": shown,
        "heaviest": max((item.weight for item in items), default=1),
        "total": totals_of(now, [unit.pk for unit in ([chosen] if chosen else units)], {}),
        "everything": len(items),
        "domains": [(domain, DOMAINS[domain]) for domain in in_order({domain_of(item.rule.id) for item in items})],
        "domain": request.GET.get("domain", ""),
        "severities": list(Severity)[::-1],
        "severity": request.GET.get("severity", ""),
        "units": units,
        "unit": chosen,
        "query": request.GET.urlencode(),
        "ending": _ending(within, now, chosen),
        "demonstration": any(unit.demonstration for unit in units),
    }
    return render(request, "dashboard/work.html", context)


def _ending(within: Reach, now: Standing, chosen: Unit | None) -> list[Ending]:
    found = ending(within, now.as_of, now.as_of + SOON)
    return [one for one in found if chosen is None or one.unit_code in ("", chosen.code)]


@needs(Permission.SEE)
@require_safe
@explained
def work_file(request: HttpRequest) -> HttpResponse:
    """The same list as CSV."""
    within = reach(request)
    now = within.standing()
    units = list(within.units(day_of(now.as_of)))
    chosen = _chosen(request, units)
    items = _filtered(request, work_items(now, [unit.pk for unit in ([chosen] if chosen else units)]))
    head = [gettext("Quy tắc"), gettext("Mức độ"), gettext("Không đạt"), gettext("Trong phạm vi"), gettext("Đơn vị")]
    rows = [
        [_said(item.rule), severity(item.rule.severity), item.failed, item.applicable, item.units] for item in items
    ]
    return attachment("viec-can-lam.csv", csv_bytes(head, rows))


@needs(Permission.SEE)
@require_safe
@explained
def work_rule(request: HttpRequest, rule: str) -> HttpResponse:
    """One rule: why, how to mend it, and every machine or device on which it fails."""
    asked = _failures(request, rule)
    context = {
        "section": "work",
        "standing": asked.now,
        "rule": asked.rule,
        "page": page_of(request, asked.results, PAGE),
        "unit_of": asked.units,
        "unit": asked.chosen,
        "devices": asked.devices,
        "query": request.GET.urlencode(),
    }
    return render(request, "dashboard/work_rule.html", context)


@needs(Permission.SEE)
@require_safe
@explained
def work_rule_file(request: HttpRequest, rule: str) -> HttpResponse:
    """The machines or devices on which one rule fails, as CSV."""
    asked = _failures(request, rule)
    units = asked.units
    head = [gettext("Máy"), gettext("Mã đơn vị"), gettext("Đơn vị"), gettext("Từ lúc (UTC)"), gettext("Lý do")]
    rows = [
        [
            one.name,
            units[one.unit_id].code,
            units[one.unit_id].name,
            f"{one.since:%Y-%m-%dT%H:%M:%SZ}" if one.since else "",
            reason(one, asked.now.policy.policy),
        ]
        for one in asked.results
    ]
    return attachment(f"{asked.rule.id}.csv", csv_bytes(head, rows))


class Failures(msgspec.Struct, frozen=True):
    """Where one rule fails, as its page and its file tell it."""

    now: Standing
    rule: Rule
    devices: bool
    units: dict[int, Unit]
    """Units of today that are in reach."""
    chosen: Unit | None
    results: Sequence[AssetResult]
    """In the chosen unit, or in all of these."""


def _failures(request: HttpRequest, code: str) -> Failures:
    within = reach(request)
    now = within.standing()
    rule = _rule(now.policy.policy, code)
    devices = now.policy.policy.sorts[rule.id] is AssetSort.DEVICE
    units = {unit.pk: unit for unit in within.units(day_of(now.as_of))}
    chosen = _chosen(request, units.values())
    wanted = [chosen.pk] if chosen else list(units)
    results = within.failing_assets({Outcome.FAIL}, rule.id, wanted, devices=devices)
    return Failures(now, rule, devices, units, chosen, results)


def _rule(policy: Policy, code: str) -> Rule:
    if code not in policy.rules:
        raise Http404(code)
    return policy.rules[code]


def _chosen(request: HttpRequest, units: Iterable[Unit]) -> Unit | None:
    """The unit that `unit` names; a code that there is not is a page that there is not."""
    code = request.GET.get("unit", "")
    if not code:
        return None
    for unit in units:
        if unit.code == code:
            return unit
    raise Http404(code)


def _filtered(request: HttpRequest, items: Sequence[WorkItem]) -> list[WorkItem]:
    domain, level = request.GET.get("domain", ""), request.GET.get("severity", "")
    return [
        item for item in items if domain in ("", domain_of(item.rule.id)) and level in ("", item.rule.severity.value)
    ]


def _said(rule: Rule) -> str:
    return rule.title.in_language(get_language() or "vi")
