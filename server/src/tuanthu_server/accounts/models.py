"""People who sign in, and the units for which they answer."""

from django.contrib.auth.models import AbstractUser
from django.db import models

from tuanthu_server.accounts.roles import Role
from tuanthu_server.units.models import Unit


class User(AbstractUser):
    """A person. Who is given no role sees nothing: an officer of no unit."""

    role = models.CharField(max_length=16, choices=Role.choices, default=Role.OFFICER)


class Membership(models.Model):
    """A unit officer answers for a unit, from a date until a date; its subunits follow from the register."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="officers")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    """First day on which it no longer holds."""

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("user", "unit"), condition=models.Q(valid_to__isnull=True), name="one_open_membership"
            ),
        )
