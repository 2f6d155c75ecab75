"""Units renamed, linked elsewhere, closed. Past days keep the names, links and units that they had.

For each there is a preview, and what is done is what the preview says, worked out again with the rows locked.
"""

from datetime import date

from django.db import transaction
from django.utils import timezone

from tuanthu_server.errors import InputError
from tuanthu_server.inventory import tokens
from tuanthu_server.inventory.models import Asset
from tuanthu_server.organisation.person import By, any_unit, checked_day, find_unit, start_of
from tuanthu_server.organisation.preview import Preview, problems_of, settle, undone
from tuanthu_server.organisation.what_is_there import holdings, who_sees
from tuanthu_server.security_log.chain import record
from tuanthu_server.security_log.events import Event
from tuanthu_server.units import cells
from tuanthu_server.units.difference import Difference
from tuanthu_server.units.exporting import target_of
from tuanthu_server.units.importing import apply_units
from tuanthu_server.units.models import Relation, Unit, UnitEvent, UnitKind, UnitLink
from tuanthu_server.units.queries import links_of, links_on, today
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


@transaction.atomic
def preview_rename(code: str, name: str, day: date | None = None) -> Preview:
    """What another name would change."""
    first, unit = day or today(), any_unit(code)

    def other() -> None:
        if unit.name == _name(name):
            raise InputError(f"Đơn vị {code} đã mang tên đó", f"Unit {code} has that name already")
        later = UnitEvent.objects.filter(unit=unit, what=What.RENAMED, day__gt=first).first()
        if later is not None:
            raise InputError(
                f"Đơn vị {code} đã đổi tên từ {later.day:%d/%m/%Y}", f"Unit {code} was renamed from {later.day} on"
            )

    problems = problems_of(lambda: checked_day(day), lambda: find_unit(code), other)
    after = " ".join(name.split())[: cells.MAX_NAME]
    return Preview(what=What.RENAMED, code=code, day=first, before=unit.name, after=after, problems=problems)


def rename(code: str, name: str, by: By, day: date | None = None, *, shown: str | None = None) -> Unit:
    """Give a unit another name from a day on; raises InputError."""
    with transaction.atomic():
        unit = find_unit(code)
        found = preview_rename(code, name, day)
        settle(found, shown)
        new = _name(name)
        note(unit, What.RENAMED, found.day, by, before=unit.name, after=new)
        record(Event.UNIT_RENAMED, code, before=unit.name, after=new, since=found.day.isoformat(), **told(by))
        unit.name = new
        unit.save(update_fields=["name"])
    return unit


@transaction.atomic
def preview_move(code: str, relation: Relation, target: str, day: date | None = None) -> Preview:
    """What another link would change: also, who reaches the unit from then on."""
    first, unit = day or today(), any_unit(code)
    before, seeing = links_of(unit, first).get(relation), who_sees(unit, first)
    after: dict[Relation, UnitLink] = {}
    seen = seeing

    def tried() -> None:
        nonlocal after, seen
        with undone():
            if not _link(unit, relation, target, first).changed:
                raise InputError("Liên kết đã như vậy", "The link is so already")
            after, seen = links_of(unit, first), who_sees(unit, first)

    problems = problems_of(lambda: checked_day(day), lambda: find_unit(code), tried)
    return Preview(
        what=What.MOVED,
        code=code,
        day=first,
        relation=relation.value,
        before=_full(before),
        after=_full(after.get(relation)) if not problems else " ".join(target.split())[: cells.MAX_NAME],
        gain=tuple(one for one in seen if one not in seeing),
        lose=tuple(one for one in seeing if one not in seen),
        problems=problems,
    )


