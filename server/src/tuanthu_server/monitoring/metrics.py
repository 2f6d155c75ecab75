"""`/metrics`, in the text format of Prometheus."""

import hmac
from typing import Final

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, CollectorRegistry, generate_latest

from tuanthu_server.access.people import reach
from tuanthu_server.access.reach import Reach
from tuanthu_server.accounts.permissions import Permission
from tuanthu_server.monitoring.figures import Figures

SHORTEST_SECRET: Final = 16


@login_not_required
@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """For a program that has the secret, or a person who may see: within their reach."""
    within = _asking(request)
    if within is None:
        answer = HttpResponse(status=401, content_type="text/plain")
        answer.headers["WWW-Authenticate"] = 'Bearer realm="metrics"'
        return answer
    if not within.may(Permission.SEE):
        return HttpResponse(status=403, content_type="text/plain")
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Figures(within))
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_0_0_4)


def _asking(request: HttpRequest) -> Reach | None:
    """Whose reach it is; None for nobody. A wrong secret is nobody, whatever session comes with it."""
    given = request.headers.get("Authorization")
    if given is not None:
        secret = settings.CONFIG.metrics_secret
        right = f"Bearer {secret}".encode()
        fits = hmac.compare_digest(given.encode("utf-8", "surrogateescape"), right)
        return Reach(None, frozenset({Permission.SEE})) if fits and len(secret) >= SHORTEST_SECRET else None
    return reach(request) if request.user.is_authenticated else None
