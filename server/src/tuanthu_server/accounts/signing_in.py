"""From the first factor to a session: nobody is signed in before every factor that they need was right."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec
from django.contrib.auth import authenticate, login
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare, get_random_string

from tuanthu_server.accounts import holding, second_factor, sessions
from tuanthu_server.accounts.models import User
from tuanthu_server.security_log.chain import record
from tuanthu_server.security_log.events import Event

PENDING: Final = "pending_sign_in"
PENDING_FOR: Final = timedelta(minutes=10)
BACKEND: Final = "django.contrib.auth.backends.ModelBackend"
KNOWN_COOKIE: Final = "__Host-tuanthu-known"
KNOWN_FOR: Final = timedelta(days=180)
_SALT: Final = "tuanthu.known-browser"


class HeldUpError(Exception):
    """Somebody guesses; carries how long to wait."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(str(wait))
        self.wait = wait


class Pending(msgspec.Struct, frozen=True):
    """Somebody whose first factor was right."""

    user: User
    via: str
    next: str


def by_password(request: HttpRequest, name: str, password: str) -> User | None:
    """The person, or None for a wrong name or password; raises HeldUpError."""
    limits = [holding.address(sessions.address_of(request)), _of_account(request, name)]
    wait = holding.attempt(limits)
    if wait is not None:
        raise HeldUpError(wait)
    user = authenticate(request, username=name, password=password)
    if isinstance(user, User):
        holding.succeeded(limits)
        return user
    # A name that nobody has is often a password typed into the wrong field: it is not kept.
    known = User.objects.filter(username=name).exists()
    record(Event.SIGN_IN_FAILED, name if known else "", known=known)
    return None


def by_second_factor(request: HttpRequest, user: User, code: str) -> bool:
    """Whether an authenticator's code or a recovery code is right; raises HeldUpError."""
    mark = known_mark(request, user)
    limits = [holding.known_browser(f"second {mark}") if mark else holding.second_factor(user.pk)]
    wait = holding.attempt(limits)
    if wait is not None:
        raise HeldUpError(wait)
    given = "".join(code.split())
    right = second_factor.check(user, given) if given.isdecimal() else second_factor.use_recovery_code(user, given)
    if right:
        holding.succeeded(limits)
    else:
        record(Event.SECOND_FACTOR_FAILED, user.username)
    return right


def remember_first(request: HttpRequest, user: User, via: str, where: str) -> None:
    """Keep for some minutes that the first factor was right; it signs nobody in."""
    request.session.flush()
    request.session[PENDING] = {
        "user": user.pk,
        "hash": user.get_session_auth_hash(),
        "at": datetime.now(UTC).timestamp(),
        "via": via,
        "next": where,
    }


def pending(request: HttpRequest) -> Pending | None:
    """Whose first factor was right a short while ago in this browser."""
    kept: dict[str, Any] | None = request.session.get(PENDING)
    if not kept or datetime.now(UTC).timestamp() - kept["at"] > PENDING_FOR.total_seconds():
        return None
    user = User.objects.filter(pk=kept["user"], is_active=True).first()
    if user is None or not constant_time_compare(kept["hash"], user.get_session_auth_hash()):
        return None
    return Pending(user, kept["via"], kept["next"])


def finish(request: HttpRequest, user: User, via: str) -> None:
    """Begin a session; the old one's key is worth nothing any more."""
    request.session.pop(PENDING, None)
    login(request, user, backend=BACKEND)
    record(Event.SIGNED_IN, user.username, actor=user.username, via=via)


def know_browser(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """Mark a browser in which somebody signed in: guesses from elsewhere do not hold it up."""
    mark = known_mark(request, user) or get_random_string(22)
    response.set_cookie(
        KNOWN_COOKIE,
        signing.dumps([user.pk, mark], salt=_SALT),
        max_age=KNOWN_FOR,
        secure=True,
        httponly=True,
        samesite="Lax",
    )


def known_mark(request: HttpRequest, user: User | None) -> str:
    """The mark of a browser in which this person signed in before; empty for another."""
    try:
        whose, mark = signing.loads(request.COOKIES.get(KNOWN_COOKIE, ""), salt=_SALT, max_age=KNOWN_FOR)
    except (signing.BadSignature, ValueError, TypeError):
        return ""
    return str(mark) if user is not None and whose == user.pk else ""


def _of_account(request: HttpRequest, name: str) -> holding.Limit:
    mark = known_mark(request, User.objects.filter(username=name).first())
    return holding.known_browser(mark) if mark else holding.account(name)
