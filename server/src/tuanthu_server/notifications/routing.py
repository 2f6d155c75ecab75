"""From events to messages: each subscription gets one message for all that comes within a short time."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from tuanthu_server.access.people import reach_of
from tuanthu_server.notifications.models import Event, Message, Subscription


def route(events: Sequence[Event], group: timedelta, now: datetime) -> int:
    """Put new events into the messages of whoever wants and may know them; how many messages that made.

    Part of the caller's transaction. Who may know is asked again when a message is sent.
    """
    if not events:
        return 0
    made = 0
    for one in Subscription.objects.filter(ended_at=None).select_related("user"):
        within = reach_of(one.user)
        wanted = [event for event in events if event.kind in one.kinds and within.has_unit(event.unit_id)]
        for kind in {event.kind for event in wanted}:
            made += _add(one, kind, [event for event in wanted if event.kind == kind], group, now)
    return made


def _add(to: Subscription, kind: str, events: list[Event], group: timedelta, now: datetime) -> bool:
    """Into the message of that kind that nobody has begun to send, else into a new one; whether it is new."""
    waiting = Message.objects.filter(
        subscription=to, kind=kind, attempts=0, sent_at=None, given_up_at=None, key__startswith="alert:"
    )
    found = waiting.select_for_update().order_by("pk").first()
    if found is not None:
        found.events.add(*events)
        return False
    made = Message.objects.create(
        subscription=to, kind=kind, key=f"alert:{events[0].pk}", created_at=now, due_at=now + group
    )
    made.events.add(*events)
    return True


def plan(to: Iterable[Subscription], kind: str, key: str, now: datetime) -> int:
    """One message of that key for each subscription that has none yet; how many that made."""
    wanted = [one for one in to if kind in one.kinds]
    there = set(Message.objects.filter(key=key).values_list("subscription_id", flat=True))
    fresh = [
        Message(subscription=one, kind=kind, key=key, created_at=now, due_at=now)
        for one in wanted
        if one.pk not in there
    ]
    Message.objects.bulk_create(fresh, ignore_conflicts=True)
    return len(fresh)
