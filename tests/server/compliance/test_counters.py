"""Counters equal what the evidence says, whatever the order and the number of writers."""

import os
import threading
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.assets.collector import deliver, enrol_agent
from tests.assets.policies import small_policy, swapped_policy
from tests.assets.signing import TestAgent, held, now_text, observation

from tuanthu_policy.outcome import Outcome
from tuanthu_server.compliance import policies
from tuanthu_server.compliance.standing import failing_assets, standing
from tuanthu_server.compliance.sweep import sweep
from tuanthu_server.compliance.verify import verify_counters
from tuanthu_server.errors import InputError


def test_the_run_uses_the_database_that_it_names(db):
    from django.db import connection

    assert connection.vendor == os.environ.get("TUANTHU_TEST_DATABASE", "sqlite")


def history(agent: TestAgent, steps):
    """Signed reports of one machine: each step tells age, what alpha and beta are (None: heartbeat of the last)."""
    now = datetime.now(UTC)
    last = {}
    signed = []
    for hours, alpha, beta in sorted(steps, key=lambda step: -step[0]):
        at = now - timedelta(hours=hours)
        seen, beats = [], []
        for kind, value in (("alpha", alpha), ("beta", beta)):
            if value == "beat" and kind in last:
                beats.append(held(last[kind], at))
            elif value in (True, False, "missing"):
                facts = {} if value == "missing" else {"good": value}
                last[kind] = observation(kind, facts, at=at)
                seen.append(last[kind])
        signed.append(agent.report(seen, beats))
    return signed


VALUES = st.sampled_from([True, False, "missing", "beat", "beat", None])
STEPS = st.lists(st.tuples(st.integers(0, 200), VALUES, VALUES), min_size=1, max_size=8)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(histories=st.lists(STEPS, min_size=1, max_size=3), data=st.data())
def test_counters_equal_recomputation_after_any_history_in_any_order(intake, unit, policy, histories, data):
    from tuanthu_server.ingest.intake import delivery

    deliveries = []
    for steps in histories:
        agent = enrol_agent(unit, "máy")
        deliveries += [
            delivery(body, "", agent.id, sig, sent_at=now_text(), channel="https")
            for body, sig in history(agent, steps)
        ]
    shuffled = data.draw(st.permutations(deliveries))
    cut = data.draw(st.integers(0, len(shuffled)))
    for group in (shuffled[:cut], shuffled[cut:]):
        assert all(answer.status for answer in intake.submit_many(group))
    assert verify_counters() == []


def test_two_writers_at_once_for_the_same_machines_count_exactly(unit, policy):
    from tuanthu_server.ingest.intake import Intake, delivery
    from tuanthu_server.inventory.models import Report

    agents = [enrol_agent(unit, f"máy {number}") for number in range(6)]
    signed = [
        delivery(body, "", agent.id, sig, sent_at=now_text(), channel="https")
        for turn in range(8)
        for agent in agents
        for body, sig in [agent.report([observation("alpha", {"good": turn % 2 == 0})])]
    ]
    intakes = [Intake(batch_reports=5) for _ in range(2)]
    answers = []

    def feed(number):
        answers.extend(intakes[number].submit_many(signed[number::2] + signed[:10]))

    threads = [threading.Thread(target=feed, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for intake in intakes:
        intake.stop()
    assert {answer.status for answer in answers} <= {"stored", "late", "replayed"}
    assert Report.objects.count() == len(signed)
    assert verify_counters() == []
    found = standing().units[unit.pk]
    assert (found.assets, found.rules["alpha.good"].failed, found.rules["alpha.good"].total) == (6, 6, 6)


def test_a_new_policy_judges_every_machine_again_and_forgets_rules_that_are_gone(intake, enrolled, unit):
    from tuanthu_server.compliance.models import RuleResult, RuleTransition

    agent = enrolled()
    deliver(intake, agent, agent.report([observation("alpha", {"good": True}), observation("beta", {"good": True})]))
    assert standing().units[unit.pk].controls["test"].passed == 1
    transitions = RuleTransition.objects.count()
    policies.publish(swapped_policy())
    assert sweep() == 1
    found = standing()
    assert found.units[unit.pk].rules.keys() == {"alpha.good"}
    assert found.units[unit.pk].controls["test/one"].failed == 1
    assert not RuleResult.objects.filter(rule__code="both.good").exists()
    assert RuleTransition.objects.count() == transitions + 1
    assert verify_counters() == []
    assert [(one.rule, one.outcome.code) for one in failing_assets([Outcome.FAIL])] == [("alpha.good", "fail")]


def test_a_past_date_is_judged_by_its_evidence_and_its_policy(intake, unit, transactional_db):
    from tuanthu_server.inventory.models import Asset

    now = datetime.now(UTC)
    policies.publish(small_policy(), now - timedelta(days=30))
    agent = enrol_agent(unit, "máy")
    Asset.objects.update(created_at=now - timedelta(days=20))
    for days, good in ((10, False), (5, True)):
        deliver(intake, agent, agent.report([observation("alpha", {"good": good}, at=now - timedelta(days=days))]))
    policies.publish(swapped_policy(), now - timedelta(days=4, hours=12))

    def outcomes(days):
        counts = standing(now - timedelta(days=days)).units[unit.pk].rules["alpha.good"]
        return {name for name in counts.__struct_fields__ if getattr(counts, name)}

    assert outcomes(15) == {"notchecked"}
    assert outcomes(9.5) == {"failed"}
    assert outcomes(7) == {"stale"}
    assert outcomes(4.9) == {"passed"}
    assert outcomes(4) == {"failed"}  # the same facts, the other policy
    assert standing(now - timedelta(days=25)).units[unit.pk].assets == 0
    with pytest.raises(InputError):
        standing(now - timedelta(days=31))


def test_publishing_the_policy_in_force_again_does_nothing(policy):
    from tuanthu_server.compliance.models import PolicyVersion

    policies.publish(small_policy())
    assert PolicyVersion.objects.count() == 1


def test_a_retired_machine_leaves_every_figure(intake, enrolled, unit):
    from tuanthu_server.inventory.models import Asset

    agent = enrolled()
    deliver(intake, agent, agent.report([observation("alpha", {"good": True})]))
    Asset.objects.update(retired_at=datetime.now(UTC), retired_reason="hỏng")
    found = standing().units[unit.pk]
    assert (found.assets, found.rules["alpha.good"].total, found.controls["test"].total) == (0, 0, 0)
    assert verify_counters() == []


def test_silent_and_never_reported_machines_are_told_apart(intake, enrolled, unit):
    from tuanthu_server.inventory.models import Asset

    first, _ = enrolled("một"), enrolled("hai")
    deliver(intake, first, first.report())
    Asset.objects.filter(name="một").update(last_seen_at=datetime.now(UTC) - timedelta(days=4))
    found = standing().units[unit.pk]
    assert (found.assets, found.silent, found.never_reported) == (2, 1, 1)


def test_differences_are_found_by_verification(intake, enrolled):
    from tuanthu_server.compliance.models import RuleCount

    enrolled()
    RuleCount.objects.update(assets=5)
    assert verify_counters()
