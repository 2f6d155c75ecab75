"""The register of official reports."""

from django.db import models


class ReportSnapshot(models.Model):
    """One numbered, frozen `DepartmentReport`; its bytes are never changed, so it can be rendered again."""

    number = models.PositiveIntegerField(unique=True)
    scope = models.CharField(max_length=64)
    """`department` or a unit's code."""
    as_of = models.DateTimeField()
    created_at = models.DateTimeField()
    digest = models.CharField(max_length=64)
    body = models.BinaryField()
    """The snapshot as canonical JSON (zstd)."""
