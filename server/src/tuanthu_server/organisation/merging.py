"""One unit goes into another."""

from datetime import date, datetime

import msgspec
from django.db import transaction
from django.utils import timezone

from tuanthu_server.compliance.lines.refresh import refresh
from tuanthu_server.compliance.moving import move_assets
from tuanthu_server.compliance.sweep import sweep
from tuanthu_server.errors import InputError
from tuanthu_server.inventory.models import Asset, AssetRole, EnrolToken
from tuanthu_server.organisation.person import By, checked_day, find_unit, start_of
from tuanthu_server.organisation.units import What, note, shut
from tuanthu_server.scans.models import ScopeAssignment
from tuanthu_server.units.importing import apply_units
from tuanthu_server.units.models import Relation, Unit, UnitExpectation, UnitKind
from tuanthu_server.units.queries import expectations_on, links_on
from tuanthu_server.units.rows import COUNT_COLUMNS, Target, UnitRow


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


def merge(code: str, into: str, by: By, day: date | None = None) -> Merged:
    """Have a unit go into another one from a day on; raises InputError.

    Its machines, devices and tokens go along, what it stated of staff and machines is added to the other's, links to it
    become links to the other. Scan scopes are revoked. Attestations and waivers stay with the unit that made them and
    end with it: nobody stated anything for the other one. Earlier days keep both units, with all their figures.
    """
    first = checked_day(day)
    now = timezone.now()
    if code == into:
        raise InputError("Không thể sáp nhập một đơn vị vào chính nó", "A unit cannot go into itself")
    with transaction.atomic():
        # Always in the order of codes, so that two merges cannot wait for each other.
        found = {one: find_unit(one) for one in sorted((code, into))}
        unit, other = found[code], found[into]
        if unit.demonstration is not other.demonstration:
            raise InputError(
                "Không sáp nhập đơn vị trình diễn với đơn vị thật", "A demonstration unit does not go into a real one"
            )
        doubles = _retire_doubles(unit, other, by, now)
        assets = list(Asset.objects.select_for_update().filter(unit=unit).order_by("pk"))
        move_assets(assets, other, start_of(first), person=by.person, reason=by.reason, now=now)
        tokens = EnrolToken.objects.filter(unit=unit, revoked_at=None, uses_left__gt=0, expires_at__gt=now)
        merged = Merged(
            assets=sum(asset.retired_at is None for asset in assets),
            doubles=doubles,
            tokens=tokens.update(unit=other),
            scopes=ScopeAssignment.objects.filter(unit=unit, revoked_at=None).update(
                revoked_at=now, revoked_reason=f"{unit.code} → {other.code}"
            ),
            units=_relink(unit, other, first),
        )
        _add_up(unit, other, first)
        shut(unit, first)
        note(unit, What.MERGED, first, by, after=other.code)
        note(other, What.MERGED, first, by, before=unit.code)
    sweep()
    refresh()
    return merged


def _retire_doubles(unit: Unit, other: Unit, by: By, now: datetime) -> int:
    """A device that both units know stays once: that of the other unit."""
    known = Asset.objects.filter(unit=other, role=AssetRole.DEVICE, retired_at=None).values("device_key")
    doubles = Asset.objects.filter(unit=unit, role=AssetRole.DEVICE, retired_at=None, device_key__in=known)
    return doubles.update(
        retired_at=now, retired_by=by.person, retired_reason=f"{unit.code} → {other.code}: {by.reason}"[:500]
    )


def _relink(unit: Unit, other: Unit, first: date) -> int:
    """Links to the unit become links to the other; one between the two ends."""
    rows: list[UnitRow] = []
    _end_between(other, unit, first)
    for link in links_on(first).filter(target=unit).exclude(unit=other):
        relation = Relation(link.relation)
        rows.append(
            UnitRow(
                line=len(rows) + 1,
                code=link.unit.code,
                name=link.unit.name,
                kind=UnitKind(link.unit.kind),
                valid_from=first,
                links={relation: Target(code=other.code)},
            )
        )
    for row in rows:  # one by one: a unit may be linked by several relations
        apply_units([row], dry_run=False, demonstration=unit.demonstration, source=unit.code)
    return len({row.code for row in rows})


def _end_between(other: Unit, unit: Unit, first: date) -> None:
    between = other.links.filter(target=unit)
    between.filter(valid_from__gte=first).delete()
    between.filter(valid_to=None).update(valid_to=first)


def _add_up(unit: Unit, other: Unit, first: date) -> None:
    """What both stated, together; a number that either did not state is that of the one that did."""
    stated = expectations_on(first, [unit.pk, other.pk])
    if unit.pk not in stated:
        return
    sums = {}
    for name in COUNT_COLUMNS:
        values = [value for one in stated.values() if (value := getattr(one, name)) is not None]
        sums[name] = sum(values) if values else None
    UnitExpectation.objects.update_or_create(unit=other, valid_from=first, defaults=sums)
