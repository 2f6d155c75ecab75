"""What is told by the calendar: the daily digest, and reminders of deadlines."""

from datetime import datetime, timedelta
from typing import Final

from tuanthu_server.access.people import reach_of
from tuanthu_server.compliance.models import PolicyVersion
from tuanthu_server.config import Config
from tuanthu_server.local_time import LOCAL
from tuanthu_server.notifications.deadlines import deadlines
from tuanthu_server.notifications.kinds import Kind
from tuanthu_server.notifications.models import Event, Message, Subscription
from tuanthu_server.notifications.quiet import read_clock
from tuanthu_server.notifications.routing import plan

KEPT: Final = timedelta(days=400)
"""Messages and events that are older are deleted."""
DIGEST: Final = "digest:"
DEADLINE: Final = "deadline:"


def schedule(config: Config, now: datetime) -> int:
    """Plan what is due today; how many messages that made. Part of the caller's transaction.

    A collector that was down at the hour makes up for it later on the same day.
    """
    local = now.astimezone(LOCAL)
    if local.time().replace(tzinfo=None) < read_clock(config.digest_time, "digest_time"):
        return 0
    to = list(Subscription.objects.filter(ended_at=None, created_at__lte=now).select_related("user"))
    made = 0
    if PolicyVersion.objects.filter(in_force_from__lte=now).exists():
        made += plan(to, Kind.DIGEST, f"{DIGEST}{local.date().isoformat()}", now)
    for one in deadlines(config):
        days = one.reminder(local.date())
        if days is not None:
            key = f"{DEADLINE}{one.id}:{one.next_on(local.date()).isoformat()}:{days}"
            concerned = [sub for sub in to if one.concerns(whole=reach_of(sub.user).whole)]
            made += plan(concerned, Kind.DEADLINE, key, now)
    if made:
        _forget(now - KEPT)
    return made


def _forget(before: datetime) -> None:
    Message.objects.filter(created_at__lt=before).delete()
    Event.objects.filter(found_at__lt=before).delete()
