"""Reading the log."""

from django.db.models import QuerySet

from tuanthu_policy.text import Text
from tuanthu_server.security_log.events import NAMES, Event
from tuanthu_server.security_log.models import SecurityEvent


def events(kind: str = "", actor: str = "") -> "QuerySet[SecurityEvent]":
    """Events, the newest first: of one kind, or by or about one person."""
    found = SecurityEvent.objects.order_by("-sequence")
    if kind:
        found = found.filter(kind=kind)
    if actor:
        found = found.filter(actor=actor) | found.filter(subject=actor)
    return found


def name_of(kind: str) -> Text:
    """What a kind is called."""
    return NAMES[Event(kind)] if kind in set(Event) else Text(kind, kind)
