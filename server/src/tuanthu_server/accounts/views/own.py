"""The own password, and the page of an invitation."""

from math import ceil

from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_safe

from tuanthu_server.accounts import holding, invitations, sessions
from tuanthu_server.accounts.forms import ChangePasswordForm, FirstPasswordForm
from tuanthu_server.accounts.models import User
from tuanthu_server.accounts.permissions import Permission, needs
from tuanthu_server.accounts.views.sign_in import form_page, held_up
from tuanthu_server.security_log.chain import record
from tuanthu_server.security_log.events import Event


def person(request: HttpRequest) -> User:
    """Who is signed in."""
    if not isinstance(request.user, User):
        raise TypeError("nobody is signed in")
    return request.user


@needs(Permission.OWN_ACCOUNT)
@form_page
@sensitive_post_parameters()
@csrf_protect
@never_cache
def change_password(request: HttpRequest) -> HttpResponse:
    """A new password ends every other session. Whoever took over a session cannot guess the old one here."""
    user = person(request)
    if request.method != "POST":
        return render(request, "accounts/password.html", {"form": ChangePasswordForm(user)})
    limits = [holding.Limit(f"own password {user.pk}", 5)]
    wait = holding.attempt(limits)
    if wait is not None:
        context = {"form": ChangePasswordForm(user), "problem": held_up(wait)}
        return render(request, "accounts/password.html", context, status=429)
    form = ChangePasswordForm(user, request.POST)
    if form.is_valid():
        holding.succeeded(limits)
        form.save()
        update_session_auth_hash(request, user)
        record(Event.PASSWORD_CHANGED, user.username)
        sessions.end_others(request, user)
        return redirect("password-changed")
    if "old_password" not in form.errors:
        holding.succeeded(limits)
    return render(request, "accounts/password.html", {"form": form})


@needs(Permission.OWN_ACCOUNT)
@require_safe
def password_changed(request: HttpRequest) -> HttpResponse:
    """It was changed."""
    return render(request, "accounts/password_changed.html")


@login_not_required
@form_page
@sensitive_post_parameters()
@csrf_protect
@never_cache
def accept_invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Set a password by a link that serves once. Whoever guesses links is held up; a link that serves never is."""
    user = invitations.person_of(token)
    if user is None:
        wait = holding.attempt([holding.address(f"invitation {sessions.address_of(request)}")])
        if wait is None:
            return render(request, "accounts/invitation_over.html", status=404)
        answer = render(request, "accounts/invitation_over.html", {"problem": held_up(wait)}, status=429)
        answer.headers["Retry-After"] = str(ceil(wait.total_seconds()))
        return answer
    form = FirstPasswordForm(user, request.POST or None)
    if form.is_valid() and invitations.accept(token, form.cleaned_data["new_password1"]):
        return redirect("login")
    return render(request, "accounts/invitation.html", {"form": form, "name": user.get_username()})
