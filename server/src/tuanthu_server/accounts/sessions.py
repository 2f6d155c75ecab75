"""Sessions of people. Each has a row; ending the row ends the session, in every process."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest

from tuanthu_server.accounts.models import SignIn, User
from tuanthu_server.security_log.chain import record
from tuanthu_server.security_log.events import Event

KEY = "sign_in"
SEEN_EVERY = timedelta(minutes=1)
ASKED_BY_ITSELF = "Tuanthu-Mark"
"""The header by which an open page asks for news: nobody sits before it for that reason, so it keeps no session up."""


def begin(request: HttpRequest, user: User) -> SignIn:
    """Note a session that has just begun."""
    now = datetime.now(UTC)
    browser = "".join(letter for letter in request.headers.get("User-Agent", "") if letter.isprintable())[:300]
    row = SignIn.objects.create(user=user, began_at=now, seen_at=now, address=address_of(request), browser=browser)
    request.session[KEY] = row.pk
    return row


def address_of(request: HttpRequest) -> str:
    """From where somebody asks, as the server sees it."""
    return str(request.META.get("REMOTE_ADDR") or "")[:45]


def current(request: HttpRequest) -> SignIn | None:
    """The row of a request's session while it holds: not ended, not idle for too long, not too old."""
    number, user = request.session.get(KEY), request.user.pk
    if number is None or user is None:
        return None
    row = SignIn.objects.filter(pk=number, user_id=user, ended_at=None).first()
    if row is None:
        return None
    now = datetime.now(UTC)
    if now - row.seen_at > idle_after() or now - row.began_at > over_after():
        SignIn.objects.filter(pk=row.pk, ended_at=None).update(ended_at=now)
        return None
    if now - row.seen_at > SEEN_EVERY and ASKED_BY_ITSELF not in request.headers:
        SignIn.objects.filter(pk=row.pk).update(seen_at=now)
    return row


def idle_after() -> timedelta:
    """How long a session lasts without a request."""
    return timedelta(minutes=settings.CONFIG.session_idle_minutes)


def over_after() -> timedelta:
    """How long it lasts at most."""
    return timedelta(hours=settings.CONFIG.session_hours)


def of(user: User) -> "QuerySet[SignIn]":
    """A person's sessions that hold, the newest first."""
    now = datetime.now(UTC)
    return SignIn.objects.filter(
        user=user, ended_at=None, seen_at__gte=now - idle_after(), began_at__gte=now - over_after()
    ).order_by("-seen_at", "-pk")


def end(user: User, **which: Any) -> int:
    """End a person's sessions, all or some; returns how many."""
    ended = SignIn.objects.filter(user=user, ended_at=None, **which).update(ended_at=datetime.now(UTC))
    if ended:
        record(Event.SESSIONS_ENDED, user.username, sessions=ended)
    return ended


def end_others(request: HttpRequest, user: User) -> int:
    """End all but the session of this request."""
    mine = request.session.get(KEY) or 0
    others = SignIn.objects.filter(user=user, ended_at=None).exclude(pk=mine).values_list("pk", flat=True)
    return end(user, pk__in=list(others))
