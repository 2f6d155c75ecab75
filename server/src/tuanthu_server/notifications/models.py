"""Tables of notifications: what happened, who wants to know, and what is on its way."""

import uuid

from django.db import models

from tuanthu_server.accounts.models import User
from tuanthu_server.inventory.models import Asset
from tuanthu_server.notifications.kinds import Channel, Kind
from tuanthu_server.units.models import Unit


class Place(models.Model):
    """How far something was read. Its row is also the lock by which collector processes take turns."""

    name = models.CharField(max_length=40, primary_key=True)
    settled = models.BigIntegerField(default=-1)
    """Up to here nothing can appear any more, and everything was looked at; -1 before the first look."""
    candidate = models.BigIntegerField(null=True)
    """Becomes `settled` once every transaction older than `horizon` has ended."""
    horizon = models.BigIntegerField(null=True)


class Alarm(models.Model):
    """What is out of order now and was told: it is not told again before it was in order."""

    kind = models.CharField(max_length=24, choices=Kind.choices)
    subject = models.CharField(max_length=40)
    """`asset:NUMBER`, `unit:NUMBER` or `scanner:NUMBER` (of the unit)."""
    since = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("kind", "subject"), name="one_alarm_a_subject"),)


class Event(models.Model):
    """Something happened that is told at once."""

    key = models.CharField(max_length=100, unique=True)
    """By what it was found, so that it is found once."""
    kind = models.CharField(max_length=24, choices=Kind.choices)
    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, db_constraint=False)
    """The unit that it was found in; whose it is when it is told follows from the asset."""
    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, null=True, db_constraint=False)
    rule = models.CharField(max_length=120, blank=True)
    detail = models.CharField(max_length=40, blank=True)
    """Of a silent unit: `machines` or `scanner`."""
    at = models.DateTimeField()
    found_at = models.DateTimeField()


class Subscription(models.Model):
    """Somebody wants to be told by one channel. They are told of their own reach only."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="subscriptions")
    channel = models.CharField(max_length=16, choices=Channel.choices)
    address = models.CharField(max_length=500)
    """E-mail address, URL, or chat."""
    kinds = models.JSONField(default=list)
    language = models.CharField(max_length=2, default="vi")
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_to = models.TimeField(null=True, blank=True)
    """Vietnam's clock; may pass midnight."""
    urgent = models.BooleanField(default=False)
    """Whether critical alerts come in quiet hours, too."""
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)


class Message(models.Model):
    """One message to one subscription: written when it is sent, by the reach and the state of then."""

    delivery = models.UUIDField(default=uuid.uuid4, unique=True)
    """The same at each attempt, so that a receiver can tell a repetition."""
    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, related_name="messages")
    kind = models.CharField(max_length=24, choices=Kind.choices)
    key = models.CharField(max_length=100)
    """What it is about, once for each subscription."""
    events = models.ManyToManyField(Event, related_name="messages")
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    taken_until = models.DateTimeField(null=True, blank=True)
    """A process is at it; if it says nothing until then, it died and another may try."""
    tried_at = models.DateTimeField(null=True, blank=True, db_index=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    given_up_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=300, blank=True)
    """Why the last attempt failed; never a secret."""

    class Meta:
        constraints = (models.UniqueConstraint(fields=("subscription", "key"), name="one_message_a_subject"),)
        indexes = (
            models.Index(
                fields=("due_at",),
                condition=models.Q(sent_at__isnull=True, given_up_at__isnull=True),
                name="message_waiting",
            ),
        )
