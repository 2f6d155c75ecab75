"""Clearing away what signing in leaves behind."""

from datetime import UTC, datetime, timedelta
from typing import Final

from django.contrib.sessions.models import Session

from tuanthu_server.accounts import holding
from tuanthu_server.accounts.models import Invitation, SignIn

KEPT: Final = timedelta(days=90)
"""Sessions that ended and links that are over are kept so long; the security log keeps for ever what they were."""


def tidy(now: datetime | None = None) -> None:
    """Remove forgotten failures, sessions that nobody can use any more, and old rows of sessions and links."""
    at = now or datetime.now(UTC)
    holding.sweep_up(at)
    Session.objects.filter(expire_date__lt=at).delete()
    SignIn.objects.filter(seen_at__lt=at - KEPT).delete()
    Invitation.objects.filter(expires_at__lt=at - KEPT).delete()
