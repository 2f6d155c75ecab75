"""Tables of scan authorisation. Nothing is ever overwritten: what ended has its end, and stays."""

from django.db import models

from tuanthu_server.inventory.models import Agent
from tuanthu_server.units.models import Unit


class TrustedAuthority(models.Model):
    """The authority's public key. The collector has no private one: it can withhold a scope and make none."""

    public_key = models.BinaryField(max_length=32)
    """Raw Ed25519 public key."""
    trusted_at = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                models.Value(1), condition=models.Q(replaced_at__isnull=True), name="one_authority_at_a_time"
            ),
        )


class ScopeAssignment(models.Model):
    """A signed scope that an agent is given to scan by; the newest that was not revoked is in force."""

    scope_id = models.UUIDField()
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="scopes")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="scopes")
    """The unit that the scope names."""
    authority = models.ForeignKey(TrustedAuthority, on_delete=models.PROTECT)
    """By whose key it was verified when it was assigned."""
    token = models.TextField()
    """The compact JWS, byte for byte; all that follows is read from it, to be searched and shown."""
    authorisation = models.CharField(max_length=500)
    networks = models.JSONField(default=list)
    not_before = models.DateTimeField()
    not_after = models.DateTimeField()
    assigned_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = (models.Index(fields=("agent", "assigned_at"), name="scope_agent"),)
        constraints = (
            models.UniqueConstraint(
                fields=("agent",), condition=models.Q(revoked_at__isnull=True), name="one_scope_an_agent"
            ),
        )
