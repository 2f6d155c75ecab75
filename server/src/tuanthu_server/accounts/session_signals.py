"""Every session that Django begins or ends has its row."""

from datetime import UTC, datetime
from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.http import HttpRequest

from tuanthu_server.accounts import sessions
from tuanthu_server.accounts.models import SignIn, User
from tuanthu_server.security_log.chain import record
from tuanthu_server.security_log.events import Event


def connect() -> None:
    """Listen."""
    user_logged_in.connect(_began, dispatch_uid="tuanthu-session-began")
    user_logged_out.connect(_ended, dispatch_uid="tuanthu-session-ended")


def _began(request: HttpRequest, user: User, **_: Any) -> None:
    sessions.begin(request, user)


def _ended(request: HttpRequest, user: User | None, **_: Any) -> None:
    if user is None:
        return
    SignIn.objects.filter(pk=request.session.get(sessions.KEY) or 0, ended_at=None).update(ended_at=datetime.now(UTC))
    record(Event.SIGNED_OUT, user.username)
