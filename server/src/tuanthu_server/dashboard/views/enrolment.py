"""Enrolment: a unit's token and the command to paste, and the tokens that there are."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localdate
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from tuanthu_server.access import enrolment
from tuanthu_server.access.people import reach
from tuanthu_server.accounts.permissions import Permission, needs
from tuanthu_server.dashboard.explained import explained
from tuanthu_server.dashboard.forms import TokenForm
from tuanthu_server.tls import ca_fingerprint

SHOWN_TOKENS = 200


@needs(Permission.ISSUE_TOKEN)
@require_http_methods(["GET", "HEAD", "POST"])
@explained
@sensitive_variables("token")
def enrolment_page(request: HttpRequest) -> HttpResponse:
    """The form; once it is sent, the new token with its commands, this one time."""
    within = reach(request)
    units = list(within.units(localdate()))
    form = TokenForm(request.POST or None, units=units, initial={"unit": request.GET.get("unit", "")})
    token = ""
    if request.method == "POST" and form.is_valid():
        wanted = form.cleaned_data
        token = enrolment.issue_token(within, form.chosen, wanted["uses"], wanted["days"], wanted["label"])
    context = {
        "section": "enrolment",
        "units": units,
        "form": form,
        "token": token,
        "unit": form.chosen if token else None,
        "arguments": _arguments(),
        "tokens": enrolment.tokens_of(within)[:SHOWN_TOKENS],
        "names": {unit.code: unit.name for unit in units},
    }
    return render(request, "dashboard/enrolment.html", context)


@needs(Permission.ISSUE_TOKEN)
@require_POST
def revoke_token(request: HttpRequest, number: int) -> HttpResponse:
    """Take a token back."""
    token = enrolment.revoke_token(reach(request), number)
    messages.success(request, gettext("Đã thu hồi mã ghi danh số %(number)s.") % {"number": token.id})
    return redirect("enrolment")


def _arguments() -> str:
    """What every command of enrolment says of this collector."""
    config = settings.CONFIG
    fingerprint = ca_fingerprint(config)
    address = f"--server https://{config.public_host}:{config.listen_port}"
    return f"{address} --ca-fingerprint {fingerprint}" if fingerprint else address
