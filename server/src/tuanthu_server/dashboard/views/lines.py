"""The Internet lines of all units."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tuanthu_server.access.people import reach
from tuanthu_server.accounts.permissions import Permission, needs
from tuanthu_server.compliance.lines.figures import MONTHS
from tuanthu_server.compliance.lines.refresh import refresh_new
from tuanthu_server.dashboard.figures import matching
from tuanthu_server.dashboard.lines import line_table
from tuanthu_server.dashboard.past_day import of_day
from tuanthu_server.units.models import UnitKind
from tuanthu_server.units.queries import day_of


@needs(Permission.SEE)
@require_safe
@of_day
def line_list(request: HttpRequest) -> HttpResponse:
    """Every unit's line in one month (`back` months ago), the worst first; `q` and `kind` filter as for units."""
    refresh_new()
    within = reach(request)
    now = within.standing()
    words, kind, asked = request.GET.get("q", "")[:200], request.GET.get("kind", ""), request.GET.get("back", "")
    back = int(asked) if asked in map(str, range(MONTHS)) else 0
    found = matching(within.named(within.units(day_of(now.as_of))), words, [kind] if kind in UnitKind.values else [])
    sector = within.sector_months(now.as_of)
    lines = line_table(within, found, now, back)
    context = {
        "section": "lines",
        "standing": now,
        "back": back,
        "month": sector[back],
        "months": list(enumerate(sector)),
        "lines": lines,
        "watched": sum(line.month.watched > 0 for line in lines),
        "words": words,
        "kind": kind,
        "kinds": UnitKind.choices,
        "demonstration": any(unit.demonstration for unit in found),
    }
    return render(request, "dashboard/lines.html", context)
