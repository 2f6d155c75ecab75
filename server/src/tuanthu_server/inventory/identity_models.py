"""Tables of which record is which machine: what was noticed, what waits for a person, what people decided."""

from django.db import models


class IdentityDecision(models.Model):
    """What a person decided: of two records that are probably one machine, or (`first` is `second`) of one record from
    which two machines seem to report."""

    class Verdict(models.TextChoices):
        """What they are."""

        SAME = "same", "Cùng một máy"
        DIFFERENT = "different", "Hai máy khác nhau"

    first = models.ForeignKey("inventory.Asset", on_delete=models.CASCADE, related_name="+")
    """The one of the lower number."""
    second = models.ForeignKey("inventory.Asset", on_delete=models.CASCADE, related_name="+")
    verdict = models.CharField(max_length=12, choices=Verdict.choices)
    evidence = models.JSONField(default=list)
    """What spoke for one machine when it was decided; of one record, the machines that were told."""
    person = models.CharField(max_length=200)
    reason = models.CharField(max_length=500)
    at = models.DateTimeField()

    class Meta:
        constraints = (
            # Of one record it may be asked again, when yet another machine reports with its key.
            models.UniqueConstraint(
                fields=("first", "second"), condition=~models.Q(first=models.F("second")), name="one_decision_a_pair"
            ),
        )


class IdentityQuestion(models.Model):
    """What waits for a person. A row goes once it is decided, or once nothing speaks for it any more."""

    class Sort(models.TextChoices):
        """What is asked."""

        PAIR = "pair", "Có lẽ là một máy"
        """Two records that are probably one machine."""
        CLONE = "clone", "Hai máy dùng chung một khóa"
        """One record from which two machines report; `second` is `first`."""
        RETURNED = "returned", "Đã loại mà vẫn báo cáo"
        """One that was retired and reports all the same; `second` is `first`."""

    sort = models.CharField(max_length=12, choices=Sort.choices)
    first = models.ForeignKey("inventory.Asset", on_delete=models.CASCADE, related_name="+")
    """Of a pair the one of the lower number."""
    second = models.ForeignKey("inventory.Asset", on_delete=models.CASCADE, related_name="+")
    evidence = models.JSONField(default=list)
    """Of a pair, what both have: pairs of sign and value. Of a clone, the machines: serial number, hardware id, MAC."""
    noticed_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("sort", "first", "second"), name="one_question_a_pair"),)


class MachineSeen(models.Model):
    """A machine, by its serial number, hardware id and MAC, that reported with an asset's key within the last weeks."""

    asset = models.ForeignKey("inventory.Asset", on_delete=models.CASCADE, related_name="+")
    machine = models.CharField(max_length=300)
    first_sequence = models.BigIntegerField()
    """Sequence numbers of the first and of the last report that brought such contents."""
    last_sequence = models.BigIntegerField()
    last_at = models.DateTimeField()
    """When a content of it began for the last time."""

    class Meta:
        constraints = (models.UniqueConstraint(fields=("asset", "machine"), name="one_row_a_machine"),)


class SeenUntil(models.Model):
    """Up to which span `MachineSeen` was brought; one row."""

    span = models.BigIntegerField(default=0)
