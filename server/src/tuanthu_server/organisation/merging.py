"""One unit goes into another."""

from datetime import date, datetime
from functools import partial

import msgspec
from django.db import transaction
from django.utils import timezone

from tuanthu_server.compliance.lines.refresh import refresh
from tuanthu_server.compliance.moving import move_assets
from tuanthu_server.compliance.sweep import sweep
from tuanthu_server.errors import InputError
from tuanthu_server.inventory.models import Asset
from tuanthu_server.organisation.person import By, any_unit, checked_day, find_unit, start_of
from tuanthu_server.organisation.preview import Preview, problems_of, settle, undone
from tuanthu_server.organisation.relinking import add_up, refuse_later_links, relink, sums
from tuanthu_server.organisation.units import What, linked_to, note, shut, told
from tuanthu_server.organisation.what_is_there import (
    Thing,
    doubles_of,
    holdings,
    numbers_of,
    scopes_of,
    tokens_of,
    who_sees,
)
from tuanthu_server.security_log.chain import record
from tuanthu_server.security_log.events import Event
from tuanthu_server.units.models import Unit
from tuanthu_server.units.numbers import Numbers
from tuanthu_server.units.queries import expectations_on, links_of, today


class Merged(msgspec.Struct, frozen=True):
    """What went with a unit."""

    assets: int
    """Machines and devices that belong to the other unit now."""
    doubles: int
    """Devices that both units knew: that of the unit that went is retired."""
    tokens: int
    """Enrolment tokens that still serve: machines that use them belong to the other unit."""
    scopes: int
    """Scan scopes that were revoked: a signed scope names its unit, so a new one must be issued."""
    units: int
    """Units that were linked to the one that went and are linked to the other now."""


@transaction.atomic
def preview_merge(code: str, into: str, day: date | None = None) -> Preview:
    """What would go with a unit, what would stay with it and end, and what stands in the way."""
    first, now, unit = day or today(), timezone.now(), any_unit(code)
    both = sorted((code, into))  # as `merge` takes their rows
    problems = problems_of(lambda: checked_day(day), *(partial(find_unit, one) for one in both))
    try:
        other = any_unit(into)
    except InputError:
        return Preview(what=What.MERGED, code=code, day=first, after=into[:64], problems=problems)
    problems = (*problems, *problems_of(lambda: _check(unit, other, first)))
    stated = expectations_on(first, [unit.pk, other.pk])
    doubles = tuple(Thing(one.pk, one.name or one.address) for one in doubles_of(unit, other).order_by("pk"))
    seeing, taking = who_sees(unit, first), who_sees(other, first)
    return Preview(
        what=What.MERGED,
        code=code,
        day=first,
        before=unit.name,
        after=other.code,
        after_name=other.name,
        holdings=holdings(unit, first, now),
        doubles=doubles,
        linked=tuple(one for one in linked_to(unit, first) if one != other.code),
        links=tuple(sorted(relation.value for relation in links_of(unit, first))),
        numbers=numbers_of(stated.get(unit.pk)),
        other_numbers=numbers_of(stated.get(other.pk)),
        sums=_sums(unit, other, first) or numbers_of(stated.get(other.pk)),
        gain=tuple(one for one in taking if one not in seeing),
        lose=tuple(one for one in seeing if one not in taking),
        problems=problems,
    )


def merge(code: str, into: str, by: By, day: date | None = None, *, shown: str | None = None) -> Merged:
    """Have a unit go into another one from a day on; raises InputError.

    Its machines, devices and tokens go along, what it stated of staff and machines is added to the other's, links to it
    become links to the other. Scan scopes are revoked. Attestations and waivers stay with the unit that made them and
    end with it: nobody stated anything for the other one. Earlier days keep both units, with all their figures.
    """
    now = timezone.now()
    with transaction.atomic():
        # Always in the order of codes, so that two merges cannot wait for each other.
        found = {one: find_unit(one) for one in sorted((code, into))}
        unit, other = found[code], found[into]
        assets = list(Asset.objects.select_for_update().filter(unit=unit).order_by("pk"))
        seen = preview_merge(code, into, day)
        settle(seen, shown)
        first = seen.day
        doubles = _retire_doubles(unit, other, by, now)
        gone = {one.id for one in seen.doubles}
        move_assets(assets, other, start_of(first), person=by.person, reason=by.reason, now=now)
        relinked = relink(unit, other, first)
        for one, relation in relinked:
            note(one, What.MOVED, first, by, before=f"{relation.label}: {unit.code}", after=other.code)
        merged = Merged(
            assets=sum(asset.retired_at is None and asset.pk not in gone for asset in assets),
            doubles=doubles,
            tokens=tokens_of(unit, now).update(unit=other),
            scopes=_revoke_scopes(unit, other, now),
            units=len({one.pk for one, _ in relinked}),
        )
        add_up(unit, other, first)
        shut(unit, first)
        note(unit, What.MERGED, first, by, after=other.code)
        note(other, What.MERGED, first, by, before=unit.code)
        counts = msgspec.structs.asdict(merged)
        record(Event.UNIT_MERGED, code, into=into, since=first.isoformat(), **counts, **told(by))
    sweep()
    refresh()
    return merged


def _check(unit: Unit, other: Unit, first: date) -> None:
    """Raise InputError, or UnitFileError for links that would close a cycle."""
    if unit == other:
        raise InputError("Không thể sáp nhập một đơn vị vào chính nó", "A unit cannot go into itself")
    if unit.demonstration is not other.demonstration:
        raise InputError(
            "Không sáp nhập đơn vị trình diễn với đơn vị thật", "A demonstration unit does not go into a real one"
        )
    refuse_later_links(unit, other, first)
    with undone():
        relink(unit, other, first)


def _sums(unit: Unit, other: Unit, first: date) -> Numbers | None:
    found = sums(unit, other, first).get(first)
    return None if found is None else Numbers(**found)


def _revoke_scopes(unit: Unit, other: Unit, now: datetime) -> int:
    ids = list(scopes_of(unit).values_list("scope_id", flat=True))
    reason = f"{unit.code} → {other.code}"
    for scope in sorted({str(one) for one in ids}):
        record(Event.SCOPE_REVOKED, scope, reason=reason)
    return scopes_of(unit).update(revoked_at=now, revoked_reason=reason)


def _retire_doubles(unit: Unit, other: Unit, by: By, now: datetime) -> int:
    """A device that both units know stays once: that of the other unit."""
    return doubles_of(unit, other).update(
        retired_at=now, retired_by=by.person, retired_reason=f"{unit.code} → {other.code}: {by.reason}"[:500]
    )
