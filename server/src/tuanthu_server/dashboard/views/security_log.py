"""The security log."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tuanthu_server.accounts.permissions import Permission, needs
from tuanthu_server.security_log.chain import verify
from tuanthu_server.security_log.events import NAMES, Event
from tuanthu_server.security_log.reading import events, name_of

PER_PAGE = 100


@needs(Permission.READ_SECURITY_LOG)
@require_safe
def security_log(request: HttpRequest) -> HttpResponse:
    """What happened to accounts and rights, the newest first; `verify` checks the whole chain."""
    kind, actor = request.GET.get("kind", ""), request.GET.get("who", "").replace("\0", "")[:150].strip()
    kind = kind if kind in set(Event) else ""
    page = Paginator(events(kind, actor), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "section": "security-log",
        "page": page,
        "lines": [(event, name_of(event.kind)) for event in page],
        "kinds": [(one.value, NAMES[one]) for one in Event],
        "kind": kind,
        "who": actor,
        "verification": verify() if "verify" in request.GET else None,
    }
    return render(request, "dashboard/security_log.html", context)
