"""Tables of policies that are tried before anybody publishes them."""

from django.db import models


class PolicyDraft(models.Model):
    """A policy that somebody put before the department. Until it is published it judges nothing."""

    digest = models.CharField(max_length=64)
    """Of the policy: what is published has this one."""
    body = models.BinaryField()
    """The bundle (zstd)."""
    tables = models.BinaryField()
    """The device catalogue and the services that came with it (`bundles.Given`, zstd)."""
    source = models.CharField(max_length=255)
    """Name of the file or folder that it came from."""
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=300)
    published_at = models.DateTimeField(null=True)
    published_by = models.CharField(max_length=300, blank=True)


class TrialState(models.TextChoices):
    """How far a trial is."""

    WAITING = "waiting", "Chờ thử"
    RUNNING = "running", "Đang thử"
    DONE = "done", "Đã thử xong"
    FAILED = "failed", "Không thử được"


class PolicyTrial(models.Model):
    """What a draft would change, worked out group by group of assets, by whichever collector process is free.

    The row is the lock: each group is added together with how far the trial then is, so that a process that takes over
    goes on where the one before it ended, and nothing is counted twice.
    """

    draft = models.OneToOneField(PolicyDraft, on_delete=models.CASCADE, related_name="trial")
    state = models.CharField(max_length=8, choices=TrialState.choices, default=TrialState.WAITING)
    asked_at = models.DateTimeField()
    present_digest = models.CharField(max_length=64, blank=True)
    """Of the policy in force with which it is compared; empty before it began."""
    began_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    evidence = models.BigIntegerField(default=0)
    """The newest span of evidence when it began: what is newer may be missing in it."""
    total = models.IntegerField(default=0)
    """Assets when it began."""
    last_asset = models.BigIntegerField(default=0)
    """Assets up to this number are done."""
    tally = models.BinaryField(default=bytes)
    """`trial.Tally` (msgpack)."""
    worker = models.CharField(max_length=32, blank=True)
    lease_until = models.DateTimeField(null=True)
    """Until then nobody else takes it over."""
    attempts = models.SmallIntegerField(default=0)
    """How often a process began or went on with it and did not say that it ended."""
    failure_vi = models.CharField(max_length=500, blank=True)
    failure_en = models.CharField(max_length=500, blank=True)


class TrialPart(models.Model):
    """The changes of one rule or control on one group of assets."""

    trial = models.ForeignKey(PolicyTrial, on_delete=models.CASCADE, db_index=False)
    code = models.CharField(max_length=220)
    first_asset = models.BigIntegerField()
    assets = models.IntegerField()
    body = models.BinaryField()
    """A list of `trial.Row` (msgpack)."""

    class Meta:
        constraints = (models.UniqueConstraint(fields=("trial", "code", "first_asset"), name="one_trial_part_a_group"),)
