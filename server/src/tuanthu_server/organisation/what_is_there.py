"""What belongs to a unit now, for whoever is about to change it: each list in a fixed order."""

from collections.abc import Iterable
from datetime import date, datetime

import msgspec
from django.db.models import Q, QuerySet

from tuanthu_server.accounts.models import Membership
from tuanthu_server.compliance import attestations, waivers
from tuanthu_server.compliance.models import Attestation, Waiver
from tuanthu_server.inventory.models import Asset, AssetRole, EnrolToken
from tuanthu_server.scans.models import ScopeAssignment
from tuanthu_server.units.models import Unit, UnitExpectation
from tuanthu_server.units.numbers import Numbers
from tuanthu_server.units.queries import over
from tuanthu_server.units.rows import COUNT_COLUMNS


class Thing(msgspec.Struct, frozen=True):
    """Something with a number and a name: a machine, a token, a person."""

    id: int
    name: str


class Stated(msgspec.Struct, frozen=True):
    """A statement that holds: it stays with its unit."""

    id: int
    control: str
    attested_by: str
    expires_at: datetime


class Holdings(msgspec.Struct, frozen=True):
    """What a unit has."""

    machines: tuple[Thing, ...] = ()
    devices: tuple[Thing, ...] = ()
    tokens: tuple[Thing, ...] = ()
    """Enrolment tokens that still serve."""
    scopes: tuple[Thing, ...] = ()
    """Scan scopes that were not revoked."""
    attestations: tuple[Stated, ...] = ()
    waivers: tuple[Thing, ...] = ()
    """Of the unit itself, proposed or in force."""
    people: tuple[Thing, ...] = ()
    """Who answers for this very unit."""


def holdings(unit: Unit, day: date, now: datetime) -> Holdings:
    """What a unit has now."""
    assets = Asset.objects.filter(unit=unit, retired_at=None).order_by("pk")
    return Holdings(
        machines=tuple(_thing(one) for one in assets.exclude(role=AssetRole.DEVICE)),
        devices=tuple(_thing(one) for one in assets.filter(role=AssetRole.DEVICE)),
        tokens=tuple(Thing(one.pk, one.label) for one in tokens_of(unit, now).order_by("pk")),
        scopes=tuple(Thing(one.pk, one.authorisation) for one in scopes_of(unit).order_by("pk")),
        attestations=statements_of(unit, now),
        waivers=tuple(
            Thing(one.pk, one.rule or one.control)
            for one in Waiver.objects.filter(unit=unit).prefetch_related("events").order_by("pk")
            if waivers.state_of(one, now) in ("proposed", "planned", "in-force")
        ),
        people=people_of([unit.pk], day),
    )


def statements_of(unit: Unit, now: datetime) -> tuple[Stated, ...]:
    """Statements of a unit that hold, by their clauses."""
    found = Attestation.objects.filter(unit=unit).prefetch_related("events").order_by("control", "pk")
    return tuple(
        Stated(one.pk, one.control, one.attested_by, one.expires_at)
        for one in found
        if attestations.state_of(one, now) == "holds"
    )


def tokens_of(unit: Unit, now: datetime) -> "QuerySet[EnrolToken]":
    """Enrolment tokens of a unit that still serve."""
    return EnrolToken.objects.filter(unit=unit, revoked_at=None, uses_left__gt=0, expires_at__gt=now)


def scopes_of(unit: Unit) -> "QuerySet[ScopeAssignment]":
    """Scan scopes of a unit that were not revoked."""
    return ScopeAssignment.objects.filter(unit=unit, revoked_at=None)


def doubles_of(unit: Unit, other: Unit) -> "QuerySet[Asset]":
    """Devices of a unit that the other one knows, too."""
    known = Asset.objects.filter(unit=other, role=AssetRole.DEVICE, retired_at=None).values("device_key")
    return Asset.objects.filter(unit=unit, role=AssetRole.DEVICE, retired_at=None, device_key__in=known)


def people_of(units: Iterable[int], day: date) -> tuple[Thing, ...]:
    """Who answers for one of these units on a day."""
    holds = Q(valid_from__lte=day) & (Q(valid_to__isnull=True) | Q(valid_to__gt=day))
    found = Membership.objects.filter(holds, unit__in=list(units), user__is_active=True).select_related("user")
    return tuple(
        Thing(pk, name) for pk, name in sorted({one.user_id: one.user.get_username() for one in found}.items())
    )


def who_sees(unit: Unit, day: date) -> tuple[Thing, ...]:
    """Officers who reach a unit on a day: of itself, or of one above it."""
    return people_of(over(unit.pk, day), day)


def numbers_of(stated: UnitExpectation | None) -> Numbers:
    """What a unit states, or nothing."""
    return Numbers(**{name: getattr(stated, name, None) for name in COUNT_COLUMNS})


def _thing(asset: Asset) -> Thing:
    return Thing(asset.pk, asset.name or asset.address)
