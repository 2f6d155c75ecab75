"""Tables of what agents are given."""

from django.db import models


class TablesVersion(models.Model):
    """The device catalogue and the services as they were published; the newest holds."""

    digest = models.CharField(max_length=64)
    body = models.BinaryField()
    """`compliance.bundles.Tables` (JSON, zstd)."""
    published_at = models.DateTimeField()


class AgentBundle(models.Model):
    """One signed bundle; the newest is handed out."""

    version = models.BigIntegerField(primary_key=True)
    """Seconds since 1970 at its making, or one more than the last: it grows even after a backup was restored."""
    policy_digest = models.CharField(max_length=64)
    tables = models.ForeignKey(TablesVersion, on_delete=models.PROTECT)
    publisher = models.BinaryField(max_length=32)
    """Raw Ed25519 public key by which it verifies."""
    tag = models.CharField(max_length=80)
    """Its ETag."""
    body = models.BinaryField()
    """As it is sent (`tuanthu_policy.published.framed`), zstd."""
    published_at = models.DateTimeField()
