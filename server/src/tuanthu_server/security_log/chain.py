"""Appending to the log, and checking it."""

import hashlib
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
import structlog
from django.db import transaction

from tuanthu_server.security_log.doer import doer
from tuanthu_server.security_log.events import Event
from tuanthu_server.security_log.models import SecurityEvent, SecurityHead

START: Final = "0" * 64
log = structlog.get_logger("tuanthu.security")


def record(kind: Event, subject: str = "", *, actor: str | None = None, **detail: Any) -> SecurityEvent:
    """Append an event, in the transaction of what it tells of: both are kept or neither."""
    by = doer()
    with transaction.atomic():
        SecurityHead.objects.get_or_create(id=1)
        head = SecurityHead.objects.select_for_update().get(id=1)
        event = SecurityEvent(
            sequence=head.sequence + 1,
            at=datetime.now(UTC),
            kind=kind.value,
            actor=_clean(by.name if actor is None else actor)[:150],
            address=by.address,
            subject=_clean(subject)[:300],
            detail={name: _clean(value) if isinstance(value, str) else value for name, value in detail.items()},
        )
        event.digest = digest_of(head.digest or START, event)
        event.save(force_insert=True)
        SecurityHead.objects.filter(id=1).update(sequence=event.sequence, digest=event.digest)
    if structlog.is_configured():  # a command prints nothing but its own words
        log.info("security", kind=kind.value, sequence=event.sequence, digest=event.digest)
    return event


def digest_of(before: str, event: SecurityEvent) -> str:
    """The digest of an event: of the one before it and of all that the event says, in one unmistakable form."""
    said = [
        before,
        event.sequence,
        event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        event.kind,
        event.actor,
        event.address,
        event.subject,
        event.detail,
    ]
    return hashlib.sha256(msgspec.json.encode(said, order="sorted")).hexdigest()


class Verification(msgspec.Struct, frozen=True):
    """What checking the whole log came to."""

    events: int
    digest: str
    """Of the newest event: written down elsewhere, it shows later whether the end was cut off."""
    broken_at: int | None = None
    """Number of the first event that is missing or was changed."""


def verify() -> Verification:
    """Read the whole chain again."""
    before, count = START, 0
    with transaction.atomic():
        head = SecurityHead.objects.select_for_update().filter(id=1).first()
        for event in SecurityEvent.objects.order_by("sequence").iterator(2000):
            if event.sequence != count + 1 or event.digest != digest_of(before, event):
                return Verification(count, before, count + 1)
            before, count = event.digest, count + 1
    if (count, before) != ((head.sequence, head.digest) if head else (0, START)):
        return Verification(count, before, count + 1)
    return Verification(count, before)


def _clean(text: str) -> str:
    """Without what a database or a terminal would stumble over."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)
