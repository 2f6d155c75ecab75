"""Tables of the security log. The database itself refuses to change or remove a row of `SecurityEvent`."""

from django.db import models


class SecurityEvent(models.Model):
    """One event. Names are kept as text, so that it stays what it was when a person is renamed."""

    sequence = models.BigIntegerField(primary_key=True)
    """From 1, without gaps."""
    at = models.DateTimeField()
    kind = models.CharField(max_length=40)
    """An `events.Event`."""
    actor = models.CharField(max_length=150, blank=True)
    """Who did it: a user name, `cli` for a command on the collector, or empty."""
    address = models.CharField(max_length=45, blank=True)
    subject = models.CharField(max_length=300, blank=True)
    """What it was done to."""
    detail = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)
    """SHA-256 over the digest before it and everything above (`chain.digest_of`)."""

    class Meta:
        indexes = (models.Index(fields=("kind", "at"), name="security_kind"),)


class SecurityHead(models.Model):
    """The end of the chain, in one row: whoever appends holds it, so that events of several processes queue up."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    sequence = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)
