"""Units renamed, linked elsewhere, closed. Past days keep the names, links and units that they had."""

from datetime import date

from django.db import transaction
from django.utils import timezone

from tuanthu_server.errors import InputError
from tuanthu_server.inventory import tokens
from tuanthu_server.inventory.models import Asset
from tuanthu_server.organisation.person import By, checked_day, find_unit, start_of
from tuanthu_server.units import cells
from tuanthu_server.units.importing import apply_units
from tuanthu_server.units.models import Relation, Unit, UnitEvent, UnitKind
from tuanthu_server.units.queries import links_on
from tuanthu_server.units.rows import UnitRow

What = UnitEvent.What


def note(unit: Unit, what: "UnitEvent.What", day: date, by: By, *, before: str = "", after: str = "") -> None:
    """Keep what was done."""
    UnitEvent.objects.create(
        unit=unit,
        what=what,
        day=day,
        before=before[:400],
        after=after[:400],
        person=by.person,
        reason=by.reason,
        at=timezone.now(),
    )


def rename(code: str, name: str, by: By, day: date | None = None) -> Unit:
    """Give a unit another name from a day on; raises InputError."""
    first = checked_day(day)
    try:
        new = cells.read_name(name)
    except cells.CellError as error:
        raise InputError(error.vi, error.en) from None
    with transaction.atomic():
        unit = find_unit(code)
        if unit.name == new:
            raise InputError(f"Đơn vị {code} đã mang tên đó", f"Unit {code} has that name already")
        later = UnitEvent.objects.filter(unit=unit, what=What.RENAMED, day__gt=first).first()
        if later is not None:
            raise InputError(
                f"Đơn vị {code} đã đổi tên từ {later.day:%d/%m/%Y}", f"Unit {code} was renamed from {later.day} on"
            )
        note(unit, What.RENAMED, first, by, before=unit.name, after=new)
        unit.name = new
        unit.save(update_fields=["name"])
    return unit


def move(code: str, relation: Relation, target: str, by: By, day: date | None = None) -> Unit:
    """Link a unit to another body from a day on: a unit's code, a free name, or `-` for none any more.

    Raises InputError, and for what the register does not allow (a cycle, an unknown code) UnitFileError.
    """
    first = checked_day(day)
    with transaction.atomic():
        unit = find_unit(code)
        try:
            wanted = cells.read_target(target)
        except cells.CellError as error:
            raise InputError(error.vi, error.en) from None
        row = UnitRow(
            line=1, code=code, name=unit.name, kind=UnitKind(unit.kind), valid_from=first, links={relation: wanted}
        )
        found = apply_units([row], dry_run=False, demonstration=unit.demonstration, source=code)
        for change in (field for one in found.changed for field in one.fields):
            note(unit, What.MOVED, first, by, before=f"{relation.label}: {change.before}", after=change.after)
    return unit


def close(code: str, by: By, day: date | None = None) -> Unit:
    """Close a unit from a day on; raises InputError where machines, devices or other units still belong to it.

    Its enrolment tokens serve no more.
    """
    first = checked_day(day)
    with transaction.atomic():
        unit = find_unit(code)
        assets = Asset.objects.filter(unit=unit, retired_at=None).count()
        if assets:
            raise InputError(
                f"Đơn vị {code} còn {assets} máy và thiết bị: hãy sáp nhập, chuyển hoặc loại chúng trước",
                f"Unit {code} still has {assets} machines and devices: merge it, or move or retire them first",
            )
        below = list(links_on(first).filter(target=unit).values_list("unit__code", flat=True)[:5])
        if below:
            raise InputError(
                f"Còn đơn vị liên kết tới {code}: {', '.join(below)}", f"Units are still linked to {code}: {below}"
            )
        tokens.revoke_of(unit, timezone.now())
        shut(unit, first)
        note(unit, What.CLOSED, first, by)
    return unit


def shut(unit: Unit, first: date) -> None:
    """End a unit and its links on a day; nothing of its past changes."""
    unit.links.filter(valid_to=None, valid_from__lt=first).update(valid_to=first)
    unit.links.filter(valid_from__gte=first).delete()
    unit.closed_at = start_of(first)
    unit.save(update_fields=["closed_at"])
