"""One round of notifications: look for news, write down who is to be told, and send what is due."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog
from django.db import transaction

from tuanthu_server.config import Config
from tuanthu_server.errors import TuanthuError
from tuanthu_server.notifications import finding, letters, outbox
from tuanthu_server.notifications.channels import way
from tuanthu_server.notifications.channels.interface import DeliveryError
from tuanthu_server.notifications.models import Message, Place
from tuanthu_server.notifications.routing import route
from tuanthu_server.notifications.schedule import schedule

TRANSITIONS: Final = "transitions"
ROUND_SECONDS: Final = 60
"""After so long a round ends, and the next looks for news again: receivers that hang must not delay that."""

log = structlog.get_logger("tuanthu.notifications")


def tell(config: Config, keep_on: Callable[[], bool] = lambda: True, at: datetime | None = None) -> int:
    """One round; how many messages went. `keep_on` is asked between messages."""
    look(config, at or datetime.now(UTC))
    went, end = 0, time.monotonic() + ROUND_SECONDS
    while keep_on() and time.monotonic() < end:
        message = outbox.take(at or datetime.now(UTC), config.messages_per_minute)
        if message is None:
            break
        went += deliver(message, config, at)
    return went


def look(config: Config, now: datetime) -> int:
    """Find and plan; how many messages that made. Another process that is at it already is left to it."""
    if Place.objects.filter(pk__in=(TRANSITIONS, outbox.PACE)).count() < 2:
        Place.objects.bulk_create([Place(name=TRANSITIONS), Place(name=outbox.PACE)], ignore_conflicts=True)
    with transaction.atomic():
        place = Place.objects.select_for_update(skip_locked=True).filter(pk=TRANSITIONS).first()
        if place is None:
            return 0
        if place.settled < 0:
            finding.begin(place, now)
        made = route(finding.find(place, now), timedelta(seconds=config.group_seconds), now)
        return made + schedule(config, now)


def deliver(message: Message, config: Config, at: datetime | None = None) -> bool:
    """Send one message that was taken, and note what became of it; whether it went."""
    to = message.subscription
    told = {"message": message.pk, "kind": message.kind, "channel": to.channel, "subscription": to.pk}
    try:
        letter = letters.write(message, config, at or datetime.now(UTC))
        if letter is None:
            outbox.dropped(message, at or datetime.now(UTC), "nothing in reach")
            log.info("notification-dropped", **told)
            return False
        way(to.channel, config).send(letter, to.address, to.pk)
    except DeliveryError as error:
        _failed(message, error, told, at)
        return False
    except TuanthuError as error:
        _failed(message, DeliveryError(error.en), told, at)
        return False
    except Exception as error:  # noqa: BLE001 (one letter that cannot be written must not stop all others)
        _failed(message, DeliveryError(type(error).__name__), told, at)
        return False
    outbox.sent(message, at or datetime.now(UTC))
    log.info("notified", attempts=message.attempts, **told)
    return True


def _failed(message: Message, error: DeliveryError, told: dict[str, object], at: datetime | None) -> None:
    gone = outbox.failed(message, error, at or datetime.now(UTC))
    event = "notification-given-up" if gone else "notification-failed"
    log.warning(event, error=error.told, attempts=message.attempts, **told)