def move(
    code: str, relation: Relation, target: str, by: By, day: date | None = None, *, shown: str | None = None
) -> Unit:
    """Link a unit to another body from a day on: a unit's code, a free name, or `-` for none any more.

    Raises InputError, for what the register does not allow (a cycle, an unknown code), too.
    """
    with transaction.atomic():
        unit = find_unit(code)
        found = preview_move(code, relation, target, day)
        settle(found, shown)
        changes = [field for one in _link(unit, relation, target, found.day).changed for field in one.fields]
        for change in changes:
            note(unit, What.MOVED, found.day, by, before=f"{relation.label}: {change.before}", after=change.after)
            said = {"before": change.before, "after": change.after, "since": found.day.isoformat()}
            record(Event.UNIT_MOVED, code, relation=str(relation.label), **said, **told(by))
    return unit


@transaction.atomic
def preview_close(code: str, day: date | None = None) -> Preview:
    """What stands in the way of closing a unit, and what ends with it."""
    first, unit = day or today(), any_unit(code)
    there = holdings(unit, first, timezone.now())
    below = linked_to(unit, first)

    def empty() -> None:
        assets = Asset.objects.filter(unit=unit, retired_at=None).count()
        if assets:
            raise InputError(
                f"Đơn vị {code} còn {assets} máy và thiết bị: hãy sáp nhập, chuyển hoặc loại chúng trước",
                f"Unit {code} still has {assets} machines and devices: merge it, or move or retire them first",
            )

    def alone() -> None:
        if below:
            raise InputError(
                f"Còn đơn vị liên kết tới {code}: {', '.join(below[:5])}",
                f"Units are still linked to {code}: {', '.join(below[:5])}",
            )

    return Preview(
        what=What.CLOSED,
        code=code,
        day=first,
        before=unit.name,
        holdings=there,
        linked=below,
        links=tuple(sorted(relation.value for relation in links_of(unit, first))),
        problems=problems_of(lambda: checked_day(day), lambda: find_unit(code), empty, alone),
    )


def close(code: str, by: By, day: date | None = None, *, shown: str | None = None) -> Unit:
    """Close a unit from a day on; raises InputError where machines, devices or other units still belong to it.

    Its enrolment tokens serve no more.
    """
    with transaction.atomic():
        unit = find_unit(code)
        found = preview_close(code, day)
        settle(found, shown)
        tokens.revoke_of(unit, timezone.now())
        shut(unit, found.day)
        note(unit, What.CLOSED, found.day, by)
        record(Event.UNIT_CLOSED, code, since=found.day.isoformat(), **told(by))
    return unit


def shut(unit: Unit, first: date) -> None:
    """End a unit and its links on a day; nothing of its past changes."""
    unit.links.filter(valid_to=None, valid_from__lt=first).update(valid_to=first)
    unit.links.filter(valid_from__gte=first).delete()
    unit.closed_at = start_of(first)
    unit.save(update_fields=["closed_at"])


def linked_to(unit: Unit, first: date) -> tuple[str, ...]:
    """Codes of the units that are linked to a unit on a day, or will be."""
    now = links_on(first).filter(target=unit).values_list("unit__code", flat=True)
    later = UnitLink.objects.filter(target=unit, valid_from__gt=first).values_list("unit__code", flat=True)
    return tuple(sorted({*now, *later}))


def told(by: By) -> dict[str, str]:
    """Who and why, as the security log keeps them."""
    return {"person": by.person, "reason": by.reason}


def _name(name: str) -> str:
    try:
        return cells.read_name(name)
    except cells.CellError as error:
        raise InputError(error.vi, error.en) from None


def _link(unit: Unit, relation: Relation, target: str, first: date) -> Difference:
    try:
        wanted = cells.read_target(target)
    except cells.CellError as error:
        raise InputError(error.vi, error.en) from None
    links = {relation: wanted}
    row = UnitRow(line=1, code=unit.code, name=unit.name, kind=UnitKind(unit.kind), valid_from=first, links=links)
    return apply_units([row], dry_run=False, demonstration=unit.demonstration, source=unit.code)


def _full(link: UnitLink | None) -> str:
    """The other end of a link, as people name it."""
    return f"{link.target.name} ({link.target.code})" if link and link.target else target_of(link)
