"""Tables of judgement. Results and counters are written by set-based SQL; see `inventory.models` on foreign keys."""

from django.db import models

from tuanthu_server.compliance.bundle_models import AgentBundle, TablesVersion
from tuanthu_server.compliance.draft_models import PolicyDraft, PolicyTrial, TrialPart, TrialState
from tuanthu_server.compliance.exception_models import (
    Attestation,
    AttestationEvent,
    EvidenceFile,
    StatementAction,
    Waiver,
    WaiverAction,
    WaiverEvent,
)
from tuanthu_server.inventory.models import Asset
from tuanthu_server.units.models import Unit

__all__ = [
    "AgentBundle",
    "AssetLineMonth",
    "Attestation",
    "AttestationEvent",
    "ControlCount",
    "ControlName",
    "EvidenceFile",
    "Finding",
    "FindingTransition",
    "JudgedState",
    "LateNote",
    "LineDue",
    "LineFold",
    "PastFigures",
    "PolicyDraft",
    "PolicyTrial",
    "PolicyVersion",
    "RuleCount",
    "RuleName",
    "RuleResult",
    "RuleTransition",
    "StatementAction",
    "TablesVersion",
    "TrialPart",
    "TrialState",
    "UnitLineMonth",
    "Waiver",
    "WaiverAction",
    "WaiverEvent",
]


class PolicyVersion(models.Model):
    """One policy bundle and from when it was in force. A past date is judged by the version of that date."""

    digest = models.CharField(max_length=64)
    body = models.BinaryField()
    """The bundle (zstd)."""
    published_at = models.DateTimeField()
    in_force_from = models.DateTimeField(unique=True)
    note = models.CharField(max_length=300, blank=True)


class RuleName(models.Model):
    """A small number for each rule that ever was in force."""

    id = models.SmallAutoField(primary_key=True)
    code = models.CharField(max_length=120, unique=True)


class ControlName(models.Model):
    """A small number for each control (`framework/control`) and each whole framework (`framework`)."""

    id = models.SmallAutoField(primary_key=True)
    code = models.CharField(max_length=200, unique=True)


class JudgedState(models.Model):
    """All that a judge needs to know of an asset's last judgement, in one row: 30 results cost one read, not 30.

    Written in the same transaction as the rows of `RuleResult` and `Finding`, which serve questions by rule.
    """

    asset = models.OneToOneField(Asset, on_delete=models.CASCADE, primary_key=True, db_constraint=False)
    policy_id = models.BigIntegerField(db_index=True)
    """The `PolicyVersion` by which it was judged; another one in force means: judge everything again."""
    due_at = models.DateTimeField(null=True, db_index=True)
    """When time alone may change a result: the sweep judges it again then. May be too early, never too late."""
    body = models.BinaryField()
    """Results and findings (`compliance.state.State`, msgpack)."""


class RuleResult(models.Model):
    """What a rule came to on an asset, now."""

    pk = models.CompositePrimaryKey("asset_id", "rule_id")
    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, db_constraint=False, db_index=False)
    rule = models.ForeignKey(RuleName, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    outcome = models.SmallIntegerField()
    decided_by = models.CharField(max_length=300)
    reason = models.CharField(max_length=500)
    evidence_kind = models.CharField(max_length=40, blank=True)
    """Kind of the observation that the deciding leaf read: always the asset's current one of that kind. Kept instead of
    its id, so that a result that stays the same costs no write when new evidence comes."""
    since = models.DateTimeField()
    """When the outcome became this."""

    class Meta:
        indexes = (models.Index(fields=("rule", "outcome"), name="result_rule_outcome"),)


class RuleTransition(models.Model):
    """A rule's outcome on an asset changed."""

    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, db_constraint=False, db_index=False)
    rule = models.ForeignKey(RuleName, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    from_outcome = models.SmallIntegerField(null=True)
    to_outcome = models.SmallIntegerField()
    at = models.DateTimeField()

    class Meta:
        indexes = (
            models.Index(fields=("at",), name="rule_transition_at"),
            models.Index(fields=("asset", "at"), name="transition_asset_at"),
        )


class Finding(models.Model):
    """What a control came to on an asset, now: the worst of its rules."""

    pk = models.CompositePrimaryKey("asset_id", "control_id")
    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, db_constraint=False, db_index=False)
    control = models.ForeignKey(ControlName, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    outcome = models.SmallIntegerField()
    since = models.DateTimeField()


class FindingTransition(models.Model):
    """A control's outcome on an asset changed."""

    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, db_constraint=False, db_index=False)
    control = models.ForeignKey(ControlName, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    from_outcome = models.SmallIntegerField(null=True)
    to_outcome = models.SmallIntegerField()
    at = models.DateTimeField()


class RuleCount(models.Model):
    """Assets of a unit per rule and outcome. Each writer adds to its own shard, so writers never wait for each other;
    the figure is the sum over shards."""

    pk = models.CompositePrimaryKey("unit_id", "rule_id", "outcome", "shard")
    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, db_constraint=False, db_index=False)
    rule = models.ForeignKey(RuleName, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    outcome = models.SmallIntegerField()
    """An outcome, or `figures.WAIVED`: failures that are waived, which are among those of the outcome too."""
    shard = models.SmallIntegerField()
    assets = models.IntegerField()


class ControlCount(models.Model):
    """Assets of a unit per control and outcome, by shard like `RuleCount`."""

    pk = models.CompositePrimaryKey("unit_id", "control_id", "outcome", "shard")
    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, db_constraint=False, db_index=False)
    control = models.ForeignKey(ControlName, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    outcome = models.SmallIntegerField()
    shard = models.SmallIntegerField()
    assets = models.IntegerField()


class PastFigures(models.Model):
    """What every asset added to the figures of a past moment; may be deleted at any time."""

    moment = models.DateTimeField(unique=True)
    policy_id = models.BigIntegerField()
    """The `PolicyVersion` by which it was judged; another one in force at the moment makes it void."""
    checked_at = models.DateTimeField(db_index=True)
    """Up to when late evidence is in it."""
    body = models.BinaryField()
    """`compliance.past.Kept` (msgpack, zstd)."""


class LateNote(models.Model):
    """Evidence of an earlier day came in: kept figures of that day and of later ones are void for this asset."""

    pk = models.CompositePrimaryKey("asset_id", "day")
    asset_id = models.BigIntegerField()
    day = models.SmallIntegerField()
    """Days since 1970, UTC."""
    noted_at = models.DateTimeField(db_index=True)


class UnitStamp(models.Model):
    """Changes whenever a counter of the unit does, so that a reader knows whether what it read before still holds.

    A random number by each shard: it never comes again, not even after a transaction that was rolled back.
    """

    pk = models.CompositePrimaryKey("unit_id", "shard")
    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, db_constraint=False, db_index=False)
    shard = models.SmallIntegerField()
    stamp = models.BigIntegerField()


