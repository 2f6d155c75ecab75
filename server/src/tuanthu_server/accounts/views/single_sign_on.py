"""To the identity provider and back."""

import structlog
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from tuanthu_server.accounts.oidc import flow, people, provider
from tuanthu_server.accounts.oidc.errors import OidcError
from tuanthu_server.accounts.oidc.provider import Provider
from tuanthu_server.accounts.views.sign_in import after_first_factor, next_of
from tuanthu_server.security_log.chain import record
from tuanthu_server.security_log.events import Event

log = structlog.get_logger("tuanthu.accounts")


@login_not_required
@require_GET
@never_cache
def start(request: HttpRequest) -> HttpResponse:
    """Go to the identity provider."""
    found = _provider()
    try:
        return redirect(flow.begin(request, found, next_of(request)))
    except OidcError as error:
        return _explained(request, error)


@login_not_required
@require_GET
@never_cache
def back(request: HttpRequest) -> HttpResponse:
    """Come back from it."""
    found = _provider()
    try:
        identity = flow.complete(request, found)
    except OidcError as error:
        return _explained(request, error)
    user = people.person_of(identity, found.claim)
    if user is None:
        record(Event.SIGN_IN_FAILED, "", via="oidc", known=False)
        text = _("Tài khoản này chưa được khai báo ở Tuanthu. Hãy liên hệ người quản trị Tuanthu của Sở Y tế.")
        return render(request, "accounts/sso_refused.html", {"text": text}, status=403)
    return after_first_factor(request, user, "oidc", identity.next, strong=identity.strong)


def _provider() -> Provider:
    found = provider.of_collector()
    if found is None:
        raise Http404("oidc")
    return found


def _explained(request: HttpRequest, error: OidcError) -> HttpResponse:
    log.warning("oidc", cause=error.en)
    text = error.en if (get_language() or "").startswith("en") else error.vi
    return render(request, "accounts/sso_refused.html", {"text": text}, status=502)
