"""One search over units, machines, devices and what is asked of them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from tuanthu_policy.control import Control, Framework
from tuanthu_policy.policy import Policy
from tuanthu_policy.rule import Rule
from tuanthu_policy.text import Text
from tuanthu_server.access.people import reach
from tuanthu_server.accounts.permissions import Permission, needs
from tuanthu_server.dashboard.explained import explained
from tuanthu_server.dashboard.figures import matching
from tuanthu_server.units.queries import day_of
from tuanthu_server.units.rows import fold

MOST = 50


@needs(Permission.SEE)
@require_safe
@explained
def search(request: HttpRequest) -> HttpResponse:
    """What holds all the words of `q`."""
    within = reach(request)
    now = within.standing()
    words = request.GET.get("q", "")[:200].replace("\0", "").strip()
    units = list(within.units(day_of(now.as_of)))
    assets = within.found(words, MOST + 1) if words else []
    found_units = matching(units, words, []) if words else []
    policy = now.policy.policy
    context = {
        "section": "search",
        "standing": now,
        "searched": words,
        "units": found_units[:MOST],
        "assets": assets[:MOST],
        "controls": _controls(policy, words) if words else [],
        "rules": _rules(policy, words) if words else [],
        "hidden": len(assets) > MOST or len(found_units) > MOST,
    }
    return render(request, "dashboard/search.html", context)


def _controls(policy: Policy, words: str) -> list[tuple[Framework, Control]]:
    return [
        (framework, control)
        for framework in policy.frameworks.values()
        for control in framework.controls
        if _in(words, control.title)
    ]


def _rules(policy: Policy, words: str) -> list[Rule]:
    return [rule for rule in policy.rules.values() if _in(words, rule.title) or words in rule.id]


def _in(words: str, text: Text) -> bool:
    said = fold(text.in_language(get_language() or "vi"))
    return all(word in said for word in fold(words).split())