class LineFold(models.Model):
    """How far the line watch of an asset is folded into `AssetLineMonth`, and what it last told of its line.

    Deleting the row makes the next `lines.refresh` fold all of the asset's evidence anew.
    """

    asset = models.OneToOneField(Asset, on_delete=models.CASCADE, primary_key=True, db_constraint=False)
    span_id = models.BigIntegerField()
    """The newest span (`inventory.Observation`) that is folded."""
    seen_at = models.DateTimeField()
    """Up to when it is folded."""
    due_at = models.DateTimeField()
    """A span that only went on is folded again from then on: its end moves with every heartbeat."""
    state = models.SmallIntegerField()
    """How it goes on, a state of `tuanthu_policy.timeline`; 0 for unwatched, -1 where the facts must be read again."""
    grade = models.CharField(max_length=12, blank=True)
    download = models.FloatField(null=True)
    upload = models.FloatField(null=True)


class AssetLineMonth(models.Model):
    """What one asset saw of its line in a calendar month of Viet Nam."""

    pk = models.CompositePrimaryKey("asset_id", "month")
    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, db_constraint=False, db_index=False)
    month = models.SmallIntegerField()
    """Months since year 0: year × 12 + month - 1."""
    body = models.BinaryField()
    """Its timeline (`compliance.lines.months`)."""


class UnitLineMonth(models.Model):
    """What all assets of a unit together saw of its line in a month; unit 0 is the whole sector.

    The columns are the sums of `body`, so that a page need not read it.
    """

    pk = models.CompositePrimaryKey("unit_id", "month")
    unit_id = models.BigIntegerField()
    month = models.SmallIntegerField()
    up = models.IntegerField()
    line_down = models.IntegerField()
    gateway_down = models.IntegerField()
    collector_down = models.IntegerField()
    outages = models.IntegerField()
    longest = models.IntegerField()
    body = models.BinaryField()


class LineDue(models.Model):
    """A month of a unit that must be put together anew."""

    pk = models.CompositePrimaryKey("unit_id", "month")
    unit_id = models.BigIntegerField()
    month = models.SmallIntegerField()
    at = models.DateTimeField()


class DayFigure(models.Model):
    """How a unit stood at the end of a day (Viet Nam's; of today: until now), for curves; unit 0 is all units.

    Kept by `compliance.days`, never changed after its day. A day on which no collector ran has no row.
    """

    pk = models.CompositePrimaryKey("day", "unit_id", "control_id")
    day = models.DateField()
    unit_id = models.BigIntegerField()
    control = models.ForeignKey(ControlName, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    passed = models.IntegerField()
    failed = models.IntegerField()
    open = models.IntegerField()
    """Applicable and neither: unknown, stale, error or not checked."""

    class Meta:
        indexes = (models.Index(fields=("unit_id", "day"), name="day_figure_unit_day"),)


class DayCoverage(models.Model):
    """How many machines a unit had and heard from at the end of a day, beside `DayFigure`."""

    pk = models.CompositePrimaryKey("day", "unit_id")
    day = models.DateField()
    unit_id = models.BigIntegerField()
    assets = models.IntegerField()
    reporting = models.IntegerField()
    expected = models.IntegerField(null=True)
    devices = models.IntegerField()
    default_devices = models.IntegerField()
    """Devices on a factory account."""
    recorded_at = models.DateTimeField()
