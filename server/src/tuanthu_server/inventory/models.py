"""Tables of assets and of the evidence that agents delivered.

The ingest path writes them by set-based SQL, not by the ORM. Foreign keys on its hot tables are logical only
(`db_constraint=False`): a check per row and a share lock on the parent cost more than the insert itself.
"""

from django.db import models

from tuanthu_server.inventory.identity_models import IdentityDecision, IdentityQuestion, MachineSeen, SeenUntil
from tuanthu_server.units.models import Unit

__all__ = [
    "Agent",
    "Asset",
    "AssetMove",
    "AssetRole",
    "CurrentObservation",
    "EnrolToken",
    "IdentityDecision",
    "IdentityQuestion",
    "MachineSeen",
    "Observation",
    "Report",
    "SeenUntil",
]


class AssetRole(models.TextChoices):
    """What a machine is for."""

    WORKSTATION = "workstation", "Máy trạm"
    SERVER = "server", "Máy chủ"
    DEVICE = "device", "Thiết bị mạng"
    """Found by a scan; no machine, and in no count of machines."""


class Asset(models.Model):
    """A machine or a network device in the inventory. It stays in every count of its sort until a person retires it
    with a reason.

    This row is the lock of all that is judged of the asset: whoever writes its results holds it FOR UPDATE.
    """

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="assets")
    name = models.CharField(max_length=255)
    role = models.CharField(max_length=16, choices=AssetRole.choices, default=AssetRole.WORKSTATION)
    serial = models.CharField(max_length=255, blank=True)
    os = models.CharField(max_length=255, blank=True)
    owner = models.CharField(max_length=255, blank=True)
    location = models.CharField(max_length=255, blank=True)
    macs = models.JSONField(default=list)
    created_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)
    retired_reason = models.CharField(max_length=500, blank=True)
    retired_by = models.CharField(max_length=200, blank=True)
    """Who retired it."""
    last_seen_at = models.DateTimeField(null=True, blank=True)
    """Of a machine, the receipt of its newest report; of a device, when it was last seen. By the collector's clock."""
    device_key = models.CharField(max_length=80, blank=True)
    """Of a device: its key in its unit (`tuanthu_policy.devices.key`). This and what follows is empty for a machine."""
    device_class = models.CharField(max_length=16, blank=True)
    vendor = models.CharField(max_length=120, blank=True)
    model = models.CharField(max_length=120, blank=True)
    family = models.CharField(max_length=80, blank=True)
    address = models.CharField(max_length=45, blank=True)
    managed = models.BooleanField(default=False)
    """Whether it is a machine with an agent, which is judged and counted as such and not as a device."""
    described_at = models.DateTimeField(null=True, blank=True)
    """When it was seen that this describes it: older sightings change nothing."""
    forgotten_at = models.DateTimeField(null=True, blank=True)
    """Evidence of before this moment was deleted by retention, as far as nothing needs it."""

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("unit", "device_key"),
                condition=models.Q(role="device", retired_at__isnull=True),
                name="one_device_a_key",
            ),
        )


class AssetMove(models.Model):
    """An asset went from one unit to another; before `at` it is counted where it was."""

    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="moves")
    from_unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    to_unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    """From this moment on it belongs to the other unit."""
    month = models.SmallIntegerField()
    """Of `at`, in Viet Nam: year × 12 + month - 1. Months of lines before it stay with the unit of then."""
    person = models.CharField(max_length=200)
    reason = models.CharField(max_length=500)
    entered_at = models.DateTimeField()

    class Meta:
        indexes = (
            models.Index(fields=("asset", "at"), name="asset_move_at"),
            models.Index(fields=("from_unit",), name="asset_move_from"),
        )


class Agent(models.Model):
    """An enrolled agent: a pinned key, bound to one asset."""

    id = models.UUIDField(primary_key=True)
    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="agents")
    public_key = models.BinaryField(max_length=32)
    """Raw Ed25519 public key. Never changes for this id, so it may be cached; revocation may not."""
    token = models.ForeignKey("EnrolToken", on_delete=models.PROTECT, null=True)
    enrolled_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    version = models.CharField(max_length=40, blank=True)
    last_sequence = models.BigIntegerField(default=0)
    report_count = models.BigIntegerField(default=0)
    """Reports stored; less than `last_sequence` when some never arrived."""
    forgotten_sequence = models.BigIntegerField(default=0)
    """Reports up to this number may have been deleted by retention: none of them is missing, none is taken again."""
    clock_skew_ms = models.BigIntegerField(null=True, blank=True)
    """Collector's clock minus agent's clock at the last delivery over HTTPS."""

    class Meta:
        constraints = (models.UniqueConstraint(fields=("public_key",), name="one_agent_a_key"),)

    @property
    def missing(self) -> int:
        """Reports that never arrived, as far as later ones tell."""
        return max(0, self.last_sequence - self.report_count)


class EnrolToken(models.Model):
    """A unit's enrolment token. Only its SHA-256 is kept."""

    digest = models.BinaryField(max_length=32, unique=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="tokens")
    label = models.CharField(max_length=200, blank=True)
    uses_left = models.PositiveIntegerField()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)


class Report(models.Model):
    """One signed report, its exact payload bytes kept (zstd)."""

    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    sequence = models.BigIntegerField()
    payload_digest = models.BinaryField(max_length=32)
    signature = models.BinaryField()
    """The detached JWS, `header..signature`."""
    body = models.BinaryField()
    created_at = models.DateTimeField()
    """The agent's clock."""
    received_at = models.DateTimeField()
    channel = models.CharField(max_length=8)
    """`https` or `file`."""
    clock_skew_ms = models.BigIntegerField(null=True)
    """The skew by which this report's times were corrected; kept so that they can be derived again."""

    class Meta:
        constraints = (models.UniqueConstraint(fields=("agent", "sequence"), name="one_report_a_sequence"),)


class Observation(models.Model):
    """A span of time over which one content was seen to hold on one asset.

    Heartbeats move `to_at`; one that comes more than `SPAN_GAP` after it opens a new row with the same content, so that
    a silence stays visible in history. The facts are in the report's body.
    """

    uuid = models.UUIDField()
    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    kind = models.CharField(max_length=40)
    digest = models.BinaryField(max_length=32)
    report = models.ForeignKey(Report, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    """The report that carried the facts in full."""
    sequence = models.BigIntegerField()
    """Sequence number of the report that opened the span."""
    last_sequence = models.BigIntegerField()
    """Sequence number of the newest report that said that the content still held."""
    collected_at = models.DateTimeField()
    """The agent's clock, as it stood in the observation."""
    from_at = models.DateTimeField()
    """The collector's time: `collected_at` corrected for skew, never later than the receipt."""
    to_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=("asset", "kind", "from_at"), name="observation_asset_kind"),)


class CurrentObservation(models.Model):
    """Which span holds now, per asset and kind: that of the highest sequence number, whatever any clock says."""

    pk = models.CompositePrimaryKey("asset_id", "kind")
    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, db_constraint=False, db_index=False)
    kind = models.CharField(max_length=40)
    observation = models.ForeignKey(Observation, on_delete=models.PROTECT, db_constraint=False, db_index=False)
