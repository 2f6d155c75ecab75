"""Policies that begin in the past, now or in time to come."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.assets.collector import deliver, enrol_agent
from tests.assets.policies import small_policy, swapped_policy
from tests.assets.signing import observation

from tuanthu_server.compliance import policies
from tuanthu_server.compliance.models import JudgedState, RuleResult
from tuanthu_server.compliance.standing import standing
from tuanthu_server.compliance.sweep import sweep
from tuanthu_server.compliance.verify import verify_counters
from tuanthu_server.errors import InputError
from tuanthu_server.inventory.models import Asset


def passed(unit, at=None):
    return standing(at).units[unit.pk].rules["alpha.good"].passed


def test_a_policy_to_come_judges_nothing_before_its_time_and_everything_then(intake, enrolled, unit):
    agent = enrolled()
    deliver(intake, agent, agent.report([observation("alpha", {"good": True})]))
    now = datetime.now(UTC)
    version = policies.publish(swapped_policy(), now + timedelta(hours=1))
    assert sweep() == 0
    assert passed(unit) == 1
    deliver(intake, agent, agent.report([observation("alpha", {"good": True, "level": 1})]))
    assert passed(unit) == 1
    assert not JudgedState.objects.filter(policy_id=version.pk).exists()
    assert sweep(now + timedelta(minutes=59)) == 0
    assert sweep(now + timedelta(minutes=61)) == 1
    assert RuleResult.objects.get().outcome == 6
    assert sweep() == 1  # the clock of this test goes back: judged by what is in force now
    assert verify_counters() == []


def test_a_policy_published_late_judges_the_days_since_it_began(intake, unit, transactional_db):
    now = datetime.now(UTC)
    policies.publish(small_policy(), now - timedelta(days=30))
    agent = enrol_agent(unit, "máy")
    Asset.objects.update(created_at=now - timedelta(days=20))
    deliver(intake, agent, agent.report([observation("alpha", {"good": True}, at=now - timedelta(hours=30))]))
    moments = [now - timedelta(hours=hours) for hours in (29, 10)]
    assert [passed(unit, at) for at in moments] == [1, 1]
    policies.publish(swapped_policy(), now - timedelta(hours=20))
    assert [passed(unit, at) for at in moments] == [1, 0]
    assert passed(unit) == 0
    assert verify_counters() == []


def test_a_policy_holds_from_its_very_moment(transactional_db):
    begin = datetime(2026, 6, 1, tzinfo=UTC)
    policies.publish(small_policy(), begin)
    policies.publish(swapped_policy(), begin + timedelta(days=1))
    tick = timedelta(microseconds=1)
    with pytest.raises(InputError):
        policies.in_force(begin - tick)
    assert policies.in_force(begin).digest == small_policy().digest
    assert policies.in_force(begin + timedelta(days=1) - tick).digest == small_policy().digest
    assert policies.in_force(begin + timedelta(days=1)).digest == swapped_policy().digest
    with pytest.raises(InputError, match="exactly"):
        policies.publish(small_policy(), begin + timedelta(days=1))


def test_a_policy_between_two_holds_only_until_the_next(transactional_db):
    begin = datetime(2026, 6, 1, tzinfo=UTC)
    for days, policy in ((0, small_policy()), (10, small_policy()), (5, swapped_policy())):
        policies.publish(policy, begin + timedelta(days=days))
    found = [policies.in_force(begin + timedelta(days=days)).digest for days in (4, 6, 11)]
    assert found[0] == small_policy().digest
    assert found[1] == swapped_policy().digest


def test_a_first_policy_to_come_leaves_machines_unjudged_without_end(enrolled, unit, transactional_db):
    from tuanthu_server.compliance.models import PolicyVersion

    PolicyVersion.objects.all().delete()
    policies.publish(small_policy(), datetime.now(UTC) + timedelta(days=1))
    Asset.objects.create(unit=unit, name="máy", created_at=datetime.now(UTC))
    assert sweep() == 0
    assert not JudgedState.objects.exists()
    with pytest.raises(InputError):
        standing()
