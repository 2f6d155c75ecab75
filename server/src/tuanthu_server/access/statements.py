"""Attestations within a reach: what must be stated for which unit, and who may state and revoke it."""

from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec
from django.db.models import Max, QuerySet
from django.http import Http404

from tuanthu_policy.control import Control
from tuanthu_server.access.reach import Reach
from tuanthu_server.accounts.permissions import Permission
from tuanthu_server.compliance import attestations
from tuanthu_server.compliance.attestations import Draft
from tuanthu_server.compliance.models import Attestation, AttestationEvent, StatementAction
from tuanthu_server.compliance.people import person_numbered
from tuanthu_server.units.models import Unit


class Newest(msgspec.Struct, frozen=True):
    """The newest statement of a unit on a clause, as far as lists tell of it."""

    pk: int
    unit_id: int
    control: str
    fulfilled: bool
    attested_by: str
    expires_at: datetime
    remind_at: datetime


class Demand(msgspec.Struct, frozen=True):
    """One clause that must be stated for one unit, and how that stands."""

    code: str
    """`framework/control`."""
    control: Control
    unit: Unit
    state: str
    """A key of `exception_words.STATEMENT_STATES`."""
    newest: Newest | None
    """The newest statement, whatever became of it."""


def demands(within: Reach, controls: Mapping[str, Control], units: Iterable[Unit], at: datetime) -> list[Demand]:
    """Every such clause for every one of these units that is in reach; by clause, then by unit."""
    within.require(Permission.SEE)
    reached = [unit for unit in units if within.has_unit(unit.pk)]
    newest, ended = _newest([unit.pk for unit in reached], at)
    return [
        Demand(code, control, unit, _state(one, ended, at), one)
        for code, control in controls.items()
        for unit in reached
        for one in (newest.get((unit.pk, code)),)
    ]


def statements_of(within: Reach) -> QuerySet[Attestation]:
    """Statements of reached units, the newest first, without the bytes of their files."""
    within.require(Permission.SEE)
    found = Attestation.objects.select_related("unit", "evidence").defer("evidence__body").prefetch_related("events")
    return (found if within.unit_ids is None else found.filter(unit__in=within.unit_ids)).order_by("-pk")


def statement_or_404(within: Reach, number: int) -> Attestation:
    """One of them."""
    found = statements_of(within).filter(pk=number).first()
    if found is None:
        raise Http404(str(number))
    return found


def evidence_of(within: Reach, number: int) -> tuple[Attestation, bytes]:
    """A statement with the bytes of its file; raises InputError where they are not what was kept."""
    return statement_or_404(within, number), attestations.evidence_of(number)[2]


def attest(within: Reach, draft: Draft, note: str = "") -> Attestation:
    """Record a statement; raises InputError."""
    within.require(Permission.ATTEST)
    if not within.has_unit(draft.unit):
        raise Http404(str(draft.unit))
    return attestations.add(draft, person_numbered(within.user_id), note)


def revoke(within: Reach, number: int, reason: str) -> Attestation:
    """End a statement; raises InputError."""
    within.require(Permission.ATTEST)
    statement_or_404(within, number)
    return attestations.revoke(number, person_numbered(within.user_id), reason)


def state_of(one: Attestation, at: datetime) -> str:
    """Its state at a moment, a key of `exception_words.STATEMENT_STATES`."""
    state = attestations.state_of(one, at)
    return _told(one, at) if state == "holds" else state


def _told(one: Attestation | Newest, at: datetime) -> str:
    """What one that was not ended comes to."""
    if at >= one.expires_at:
        return "expired"
    if not one.fulfilled:
        return "denied"
    return "expiring" if one.remind_at <= at else "holds"


def _state(newest: Newest | None, ended: Mapping[int, str], at: datetime) -> str:
    if newest is None:
        return "missing"
    return ended[newest.pk] if newest.pk in ended else _told(newest, at)


def _newest(units: list[int], at: datetime) -> tuple[dict[tuple[int, str], Newest], dict[int, str]]:
    """Of each unit and clause the newest statement; and what was done to end some of them.

    Plain values: there is one for every clause of every unit.
    """
    last = Attestation.objects.filter(unit__in=units).values("unit", "control").annotate(newest=Max("pk"))
    numbers = last.order_by().values("newest")
    rows = Attestation.objects.filter(pk__in=numbers).values_list(*Newest.__struct_fields__)
    ends = AttestationEvent.objects.exclude(action=StatementAction.MADE).filter(attestation__in=numbers, at__lte=at)
    return {(one.unit_id, one.control): one for one in (Newest(*row) for row in rows)}, dict(
        ends.order_by("-pk").values_list("attestation_id", "action")
    )
