"""Signing in: the password, then the second factor where one is needed."""

from datetime import timedelta
from math import ceil

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from tuanthu_server.accounts import second_factor, signing_in, totp
from tuanthu_server.accounts.forms import CodeForm, SignInForm
from tuanthu_server.accounts.models import User
from tuanthu_server.accounts.oidc.provider import of_collector
from tuanthu_server.accounts.qr import draw

form_page = require_http_methods(["GET", "HEAD", "POST"])


@login_not_required
@form_page
@sensitive_post_parameters("password")
@csrf_protect
@never_cache
def sign_in(request: HttpRequest) -> HttpResponse:
    """Name and password."""
    where = next_of(request)
    if request.user.is_authenticated:
        return redirect(where)
    form = SignInForm(request.POST or None)
    status, wait = 200, None
    if form.is_valid():
        try:
            user = signing_in.by_password(request, form.cleaned_data["username"], form.cleaned_data["password"])
        except signing_in.HeldUpError as held:
            form.add_error(None, held_up(held.wait))
            status, wait = 429, held.wait
        else:
            if user is not None:
                return after_first_factor(request, user, "password", where)
            form.add_error(None, _("Tên đăng nhập hoặc mật khẩu không đúng."))
    context = {"form": form, "next": where, "oidc": of_collector()}
    answer = render(request, "accounts/login.html", context, status=status)
    if wait is not None:
        answer.headers["Retry-After"] = str(ceil(wait.total_seconds()))
    return answer


def after_first_factor(request: HttpRequest, user: User, via: str, where: str, *, strong: bool = False) -> HttpResponse:
    """On to the second factor, or into a session where none is needed or the identity provider asked for it."""
    if not strong and (second_factor.is_set(user) or second_factor.is_required(user)):
        signing_in.remember_first(request, user, via, where)
        return redirect("login-code" if second_factor.is_set(user) else "login-enrol")
    return into_session(request, user, via, where)


def into_session(request: HttpRequest, user: User, via: str, where: str) -> HttpResponse:
    """Begin the session and go where the person wanted to."""
    answer = redirect(where)
    signing_in.know_browser(request, answer, user)
    signing_in.finish(request, user, via)
    return answer


@login_not_required
@form_page
@csrf_protect
@never_cache
def code(request: HttpRequest) -> HttpResponse:
    """The authenticator's code, or a recovery code."""
    found = signing_in.pending(request)
    if found is None:
        return redirect("login")
    form = CodeForm(request.POST or None)
    status = 200
    if form.is_valid():
        try:
            if signing_in.by_second_factor(request, found.user, form.cleaned_data["code"]):
                return into_session(request, found.user, found.via, found.next)
            form.add_error("code", _("Mã không đúng hoặc đã được dùng. Hãy chờ mã mới trên điện thoại rồi nhập lại."))
        except signing_in.HeldUpError as held:
            form.add_error("code", held_up(held.wait))
            status = 429
    return render(request, "accounts/code.html", {"form": form, "name": found.user.get_username()}, status=status)


@login_not_required
@form_page
@csrf_protect
@never_cache
def enrol(request: HttpRequest) -> HttpResponse:
    """Enrol the second factor at the first sign-in; it ends with the recovery codes."""
    found = signing_in.pending(request)
    if found is None or second_factor.is_set(found.user):
        return redirect("login")
    form = CodeForm(request.POST or None)
    if form.is_valid():
        codes = second_factor.confirm(found.user, form.cleaned_data["code"])
        if codes is not None:
            signing_in.finish(request, found.user, found.via)
            answer = render(request, "accounts/recovery_codes.html", {"codes": codes, "next": found.next})
            signing_in.know_browser(request, answer, found.user)
            return answer
        form.add_error("code", wrong_first_code())
    return render(request, "accounts/enrol.html", {"form": form, **seed_context(found.user)})


def wrong_first_code() -> str:
    """What to do about a code that does not fit the new seed."""
    return _("Mã không đúng. Hãy kiểm tra giờ của điện thoại (đặt tự động), rồi nhập mã đang hiện.")


def seed_context(user: User) -> dict[str, object]:
    """The new seed as picture and text."""
    secret = second_factor.begin(user)
    return {
        "name": user.get_username(),
        "qr": draw(totp.address_of(secret, user.get_username())),
        "secret": totp.text_of(secret),
    }


def next_of(request: HttpRequest) -> str:
    """Where to go after signing in: never to another site."""
    wanted = request.POST.get("next", request.GET.get("next", ""))
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if safe else resolve_url(settings.LOGIN_REDIRECT_URL)


def held_up(wait: timedelta) -> str:
    """What is said to whom is held up."""
    seconds = ceil(wait.total_seconds())
    if seconds < 60:
        return _("Đã nhập sai nhiều lần. Hãy thử lại sau %(seconds)d giây.") % {"seconds": seconds}
    return _("Đã nhập sai nhiều lần. Hãy thử lại sau %(minutes)d phút.") % {"minutes": ceil(seconds / 60)}
