"""What people decide of machines within their reach: only what lies wholly in it, by a person with a reason."""

from collections.abc import Mapping
from datetime import date
from typing import Final
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet
from django.http import Http404

from tuanthu_server.access.reach import Reach
from tuanthu_server.accounts.permissions import Permission
from tuanthu_server.compliance.people import person_numbered
from tuanthu_server.errors import InputError
from tuanthu_server.inventory import agents, missing, questions
from tuanthu_server.inventory.models import Agent, Asset, AssetRole, IdentityQuestion
from tuanthu_server.organisation import machines
from tuanthu_server.organisation import questions as answering
from tuanthu_server.organisation.person import By, checked
from tuanthu_server.organisation.questions import Answer

MISSING: Final = F("last_sequence") - F("report_count")


def waiting(within: Reach) -> QuerySet[IdentityQuestion]:
    """What waits for a decision, with both records in reach; pairs with most signs first."""
    within.require(Permission.SEE)
    found = IdentityQuestion.objects.select_related("first__unit", "second__unit").order_by("noticed_at", "pk")
    if within.unit_ids is None:
        return found
    return found.filter(first__unit__in=within.unit_ids, second__unit__in=within.unit_ids)


def waiting_of(within: Reach, asset: Asset) -> QuerySet[IdentityQuestion]:
    """What of it is about one record."""
    return waiting(within).filter(Q(first=asset) | Q(second=asset))


def question_or_404(within: Reach, number: int) -> IdentityQuestion:
    """One of them."""
    found = waiting(within).filter(pk=number).first()
    if found is None:
        raise Http404(str(number))
    return found


def look_again(within: Reach) -> int:
    """Compare all machines now; returns how many questions wait within the reach."""
    within.require(Permission.DECIDE_MACHINES)
    questions.ask()
    return waiting(within).count()


def decide(within: Reach, number: int, answer: Answer, reason: str) -> IdentityQuestion:
    """Answer a question; raises InputError."""
    within.require(Permission.DECIDE_MACHINES)
    found = question_or_404(within, number)
    answering.answer(found, answer, _by(within, reason))
    return found


def move(within: Reach, asset_id: int, code: str, reason: str, day: date | None = None) -> Asset:
    """Have a machine in reach belong to another unit in reach; raises InputError."""
    within.require(Permission.DECIDE_MACHINES)
    asset = machine_or_404(within, asset_id)
    return machines.move_machine(asset.pk, within.unit_or_404(code).code, _by(within, reason), day)


def machine_or_404(within: Reach, asset_id: int) -> Asset:
    """A machine by its number; a device is none."""
    found = within.asset_or_404(asset_id)
    if found.role == AssetRole.DEVICE:
        raise Http404(str(asset_id))
    return found


def agents_of(within: Reach) -> QuerySet[Agent]:
    """Agents of machines in reach, revoked ones too, by unit and machine."""
    within.require(Permission.SEE)
    found = Agent.objects.select_related("asset__unit")
    if within.unit_ids is not None:
        found = found.filter(asset__unit__in=within.unit_ids)
    return found.order_by("asset__unit__code", "asset__name", "enrolled_at", "pk")


def in_state(agents: "QuerySet[Agent]", state: str) -> "QuerySet[Agent]":
    """Those of a state: `missing` (the largest gaps first), `working`, `never`, `revoked`; any other word: all."""
    working = agents.filter(revoked_at=None, asset__retired_at=None)
    if state == "missing":
        return working.filter(last_sequence__gt=F("report_count")).order_by(MISSING.desc(), "pk")
    if state == "never":
        return working.filter(last_sequence=0)
    if state == "revoked":
        return agents.filter(revoked_at__isnull=False).order_by("-revoked_at", "pk")
    return working if state == "working" else agents


def versions_of(within: Reach) -> Mapping[str, int]:
    """How many working agents there are of each version."""
    working = agents_of(within).filter(revoked_at=None, asset__retired_at=None)
    return dict(working.order_by("version").values_list("version").annotate(agents=Count("pk")))


def missing_of(within: Reach, agent: Agent) -> list[tuple[int, int]]:
    """The first ranges of numbers that never arrived from an agent in reach: first and last of each."""
    return missing.ranges_of(agent) if within.has_unit(agent.asset.unit_id) else []


def agent_or_404(within: Reach, agent_id: UUID) -> Agent:
    """One of them."""
    found = agents_of(within).filter(pk=agent_id).first()
    if found is None:
        raise Http404(str(agent_id))
    return found


def revoke_agent(within: Reach, agent_id: UUID, reason: str) -> Agent:
    """Take nothing from an agent any more; raises InputError."""
    within.require(Permission.DECIDE_MACHINES)
    found = agent_or_404(within, agent_id)
    if found.revoked_at is not None:
        raise InputError("Tác tử này đã bị thu hồi trước đây", "This agent was revoked before")
    by = _by(within, reason)
    agents.revoke(found.pk, by.reason, by.person)
    return agent_or_404(within, agent_id)


def _by(within: Reach, reason: str) -> By:
    return checked(person_numbered(within.user_id).name[:200], reason.replace("\0", ""))
