"""Which units a person answers for."""

from collections.abc import Collection
from datetime import date

from django.db import transaction
from django.db.models import Q

from tuanthu_server.accounts.models import Membership, User
from tuanthu_server.units.models import Unit


def units_of(user: User, day: date) -> list[int]:
    """The units to which a person is bound on a day, without their subunits."""
    holds = Q(valid_from__lte=day) & (Q(valid_to__isnull=True) | Q(valid_to__gt=day))
    return list(Membership.objects.filter(holds, user=user).order_by("unit__code").values_list("unit_id", flat=True))


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
