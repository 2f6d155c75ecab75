"""Tables of the organisation."""

from django.db import models


class UnitKind(models.TextChoices):
    """What a unit is; a label for people, nothing is keyed by it."""

    DEPARTMENT = "department", "Sở Y tế"
    HOSPITAL = "hospital", "Bệnh viện"
    CENTRE = "centre", "Trung tâm y tế"
    STATION = "station", "Trạm y tế"
    OTHER = "other", "Đơn vị khác"


class Unit(models.Model):
    """One unit of the sector. Its place in any hierarchy is told by dated links only."""

    code = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=300)
    kind = models.CharField(max_length=16, choices=UnitKind.choices, default=UnitKind.OTHER)
    demonstration = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    latitude = models.DecimalField(max_digits=8, decimal_places=5, null=True, blank=True)
    """Degrees north, WGS 84; where the unit is today, as a person entered it. Both or none."""
    longitude = models.DecimalField(max_digits=8, decimal_places=5, null=True, blank=True)
    """Degrees east."""

    class Meta:
        ordering = ("code",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(latitude__isnull=True, longitude__isnull=True)
                | models.Q(latitude__isnull=False, longitude__isnull=False),
                name="both_coordinates_or_none",
            ),
        )

    def __str__(self) -> str:
        return self.name


class Relation(models.TextChoices):
    """Kinds of links between a unit and another body; all are independent and bounded by dates."""

    PLACE = "place", "Địa bàn"
    OWNER = "owner", "Cơ quan chủ quản"
    OPERATOR = "operator", "Đơn vị vận hành"
    SUPERVISOR = "supervisor", "Cơ quan quản lý chuyên môn"


class UnitLink(models.Model):
    """`unit` has `target` as its owner, operator, supervisor or place, from a date until a date.

    `target_name` names a body that is no unit of the sector (a commune's People's Committee, a place).
    """

    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="links")
    relation = models.CharField(max_length=16, choices=Relation.choices)
    target = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="linked_from", null=True, blank=True)
    target_name = models.CharField(max_length=300, blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    """First day on which the link no longer holds."""


class UnitExpectation(models.Model):
    """How many staff and machines a unit says it has, from a date on: the denominator of coverage."""

    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="expectations")
    valid_from = models.DateField()
    staff = models.PositiveIntegerField(null=True, blank=True)
    machines = models.PositiveIntegerField(null=True, blank=True)
    """Workstations and servers together, `servers` among them."""
    servers = models.PositiveIntegerField(null=True, blank=True)
    devices = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("unit", "valid_from"), name="one_expectation_a_day"),)


class UnitEvent(models.Model):
    """What a person did to a unit, and why, with what held before: nothing is overwritten without such a row."""

    class What(models.TextChoices):
        """What was done."""

        ENTERED = "entered", "Nhập mới"
        RENAMED = "renamed", "Đổi tên"
        KIND = "kind", "Đổi loại"
        MOVED = "moved", "Chuyển liên kết"
        STATED = "stated", "Khai báo số liệu"
        PLACED = "placed", "Ghi tọa độ"
        MERGED = "merged", "Sáp nhập"
        CLOSED = "closed", "Đóng"

    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="events")
    what = models.CharField(max_length=12, choices=What.choices)
    day = models.DateField()
    """First day on which it holds."""
    before = models.CharField(max_length=400, blank=True)
    """The name, the link's target or the numbers (`machines=5, servers=1`) until then."""
    after = models.CharField(max_length=400, blank=True)
    """The name or target from then on, or the code of the unit into which this one went."""
    person = models.CharField(max_length=200)
    reason = models.CharField(max_length=500)
    at = models.DateTimeField()
    """When it was entered."""

    class Meta:
        indexes = (models.Index(fields=("unit", "day"), name="unit_event_day"),)
