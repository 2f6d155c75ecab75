"""Links by which people set their password: made by an administrator, shown once, good for one use."""

import hashlib
import secrets
from datetime import UTC, datetime, timedelta

from django.db import transaction

from tuanthu_server.accounts import sessions
from tuanthu_server.accounts.models import Invitation, User
from tuanthu_server.security_log.chain import record
from tuanthu_server.security_log.events import Event

GOOD_FOR = timedelta(days=3)


def invite(user: User) -> str:
    """The token of a new link; earlier links of the person serve no more."""
    token, now = secrets.token_urlsafe(32), datetime.now(UTC)
    with transaction.atomic():
        withdraw(user)
        Invitation.objects.create(user=user, digest=_digest(token), created_at=now, expires_at=now + GOOD_FOR)
        record(Event.INVITED, user.username)
    return token


def withdraw(user: User) -> None:
    """No link of the person serves any more."""
    Invitation.objects.filter(user=user, used_at=None).delete()


def person_of(token: str) -> User | None:
    """Whom a link invites, while it serves."""
    found = Invitation.objects.select_related("user").filter(
        digest=_digest(token), used_at=None, expires_at__gt=datetime.now(UTC), user__is_active=True
    )
    invitation = found.first()
    return invitation.user if invitation else None


def accept(token: str, password: str) -> bool:
    """Set the password; of two who use a link at once, one does. All sessions of the person end."""
    user = person_of(token)
    if user is None:
        return False
    with transaction.atomic():
        used = Invitation.objects.filter(digest=_digest(token), used_at=None).update(used_at=datetime.now(UTC))
        if used != 1:
            return False
        user.set_password(password)
        user.save(update_fields=["password"])
        record(Event.PASSWORD_CHANGED, user.username, actor=user.username, by="invitation")
        sessions.end(user)
    return True


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()
