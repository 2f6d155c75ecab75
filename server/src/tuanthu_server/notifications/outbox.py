"""The outbox: messages are taken by one process at a time, and tried until they went or it makes no sense any more.

A message is marked before it is sent and again afterwards. A process that dies in between leaves a mark that runs out,
and another sends it again: at least once, and once more for each process that dies.
"""

import random
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from tuanthu_server.notifications.channels.interface import DeliveryError
from tuanthu_server.notifications.kinds import CRITICAL
from tuanthu_server.notifications.models import Message, Place
from tuanthu_server.notifications.quiet import quiet_until

LEASE: Final = timedelta(minutes=5)
"""A process that says nothing for so long is taken for dead; far more than one attempt can last."""
MINUTE: Final = timedelta(minutes=1)
LONGEST_PAUSE: Final = timedelta(hours=6)
GIVE_UP_AFTER: Final = timedelta(days=3)
PACE: Final = "outbox"
WAITING: Final = Q(sent_at=None, given_up_at=None)


def take(now: datetime, per_minute: int) -> Message | None:
    """Take the message that has waited longest; None where none may go now. It is the caller's for `LEASE`."""
    with transaction.atomic():
        # Processes take turns for the few milliseconds of this, so that they count each other's messages.
        Place.objects.select_for_update().get(pk=PACE)
        free = Message.objects.filter(Q(taken_until=None) | Q(taken_until__lt=now), WAITING, due_at__lte=now)
        free = free.exclude(subscription__channel__in=_busy(now, per_minute)).order_by("due_at", "pk")
        for one in free.select_for_update(skip_locked=True, of=("self",)).select_related("subscription__user"):
            quiet = _quiet_until(one, now)
            if one.subscription.ended_at is not None:
                _close(one, now, "ended")
            elif quiet is not None:
                Message.objects.filter(pk=one.pk).update(due_at=quiet)
            else:
                one.attempts, one.tried_at, one.taken_until = one.attempts + 1, now, now + LEASE
                one.save(update_fields=["attempts", "tried_at", "taken_until"])
                return one
    return None


def sent(message: Message, now: datetime) -> None:
    """It went."""
    _mine(message).update(sent_at=now, taken_until=None, error="")


def dropped(message: Message, now: datetime, why: str) -> None:
    """There is nothing to tell this person (any more)."""
    _mine(message).update(given_up_at=now, taken_until=None, error=why)


def failed(message: Message, error: DeliveryError, now: datetime) -> bool:
    """It did not go: try again later, or give it up; whether it was given up."""
    if error.permanent or now - message.created_at > GIVE_UP_AFTER:
        dropped(message, now, error.told)
        return True
    later = now + (error.retry_after or pause(message.attempts))
    with transaction.atomic():
        _mine(message).update(due_at=later, taken_until=None, error=error.told)
        # A receiver that does not answer is not asked for each of its messages in turn.
        others = Message.objects.filter(WAITING, subscription=message.subscription_id, taken_until=None)
        others.filter(due_at__lt=later).update(due_at=later)
    return False


def pause(attempts: int) -> timedelta:
    """1, 2, 4 … minutes and at most six hours, spread by a fifth so that receivers are not all asked at once."""
    longest: timedelta = min(MINUTE * 2 ** min(attempts - 1, 16), LONGEST_PAUSE)
    return timedelta(seconds=longest.total_seconds() * random.uniform(0.9, 1.1))  # noqa: S311 (no secret)


def _mine(message: Message) -> QuerySet[Message]:
    """The row while it is still the caller's: one whose mark ran out and was taken by another is not touched."""
    return Message.objects.filter(pk=message.pk, attempts=message.attempts, sent_at=None)


def _busy(now: datetime, per_minute: int) -> list[str]:
    """Channels that had their messages of this minute."""
    lately = Message.objects.filter(tried_at__gt=now - MINUTE).values("subscription__channel").annotate(n=Count("pk"))
    return [row["subscription__channel"] for row in lately if row["n"] >= per_minute]


def _quiet_until(message: Message, now: datetime) -> datetime | None:
    to = message.subscription
    if message.kind in CRITICAL and to.urgent:
        return None
    return quiet_until(to.quiet_from, to.quiet_to, now)


def _close(message: Message, now: datetime, why: str) -> None:
    Message.objects.filter(pk=message.pk).update(given_up_at=now, error=why)
