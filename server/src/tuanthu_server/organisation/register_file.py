"""A file of units taken into the register by a person: with what it changed, kept as history."""

import hashlib
from collections.abc import Iterator
from datetime import date
from typing import Any

import msgspec
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from tuanthu_server.organisation.person import BACK, By
from tuanthu_server.organisation.preview import ChangedMeanwhileError
from tuanthu_server.security_log.chain import record
from tuanthu_server.security_log.events import Event
from tuanthu_server.units.difference import Difference, FieldChange, State
from tuanthu_server.units.importing import apply_units
from tuanthu_server.units.models import Relation, Unit, UnitEvent
from tuanthu_server.units.queries import today
from tuanthu_server.units.rows import COUNT_COLUMNS, POSITION_COLUMNS, UnitRow

What = UnitEvent.What


def compare(rows: list[UnitRow], source: str) -> Difference:
    """What the file would change; raises UnitFileError with every problem."""
    return apply_units(rows, dry_run=True, demonstration=_demonstration(rows), source=source)


def take(rows: list[UnitRow], source: str, by: By, shown: str | None = None) -> Difference:
    """Bring the register to what the file says, all of it or nothing; raises UnitFileError.

    `shown` is the digest of the difference that was confirmed: of another one nothing is done (ChangedMeanwhileError).
    """
    with transaction.atomic():
        done = apply_units(rows, dry_run=False, demonstration=_demonstration(rows), source=source)
        digest = digest_of(rows, done)
        if shown is not None and shown != digest:
            raise ChangedMeanwhileError
        if done.new or done.changed:
            UnitEvent.objects.bulk_create(_events(rows, done, source, by))
            detail: dict[str, Any] = {state.value: len(done.in_state(state)) for state in State}
            detail |= {"digest": digest, "person": by.person, "reason": by.reason}
            record(Event.UNITS_IMPORTED, source, **detail)
    return done


def digest_of(rows: list[UnitRow], difference: Difference) -> str:
    """Of what the file says and of what it changes, before and after."""
    return hashlib.sha256(msgspec.json.encode([rows, difference.changes])).hexdigest()


def _demonstration(rows: list[UnitRow]) -> bool:
    """A file that names units of the demonstration only is one of it."""
    known = Unit.objects.filter(demonstration=True).values_list("code", flat=True)
    return {row.code for row in rows} <= set(known)


def _events(rows: list[UnitRow], done: Difference, source: str, by: By) -> Iterator[UnitEvent]:
    changed = [change for change in done.changes if change.state is not State.UNCHANGED]
    units = Unit.objects.in_bulk([change.code for change in changed], field_name="code")
    renamed = _last_renamed(list(units.values()))
    since = {row.code: row.valid_from for row in rows}
    now = timezone.now()
    for change in changed:
        unit, day = units[change.code], since[change.code]
        noted = (
            [(What.ENTERED, day, "", change.name)]
            if change.state is State.NEW
            else _told(change.fields, day, renamed.get(unit.pk))
        )
        for what, first, before, after in noted:
            yield UnitEvent(
                unit=unit,
                what=what,
                day=first,
                before=before[:400],
                after=after[:400],
                person=by.person,
                reason=by.reason or source,
                at=now,
            )


def _told(
    fields: tuple[FieldChange, ...], day: date, renamed: date | None
) -> Iterator[tuple["UnitEvent.What", date, str, str]]:
    """What the fields of one unit become, as history keeps it. A name of a long past day holds from today on."""
    now = today()
    recent = day if now - BACK <= day <= now else now
    for one in fields:
        if one.field == "name":
            yield What.RENAMED, max(recent, renamed or recent), one.before, one.after
        elif one.field == "kind":
            yield What.KIND, now, one.before, one.after
        elif one.field in Relation.values:
            yield What.MOVED, day, f"{Relation(one.field).label}: {one.before}", one.after
    for what, columns, first in ((What.STATED, COUNT_COLUMNS, day), (What.PLACED, POSITION_COLUMNS, now)):
        numbers = [one for one in fields if one.field in columns]
        if not numbers:
            continue
        before, after = (
            ", ".join(f"{one.field}={value}" for one in numbers if (value := getattr(one, end)) != "")
            for end in ("before", "after")
        )
        yield what, first, before, after


def _last_renamed(units: list[Unit]) -> dict[int, date]:
    """The day of each unit's last other name: a later one cannot begin before it."""
    found = UnitEvent.objects.filter(what=What.RENAMED).values_list("unit_id").annotate(Max("day"))
    wanted = {unit.pk for unit in units}
    return {pk: last for pk, last in found if pk in wanted}
