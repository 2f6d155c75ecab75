"""Which units a person answers for."""

from collections.abc import Collection
from datetime import date

from django.db import transaction
from django.db.models import Q, QuerySet

from tuanthu_server.accounts.models import Membership, User
from tuanthu_server.units.models import Unit


def units_of(user: User, day: date) -> list[int]:
    """The units to which a person is bound on a day, without their subunits."""
    return list(_on(day).filter(user=user).values_list("unit_id", flat=True))


def bound_units(day: date) -> dict[int, list[Unit]]:
    """By person the units to which they are bound on a day."""
    found: dict[int, list[Unit]] = {}
    for membership in _on(day).select_related("unit"):
        found.setdefault(membership.user_id, []).append(membership.unit)
    return found


def _on(day: date) -> "QuerySet[Membership]":
    holds = Q(valid_from__lte=day) & (Q(valid_to__isnull=True) | Q(valid_to__gt=day))
    return Membership.objects.filter(holds).order_by("unit__code")


def bind(user: User, units: Collection[Unit], day: date) -> None:
    """Bind a person to exactly these units from a day on. What ends keeps its row; what stays is not touched."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        open_ones = Membership.objects.filter(user=user, valid_to=None)
        ended = open_ones.exclude(unit__in=units)
        ended.filter(valid_from__gte=day).delete()  # it never held
        ended.update(valid_to=day)
        kept = set(open_ones.values_list("unit_id", flat=True))
        Membership.objects.bulk_create(
            Membership(user=user, unit=unit, valid_from=day) for unit in units if unit.pk not in kept
        )
