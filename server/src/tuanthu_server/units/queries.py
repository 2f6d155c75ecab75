"""Questions to the register: what held on a day. A day is a date of Asia/Ho_Chi_Minh, the zone of the settings."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

import msgspec
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from tuanthu_server.units.models import Relation, Unit, UnitEvent, UnitExpectation, UnitLink


class UnitCounts(msgspec.Struct, frozen=True):
    """What a unit, or several, says it has. None: no unit among them states the number."""

    staff: int | None = None
    machines: int | None = None
    servers: int | None = None
    devices: int | None = None
    units_without_machines: int = 0
    """How many of the units do not state their machines: these are missing from `machines`."""


def today() -> date:
    """The day it is in the zone of the settings."""
    return timezone.localdate()


def day_of(moment: datetime | None) -> date:
    """The local day of a moment; today for None."""
    return timezone.localdate(moment) if moment else today()


def units_on(day: date) -> QuerySet[Unit]:
    """Units not closed on that day, by code. A unit that was entered later is listed too: entry is no foundation."""
    start = timezone.make_aware(datetime.combine(day, datetime.min.time()))
    return Unit.objects.filter(Q(closed_at__isnull=True) | Q(closed_at__gte=start + timedelta(days=1))).order_by("code")


def names_on(day: date) -> dict[int, str]:
    """Names that units had on that day and have no more, by unit; all others have their present one."""
    later = UnitEvent.objects.filter(what=UnitEvent.What.RENAMED, day__gt=day).order_by("-day", "-pk")
    return dict(later.values_list("unit_id", "before"))


def links_on(day: date) -> QuerySet[UnitLink]:
    """Links that hold on that day, with unit and target."""
    holds = Q(valid_from__lte=day) & (Q(valid_to__isnull=True) | Q(valid_to__gt=day))
    return UnitLink.objects.filter(holds).select_related("unit", "target").order_by("unit__code", "relation")


def links_of(unit: Unit, day: date) -> dict[Relation, UnitLink]:
    """The links of one unit on that day; a relation that does not exist is absent."""
    return {Relation(link.relation): link for link in links_on(day).filter(unit=unit)}


def subunits(unit: Unit, relation: Relation, day: date) -> QuerySet[Unit]:
    """Units that have this one as their operator, supervisor, owner or place on that day: direct ones only."""
    linked = links_on(day).filter(target=unit, relation=relation).order_by()
    return units_on(day).filter(pk__in=linked.values("unit_id"))


BELOW = (Relation.OPERATOR, Relation.SUPERVISOR)
"""Links by which a unit stands under another."""


def with_subunits(unit_ids: Iterable[int], day: date) -> frozenset[int]:
    """These units, and all that have one of them as their operator or supervisor on that day, at any depth."""
    found = set(unit_ids)
    if not found:
        return frozenset()
    holds = Q(valid_from__lte=day) & (Q(valid_to__isnull=True) | Q(valid_to__gt=day))
    links = UnitLink.objects.filter(holds, relation__in=BELOW, target__isnull=False)
    under: dict[int | None, list[int]] = {}
    for unit, target in links.values_list("unit_id", "target_id"):
        under.setdefault(target, []).append(unit)
    new = set(found)
    while new:  # a circle ends, since what was found is not looked at again
        new = {unit for target in new for unit in under.get(target, ())} - found
        found |= new
    return frozenset(found)


def over(unit: int, day: date) -> frozenset[int]:
    """A unit and all above it, by operator or supervisor on a day: who answers for one of these reaches it."""
    holds = Q(valid_from__lte=day) & (Q(valid_to__isnull=True) | Q(valid_to__gt=day))
    links = UnitLink.objects.filter(holds, relation__in=BELOW, target__isnull=False)
    found: set[int] = set()
    new: set[int] = {unit}
    while new:
        found |= new
        targets = links.filter(unit__in=new).values_list("target_id", flat=True)
        new = {pk for pk in targets if pk is not None} - found
    return frozenset(found)


def expectations_on(day: date, unit_ids: Iterable[int] | None = None) -> dict[int, UnitExpectation]:
    """The numbers in force on that day, by unit; a unit that never stated any is absent."""
    stated = UnitExpectation.objects.filter(valid_from__lte=day).order_by("unit_id", F("valid_from").asc())
    if unit_ids is not None:
        stated = stated.filter(unit_id__in=list(unit_ids))
    return {expectation.unit_id: expectation for expectation in stated}


def machines_on(day: date) -> dict[int, int | None]:
    """Machines that each unit states on that day; None or absent for one that does not."""
    return {pk: stated.machines for pk, stated in expectations_on(day).items()}


def expected_counts(day: date, unit_ids: Iterable[int]) -> UnitCounts:
    """The sum over units of what they state on that day, with how many state no machines."""
    wanted = list(unit_ids)
    stated = expectations_on(day, wanted)
    totals = {name: _total(getattr(row, name) for row in stated.values()) for name in _NUMBERS}
    silent = sum(1 for pk in wanted if pk not in stated or stated[pk].machines is None)
    return UnitCounts(**totals, units_without_machines=silent)


_NUMBERS = ("staff", "machines", "servers", "devices")


def _total(values: Iterable[int | None]) -> int | None:
    stated = [value for value in values if value is not None]
    return sum(stated) if stated else None
