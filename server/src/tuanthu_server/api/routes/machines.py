"""Which record is which machine: what waits for a person, and agents with their gaps."""

from typing import Any
from uuid import UUID

from ninja import Query, Router

from tuanthu_server.access import machines
from tuanthu_server.access.reach import Reach
from tuanthu_server.accounts.permissions import Permission
from tuanthu_server.api import made
from tuanthu_server.api.paging import Paging, PagingOfUnit, paged
from tuanthu_server.api.reading import operation
from tuanthu_server.api.schemas.assets import AssetOut
from tuanthu_server.api.schemas.common import Page
from tuanthu_server.api.schemas.exceptions import ReasonIn
from tuanthu_server.api.schemas.machines import AgentOut, AgentState, AnswerIn, MoveIn, QuestionOut, SignOut
from tuanthu_server.inventory.likeness import Pair
from tuanthu_server.inventory.models import Agent, IdentityQuestion
from tuanthu_server.organisation.questions import ANSWERS

router = Router(tags=["machines"])
Sort = IdentityQuestion.Sort


class AgentFilter(PagingOfUnit):
    """Which agents."""

    state: AgentState = "all"
    asset: int | None = None


@operation(router, "/questions", Page[QuestionOut])
def questions(within: Reach, paging: Query[Paging]) -> Any:
    """What waits for a decision about machines wholly in reach, the oldest first."""
    return paged(machines.waiting(within), paging, lambda rows: [_question(one) for one in rows])


@operation(router, "/questions/{int:number}", QuestionOut)
def question(within: Reach, number: int) -> Any:
    """One of them."""
    return _question(machines.question_or_404(within, number))


@operation(router, "/questions/{int:number}/decide", QuestionOut, permission=Permission.DECIDE_MACHINES, method="POST")
def decide_question(within: Reach, number: int, given: AnswerIn) -> Any:
    """Answer it, with a reason; the answer has the question as it was."""
    asked = _question(machines.question_or_404(within, number))
    machines.decide(within, number, given.answer, given.reason)
    return asked


@operation(router, "/assets/{int:asset_id}/move", AssetOut, permission=Permission.DECIDE_MACHINES, method="POST")
def move_machine(within: Reach, asset_id: int, given: MoveIn) -> Any:
    """Have a machine belong to another unit from a day on; earlier days count it where it was."""
    return made.asset(machines.move(within, asset_id, given.unit, given.reason, given.day))


@operation(router, "/agents", Page[AgentOut])
def agents(within: Reach, which: Query[AgentFilter]) -> Any:
    """Agents of machines in reach: all, or those with missing reports, working, never heard of, revoked."""
    found = machines.agents_of(within)
    found = found.filter(asset__unit=within.unit_or_404(which.unit)) if which.unit else found
    found = found.filter(asset=which.asset) if which.asset is not None else found
    ranges = which.asset is not None
    return paged(
        machines.in_state(found, which.state), which, lambda rows: [_agent(within, one, ranges=ranges) for one in rows]
    )


@operation(router, "/agents/{uuid:agent}/revoke", AgentOut, permission=Permission.DECIDE_MACHINES, method="POST")
def revoke_agent(within: Reach, agent: UUID, given: ReasonIn) -> Any:
    """Take nothing from an agent any more, with a reason; its machine stays in the counts and goes silent."""
    return _agent(within, machines.revoke_agent(within, agent, given.reason), ranges=True)


def _question(one: IdentityQuestion) -> QuestionOut:
    pair = Pair(one.first, one.second, ())
    sort = Sort(one.sort)
    return QuestionOut(
        id=one.pk,
        sort=sort,
        records=[made.asset(record) for record in ([pair.older, pair.newer] if sort is Sort.PAIR else [one.first])],
        signs=[SignOut(sign=sign, value=value) for sign, value in one.evidence] if sort is Sort.PAIR else [],
        machines=list(one.evidence) if sort is Sort.CLONE else [],
        answers=list(ANSWERS[sort]),
        noticed_at=one.noticed_at,
    )


def _agent(within: Reach, one: Agent, *, ranges: bool) -> AgentOut:
    return AgentOut(
        id=str(one.pk),
        asset=one.asset_id,
        machine=one.asset.name,
        unit=one.asset.unit.code,
        version=one.version,
        enrolled_at=one.enrolled_at,
        last_sequence=one.last_sequence,
        missing=one.missing,
        missing_ranges=machines.missing_of(within, one) if ranges else [],
        revoked_at=one.revoked_at,
    )
