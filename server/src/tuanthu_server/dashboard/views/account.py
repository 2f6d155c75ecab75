"""The own account: second factor, sessions, API tokens."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tuanthu_server.accounts import api_tokens, second_factor, sessions
from tuanthu_server.accounts.forms import CodeForm
from tuanthu_server.accounts.managing import units_for
from tuanthu_server.accounts.permissions import Permission, needs
from tuanthu_server.accounts.signing_in import HeldUpError, by_second_factor
from tuanthu_server.accounts.views.own import person
from tuanthu_server.accounts.views.sign_in import held_up, seed_context, wrong_first_code
from tuanthu_server.dashboard.people_forms import TokenForm
from tuanthu_server.dashboard.views.people import said
from tuanthu_server.errors import InputError

own = needs(Permission.OWN_ACCOUNT)
form_page = require_http_methods(["GET", "HEAD", "POST"])


@own
@require_safe
@never_cache
def account(request: HttpRequest) -> HttpResponse:
    """Everything about oneself."""
    user = person(request)
    context = {
        "section": "account",
        "units": units_for(user),
        "second_factor": second_factor.is_set(user),
        "required": second_factor.is_required(user),
        "codes_left": second_factor.codes_left(user),
        "sessions": sessions.of(user),
        "current": request.session.get(sessions.KEY),
        "tokens": [(token, map(Permission, token.permissions)) for token in api_tokens.of(user)],
        "form": TokenForm(api_tokens.offered(user)),
    }
    return render(request, "dashboard/account.html", context)


@own
@form_page
@never_cache
def enrol(request: HttpRequest) -> HttpResponse:
    """Turn the second factor on by choice."""
    user = person(request)
    if second_factor.is_set(user):
        return redirect("account")
    form = CodeForm(request.POST or None)
    if form.is_valid():
        codes = second_factor.confirm(user, form.cleaned_data["code"])
        if codes is not None:
            return render(request, "accounts/recovery_codes.html", {"codes": codes, "next": "/account/"})
        form.add_error("code", wrong_first_code())
    return render(request, "accounts/enrol.html", {"section": "account", "form": form, **seed_context(user)})


@own
@form_page
@never_cache
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """New recovery codes, for who shows the second factor once more."""
    user = person(request)
    if not second_factor.is_set(user):
        return redirect("account")
    form, status = CodeForm(request.POST or None), 200
    if form.is_valid():
        try:
            if by_second_factor(request, user, form.cleaned_data["code"]):
                codes = second_factor.make_recovery_codes(user)
                return render(request, "accounts/recovery_codes.html", {"codes": codes, "next": "/account/"})
            form.add_error("code", _("Mã không đúng hoặc đã được dùng. Hãy chờ mã mới trên điện thoại rồi nhập lại."))
        except HeldUpError as held:
            form.add_error("code", held_up(held.wait))
            status = 429
    return render(request, "dashboard/recovery_codes.html", {"section": "account", "form": form}, status=status)


@own
@require_POST
def end_session(request: HttpRequest, number: int) -> HttpResponse:
    """End one of the own sessions, or with number 0 all others."""
    user = person(request)
    ended = sessions.end(user, pk=number) if 0 < number < 2**63 else sessions.end_others(request, user)
    if number and not ended:
        raise Http404(str(number))
    messages.success(request, _("Đã kết thúc phiên."))
    return redirect("account")


@own
@require_POST
@never_cache
def new_token(request: HttpRequest) -> HttpResponse:
    """Make an API token; the answer shows it once."""
    user = person(request)
    form = TokenForm(api_tokens.offered(user), request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            token = api_tokens.issue(
                user, given["name"], [Permission(one) for one in given["permissions"]], given["days"]
            )
        except InputError as error:
            form.add_error(None, said(error))
        else:
            return render(
                request, "dashboard/token.html", {"section": "account", "token": token, "name": given["name"]}
            )
    return render(request, "dashboard/token_form.html", {"section": "account", "form": form})


@own
@require_POST
def revoke_token(request: HttpRequest, number: int) -> HttpResponse:
    """Revoke one of the own API tokens."""
    if number >= 2**63 or not api_tokens.revoke(person(request), number):
        raise Http404(str(number))
    messages.success(request, _("Đã thu hồi khóa API."))
    return redirect("account")
