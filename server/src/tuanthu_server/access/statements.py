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
from tuanthu_server.compliance.models import Attestation
from tuanthu_server.compliance.people import person_numbered
from tuanthu_server.units.models import Unit


class Demand(msgspec.Struct, frozen=True):
    """One clause that must be stated for one unit, and how that stands."""

    code: str
    """`framework/control`."""
    control: Control
    unit: Unit
    state: str
    """A key of `exception_words.STATEMENT_STATES`."""
    newest: Attestation | None
    """The newest statement, whatever became of it."""


def demands(within: Reach, controls: Mapping[str, Control], units: Iterable[Unit], at: datetime) -> list[Demand]:
    """Every such clause for every one of these units that is in reach; by clause, then by unit."""
    within.require(Permission.SEE)
    reached = [unit for unit in units if within.has_unit(unit.pk)]
    newest = {(one.unit_id, one.control): one for one in _newest(within, [unit.pk for unit in reached])}
    return [
        Demand(code, control, unit, _state(newest.get((unit.pk, code)), at), newest.get((unit.pk, code)))
        for code, control in controls.items()
        for unit in reached
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
    if state != "holds":
        return state
    if not one.fulfilled:
        return "denied"
    return "expiring" if one.remind_at <= at else "holds"


def _state(newest: Attestation | None, at: datetime) -> str:
    return "missing" if newest is None else state_of(newest, at)


def _newest(within: Reach, units: list[int]) -> QuerySet[Attestation]:
    """Of each unit and clause the newest statement."""
    last = Attestation.objects.filter(unit__in=units).values("unit", "control").annotate(newest=Max("pk"))
    return statements_of(within).filter(pk__in=last.order_by().values("newest"))
