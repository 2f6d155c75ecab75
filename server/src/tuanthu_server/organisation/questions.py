"""What people answer to what was noticed of machines (`inventory.questions`)."""

from enum import StrEnum
from typing import Any

from django.db import transaction
from django.utils import timezone

from tuanthu_server.errors import InputError
from tuanthu_server.inventory import agents
from tuanthu_server.inventory.models import Agent, Asset, IdentityDecision, IdentityQuestion
from tuanthu_server.organisation.machines import different_machines, same_machine
from tuanthu_server.organisation.person import By
from tuanthu_server.security_log.chain import record
from tuanthu_server.security_log.doer import named
from tuanthu_server.security_log.events import Event

Sort = IdentityQuestion.Sort
Verdict = IdentityDecision.Verdict


class Answer(StrEnum):
    """What a person says."""

    SAME = "same"
    """Of two records: one machine, and the one that was seen less recently is retired. Of one record: one machine."""
    DIFFERENT = "different"
    """Of two records: two machines. Of one record: two machines, and its agents are revoked so that each enrols."""
    REVOKE = "revoke"
    """Of a retired one that reports: it is gone, and its agents are revoked."""


ANSWERS = {
    Sort.PAIR: (Answer.SAME, Answer.DIFFERENT),
    Sort.CLONE: (Answer.DIFFERENT, Answer.SAME),
    Sort.RETURNED: (Answer.REVOKE,),
}
"""What can be said to what."""


def answer(question: IdentityQuestion, given: Answer, by: By) -> None:
    """Do what a person says; raises InputError."""
    if given not in ANSWERS[Sort(question.sort)]:
        raise InputError("Không trả lời như vậy được", "This is no answer to that")
    if question.sort == Sort.PAIR and given is Answer.SAME:
        same_machine(question.first_id, question.second_id, by)
    elif question.sort == Sort.PAIR:
        different_machines(question.first_id, question.second_id, by)
    elif question.sort == Sort.CLONE:
        _of_one_record(question, Verdict(given.value), by)
    else:
        with transaction.atomic():
            _revoke_agents(question.first_id, by)
            IdentityQuestion.objects.filter(pk=question.pk).delete()


def _of_one_record(question: IdentityQuestion, verdict: "IdentityDecision.Verdict", by: By) -> None:
    """Whether a record is one machine: what was told of it is kept with the answer."""
    with transaction.atomic():
        asset = Asset.objects.select_for_update().get(pk=question.first_id)
        if not IdentityQuestion.objects.filter(pk=question.pk).delete()[0]:
            raise InputError("Việc này đã có người quyết định", "Somebody decided this before")
        IdentityDecision.objects.create(
            first=asset,
            second=asset,
            verdict=verdict,
            evidence=question.evidence,
            person=by.person,
            reason=by.reason,
            at=timezone.now(),
        )
        said: dict[str, Any] = {"actor": named(by.person), "asset": asset.pk, "reason": by.reason}
        record(Event.MACHINES_JOINED if verdict is Verdict.SAME else Event.MACHINES_TOLD_APART, asset.name, **said)
        if verdict is Verdict.DIFFERENT:
            _revoke_agents(asset.pk, by)


def _revoke_agents(asset: int, by: By) -> None:
    for agent in Agent.objects.filter(asset=asset, revoked_at=None).order_by("pk").values_list("pk", flat=True):
        agents.revoke(agent, by.reason, by.person)
