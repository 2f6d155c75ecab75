"""Tables of what people state beside the measurements. Rows are only ever added: what ended has a row that says so."""

from django.conf import settings
from django.db import models

from tuanthu_server.inventory.models import Asset
from tuanthu_server.units.models import Unit


class Waiver(models.Model):
    """An exception as it was proposed. Whether it holds is told by its events."""

    rule = models.CharField(max_length=120, blank=True)
    control = models.CharField(max_length=200, blank=True)
    """`framework/control`; either this or `rule`."""
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="waivers", null=True, blank=True)
    """Only the unit's own assets, not those of units below it."""
    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="waivers", null=True, blank=True)
    """Neither unit nor asset: everything."""
    authority = models.CharField(max_length=300)
    """Number and date of the document that authorises it."""
    reason = models.CharField(max_length=1000)
    valid_from = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(rule="") ^ models.Q(control=""), name="waiver_names_a_rule_or_a_control"
            ),
            models.CheckConstraint(
                condition=models.Q(unit__isnull=True) | models.Q(asset__isnull=True), name="waiver_has_one_scope"
            ),
            models.CheckConstraint(condition=models.Q(expires_at__gt=models.F("valid_from")), name="waiver_ends"),
        )


class WaiverAction(models.TextChoices):
    """What a person did to a waiver."""

    PROPOSED = "proposed", "Đề nghị"
    APPROVED = "approved", "Phê duyệt"
    REVOKED = "revoked", "Thu hồi"


class StatementAction(models.TextChoices):
    """What became of an attestation."""

    MADE = "made", "Ghi nhận"
    REPLACED = "replaced", "Thay bằng xác nhận mới"
    REVOKED = "revoked", "Thu hồi"


class PersonEvent(models.Model):
    """Somebody did something, once, at a moment of the collector's clock."""

    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=300)
    """The person's name as it was then."""
    note = models.CharField(max_length=1000, blank=True)

    class Meta:
        abstract = True


class WaiverEvent(PersonEvent):
    """A waiver was proposed, approved or revoked; each at most once."""

    waiver = models.ForeignKey(Waiver, on_delete=models.PROTECT, related_name="events")
    action = models.CharField(max_length=16, choices=WaiverAction.choices)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("waiver", "action"), name="one_waiver_event_a_sort"),)


class EvidenceFile(models.Model):
    """The bytes of a file that supports a statement, kept once however often it is given."""

    digest = models.CharField(max_length=64, primary_key=True)
    """SHA-256, lower-case hex."""
    media_type = models.CharField(max_length=100)
    """As its first bytes tell, not as the sender said."""
    size = models.PositiveIntegerField()
    body = models.BinaryField()
    kept_at = models.DateTimeField()


class Attestation(models.Model):
    """A named person's statement on a clause of one unit, as it was recorded."""

    control = models.CharField(max_length=200)
    """`framework/control`."""
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="attestations")
    fulfilled = models.BooleanField()
    statement = models.CharField(max_length=2000)
    attested_by = models.CharField(max_length=300)
    """Name and office of the person who answers for it; who recorded it stands in the event."""
    valid_from = models.DateTimeField()
    """Since when the person says it is so; it counts from its recording on."""
    expires_at = models.DateTimeField()
    remind_at = models.DateTimeField()
    evidence = models.ForeignKey(EvidenceFile, on_delete=models.PROTECT, related_name="attestations")
    file_name = models.CharField(max_length=255)

    class Meta:
        indexes = (models.Index(fields=("unit", "control"), name="attestation_unit_control"),)
        constraints = (
            models.CheckConstraint(condition=models.Q(expires_at__gt=models.F("valid_from")), name="attestation_ends"),
        )


class AttestationEvent(PersonEvent):
    """An attestation was made, replaced or revoked; each at most once."""

    attestation = models.ForeignKey(Attestation, on_delete=models.PROTECT, related_name="events")
    action = models.CharField(max_length=16, choices=StatementAction.choices)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("attestation", "action"), name="one_statement_event_a_sort"),)
