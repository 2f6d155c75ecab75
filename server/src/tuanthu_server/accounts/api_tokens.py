"""Programs' keys to the API: shown once, kept as a digest, limited in what they may do and for how long."""

import hashlib
import secrets
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import QuerySet

from tuanthu_server.accounts.models import ApiToken, User
from tuanthu_server.accounts.permissions import OF_ROLE, Permission
from tuanthu_server.errors import InputError
from tuanthu_server.security_log.chain import record
from tuanthu_server.security_log.events import Event

PREFIX: Final = "ttapi_"
"""So that one that leaked is recognised."""
DAYS: Final = (30, 90, 365)
MOST: Final = 20
_SEEN_EVERY: Final = timedelta(minutes=5)


def offered(user: User) -> list[Permission]:
    """What a program of this person may be given, in the order of the permissions."""
    return [one for one in Permission if one in OF_ROLE.get(user.role, ()) and one is not Permission.OWN_ACCOUNT]


def issue(user: User, name: str, permissions: Collection[Permission], days: int) -> str:
    """A new token in clear: it is shown once and never stored. Raises InputError."""
    if not name.strip() or not permissions or not set(permissions) <= set(offered(user)) or days not in DAYS:
        raise InputError("Tên, quyền hoặc thời hạn không hợp lệ", "Name, permissions or validity are not valid")
    token, now = PREFIX + secrets.token_urlsafe(32), datetime.now(UTC)
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        if of(user).count() >= MOST:
            raise InputError(f"Đã có {MOST} khóa API; hãy thu hồi bớt", f"There are {MOST} API tokens; revoke some")
        made = ApiToken.objects.create(
            user=user,
            name=name.strip()[:100],
            digest=_digest(token),
            permissions=sorted(permissions),
            created_at=now,
            expires_at=now + timedelta(days=days),
        )
        record(Event.API_TOKEN_MADE, user.username, name=made.name, permissions=made.permissions, days=days)
    return token


def of(user: User) -> "QuerySet[ApiToken]":
    """A person's tokens that serve, the newest first."""
    return ApiToken.objects.filter(user=user, revoked_at=None, expires_at__gt=datetime.now(UTC)).order_by("-pk")


def revoke(user: User, number: int) -> bool:
    """Whether a token of this person ended by it."""
    found = of(user).filter(pk=number).first()
    if found is None or not of(user).filter(pk=number).update(revoked_at=datetime.now(UTC)):
        return False
    record(Event.API_TOKEN_REVOKED, user.username, name=found.name)
    return True


def revoke_all(user: User) -> None:
    """End every token of a person."""
    for number in of(user).values_list("pk", flat=True):
        revoke(user, number)


def find(token: str) -> ApiToken | None:
    """The token that serves, or None."""
    if not token.startswith(PREFIX) or len(token) > 100:
        return None
    now = datetime.now(UTC)
    found = ApiToken.objects.select_related("user").filter(digest=_digest(token), revoked_at=None, expires_at__gt=now)
    kept = found.first()
    if kept is None or not kept.user.is_active:
        return None
    if kept.last_used_at is None or now - kept.last_used_at > _SEEN_EVERY:
        ApiToken.objects.filter(pk=kept.pk).update(last_used_at=now)
    return kept


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()
