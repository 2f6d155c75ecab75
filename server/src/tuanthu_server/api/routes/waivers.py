"""Waivers: reading, proposing, deciding, revoking."""

from datetime import UTC, datetime
from typing import Any, Literal

from ninja import Query, Router

from tuanthu_server.access import exceptions
from tuanthu_server.access.reach import Reach
from tuanthu_server.accounts.permissions import Permission
from tuanthu_server.api import made
from tuanthu_server.api.paging import PagingOfUnit, paged
from tuanthu_server.api.reading import operation
from tuanthu_server.api.schemas.common import Page
from tuanthu_server.api.schemas.exceptions import NoteIn, ReasonIn, WaiverIn, WaiverOut
from tuanthu_server.compliance.models import Waiver
from tuanthu_server.compliance.waivers import Proposal

router = Router(tags=["waivers"])
State = Literal["", "proposed", "planned", "in-force", "expired", "lapsed", "revoked", "refused", "withdrawn"]


class WaiverFilter(PagingOfUnit):
    """Which waivers."""

    state: State = ""


@operation(router, "/waivers", Page[WaiverOut])
def waivers(within: Reach, which: Query[WaiverFilter]) -> Any:
    """Waivers that reach units in reach, the newest first."""
    at = datetime.now(UTC)
    found = exceptions.waivers_of(within)
    if which.unit:
        found = exceptions.waivers_of_unit(within, within.unit_or_404(which.unit))
    if which.state:
        found = found.filter(pk__in=[pk for pk, state in exceptions.states_of(found, at) if state == which.state])
    return paged(found, which, lambda rows: [made.waiver(one, at) for one in rows])


@operation(router, "/waivers", WaiverOut, permission=Permission.WAIVE, method="POST", status=201)
def propose_waiver(within: Reach, wanted: WaiverIn) -> Any:
    """Propose a waiver; it holds for nothing until another person approves it."""
    proposal = Proposal(
        rule=wanted.rule,
        control=wanted.control,
        unit=within.unit_or_404(wanted.unit).pk if wanted.unit else None,
        asset=wanted.asset,
        authority=wanted.authority,
        reason=wanted.reason,
        valid_from=wanted.valid_from or datetime.now(UTC),
        expires_at=wanted.expires_at,
    )
    return 201, _told(within, exceptions.propose(within, proposal))


@operation(router, "/waivers/{int:number}", WaiverOut)
def waiver(within: Reach, number: int) -> Any:
    """One waiver with its history."""
    return made.waiver(exceptions.waiver_or_404(within, number), datetime.now(UTC))


@operation(router, "/waivers/{int:number}/approve", WaiverOut, permission=Permission.APPROVE, method="POST")
def approve_waiver(within: Reach, number: int, given: NoteIn) -> Any:
    """Approve another person's proposal."""
    return _told(within, exceptions.approve(within, number, given.note))


@operation(router, "/waivers/{int:number}/revoke", WaiverOut, permission=Permission.WAIVE, method="POST")
def revoke_waiver(within: Reach, number: int, given: ReasonIn) -> Any:
    """Refuse a proposal, take it back, or end a waiver from now on."""
    return _told(within, exceptions.revoke(within, number, given.reason))


def _told(within: Reach, one: Waiver) -> WaiverOut:
    return made.waiver(exceptions.waiver_or_404(within, one.pk), datetime.now(UTC))
