"""Waivers within a reach: who sees them, and who may propose, approve, refuse and revoke them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from django.db.models import Q, QuerySet
from django.http import Http404

from tuanthu_server.access.reach import Reach
from tuanthu_server.accounts.permissions import Permission
from tuanthu_server.compliance import waivers
from tuanthu_server.compliance.models import Waiver, WaiverAction, WaiverEvent
from tuanthu_server.compliance.people import person_numbered
from tuanthu_server.compliance.waivers import Proposal
from tuanthu_server.errors import InputError
from tuanthu_server.units.models import Unit


def waivers_of(within: Reach) -> QuerySet[Waiver]:
    """Waivers of reached units and assets, and those of everything, which reach them too; the newest first."""
    within.require(Permission.SEE)
    found = Waiver.objects.select_related("unit", "asset__unit").prefetch_related("events").order_by("-pk")
    if within.unit_ids is None:
        return found
    everything = Q(unit=None, asset=None)
    return found.filter(everything | Q(unit__in=within.unit_ids) | Q(asset__unit__in=within.unit_ids))


def waivers_of_unit(within: Reach, unit: Unit) -> QuerySet[Waiver]:
    """Those of a unit and of its assets."""
    return waivers_of(within).filter(Q(unit=unit) | Q(asset__unit=unit))


LIVING: Final = ("proposed", "planned", "in-force")
"""States of what holds or may hold yet: all others are as if they never were."""


def living_waivers(within: Reach, unit: Unit, at: datetime) -> int:
    """How many waivers of a unit and of its assets hold, will hold, or wait for a decision."""
    found = waivers_of_unit(within, unit).filter(expires_at__gt=at)
    return sum(state in LIVING for _, state in states_of(found, at))


def waiver_or_404(within: Reach, number: int) -> Waiver:
    """One of them."""
    found = waivers_of(within).filter(pk=number).first()
    if found is None:
        raise Http404(str(number))
    return found


def may_end(within: Reach, waiver: Waiver) -> bool:
    """Whether somebody may revoke it, or take its proposal back: one of everything takes the whole department."""
    return within.may(Permission.WAIVE) and _reaches(within, waiver.unit_id, waiver)


def may_decide(within: Reach, waiver: Waiver) -> bool:
    """Whether somebody may approve or refuse it: never its own proposer."""
    proposed = event_of(waiver, WaiverAction.PROPOSED)
    own = proposed is not None and proposed.by_id == within.user_id
    return within.may(Permission.APPROVE) and not own and _reaches(within, waiver.unit_id, waiver)


def propose(within: Reach, proposal: Proposal, note: str = "") -> Waiver:
    """Propose one; raises InputError."""
    within.require(Permission.WAIVE)
    if proposal.asset is not None:
        within.asset_or_404(proposal.asset)
    elif proposal.unit is not None and not within.has_unit(proposal.unit):
        raise Http404(str(proposal.unit))
    elif proposal.unit is None and not within.whole:
        raise InputError("Hãy nêu máy hoặc đơn vị được miễn trừ", "Name the asset or the unit that is to be waived")
    return waivers.propose(proposal, person_numbered(within.user_id), note)


def approve(within: Reach, number: int, note: str = "") -> Waiver:
    """Put one in force; raises InputError, for its own proposer too."""
    within.require(Permission.APPROVE)
    waiver_or_404(within, number)
    return waivers.approve(number, person_numbered(within.user_id), note)


def revoke(within: Reach, number: int, reason: str) -> Waiver:
    """Refuse a proposal, take it back, or end a waiver; raises InputError."""
    within.require(Permission.WAIVE)
    found = waiver_or_404(within, number)
    if not may_end(within, found):
        raise InputError(
            "Miễn trừ cho mọi đơn vị chỉ Sở thu hồi được", "Only the department revokes a waiver of everything"
        )
    return waivers.revoke(number, person_numbered(within.user_id), reason)


def event_of(waiver: Waiver, action: WaiverAction) -> WaiverEvent | None:
    """When something was done to it and by whom, or None."""
    return next((event for event in waiver.events.all() if event.action == action), None)


def state_of(waiver: Waiver, at: datetime) -> str:
    """Its state at a moment, a key of `WAIVER_STATES`: what ended unapproved was refused or withdrawn."""
    return _named(waivers.state_of(waiver, at), {event.action: event.by_id for event in waiver.events.all()})


def states_of(found: QuerySet[Waiver], at: datetime) -> list[tuple[int, str]]:
    """Number and state of each, in their order, without reading what only a page of them shows."""
    rows = list(found.select_related(None).prefetch_related(None).values_list("pk", "valid_from", "expires_at"))
    people: dict[int, dict[str, int | None]] = {pk: {} for pk, _, _ in rows}
    done: dict[int, set[str]] = {pk: set() for pk in people}
    events = WaiverEvent.objects.filter(waiver__in=list(people)).order_by("pk")
    for pk, action, by, when in events.values_list("waiver_id", "action", "by_id", "at"):
        people[pk][action] = by
        if when <= at:
            done[pk].add(action)
    return [(pk, _named(waivers.state_after(done[pk], since, until, at), people[pk])) for pk, since, until in rows]


def _named(state: str, people: Mapping[str, int | None]) -> str:
    """What ended unapproved was withdrawn by whoever proposed it, or refused."""
    if state != "revoked" or WaiverAction.APPROVED in people:
        return state
    by = people.get(WaiverAction.PROPOSED), people.get(WaiverAction.REVOKED)
    return "withdrawn" if by[0] == by[1] and WaiverAction.PROPOSED in people else "refused"


def _reaches(within: Reach, unit: int | None, waiver: Waiver) -> bool:
    if waiver.asset is not None:
        return within.has_unit(waiver.asset.unit_id)
    return within.whole if unit is None else within.has_unit(unit)
