"""What was true at a moment: borders of spans, clocks that lie, machines that come, go and come back."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.assets.collector import deliver, enrol_agent
from tests.assets.policies import small_policy
from tests.assets.signing import TestAgent, held, observation, time_text

from tuanthu_server.compliance import policies
from tuanthu_server.compliance.models import JudgedState
from tuanthu_server.compliance.standing import asset_results, asset_sightings, standing
from tuanthu_server.compliance.verify import verify_counters
from tuanthu_server.inventory.models import Agent, Asset, Observation

TICK = timedelta(microseconds=1)
GOOD, BAD = {"good": True}, {"good": False}


@pytest.fixture
def now():
    return datetime.now(UTC)


@pytest.fixture
def machine(unit, now):
    """Enrolled long ago, under a policy of long ago."""
    policies.publish(small_policy(), now - timedelta(days=40))
    agent = enrol_agent(unit, "máy-trạm-01")
    Asset.objects.update(created_at=now - timedelta(days=30))
    yield agent
    assert verify_counters() == []


def asset_of(agent: TestAgent) -> int:
    return Agent.objects.get(pk=agent.id).asset_id


def outcome(agent, at=None, rule="alpha.good"):
    return next(one.outcome.code for one in asset_results(asset_of(agent), at) if one.rule == rule)


def test_evidence_counts_from_its_very_moment_and_is_stale_just_after_its_age(intake, machine, now):
    seen = now - timedelta(days=5)
    deliver(intake, machine, machine.report([observation("alpha", GOOD, at=seen)]))
    age = timedelta(days=2)
    found = [outcome(machine, at) for at in (seen - TICK, seen, seen + age, seen + age + TICK)]
    assert found == ["notchecked", "pass", "pass", "stale"]


def test_a_span_holds_to_the_moment_at_which_the_next_begins(intake, machine, now):
    first, beat, second = (now - timedelta(hours=hours) for hours in (40, 30, 20))
    good = observation("alpha", GOOD, at=first)
    deliver(intake, machine, machine.report([good]))
    deliver(intake, machine, machine.report([], [held(good, beat)]))
    deliver(intake, machine, machine.report([observation("alpha", BAD, at=second)]))
    assert [outcome(machine, at) for at in (first, beat, second - TICK, second, now)] == ["pass"] * 3 + ["fail"] * 2
    sighting = asset_sightings(asset_of(machine), second - TICK)["alpha"]
    assert sighting.seen_at == beat
    assert asset_sightings(asset_of(machine), first + TICK)["alpha"].seen_at == first + TICK


def test_a_machine_belongs_to_a_moment_from_its_enrolment_until_it_is_retired(intake, machine, unit, now):
    made, retired = now - timedelta(days=30), now - timedelta(hours=5)
    deliver(intake, machine, machine.report([observation("alpha", GOOD, at=now - timedelta(hours=9))]))
    Asset.objects.update(retired_at=retired, retired_reason="hỏng")
    moments = (made - TICK, made, retired - TICK, retired)
    assert [standing(at).units[unit.pk].assets for at in moments] == [0, 1, 1, 0]
    assert standing(retired - TICK).units[unit.pk].rules["alpha.good"].passed == 1
    assert standing().units[unit.pk].rules["alpha.good"].total == 0


def test_a_retired_machine_that_still_reports_is_stored_not_counted_and_counts_again_when_it_is_back(
    intake, machine, unit
):
    Asset.objects.update(retired_at=datetime.now(UTC), retired_reason="nhầm")
    assert deliver(intake, machine, machine.report([observation("alpha", GOOD)])).status == "stored"
    assert standing().units[unit.pk].rules["alpha.good"].total == 0
    Asset.objects.update(retired_at=None, retired_reason="")
    assert standing().units[unit.pk].rules["alpha.good"].passed == 1


def test_a_look_that_failed_is_unknown_until_one_succeeds_again(intake, machine, now):
    steps = [(50, "ok", GOOD, None), (40, "failed", {}, "permission-denied: /run/x"), (30, "ok", GOOD, None),
             (20, "error", {}, "timeout: 30 s"), (10, "ok", BAD, None)]  # fmt: skip
    for hours, status, facts, reason in steps:
        at = now - timedelta(hours=hours)
        seen = observation("alpha", facts, status=status, reason=reason, at=at)
        deliver(intake, machine, machine.report([seen]))
    found = [outcome(machine, now - timedelta(hours=hours, minutes=-1)) for hours, *_ in steps]
    assert found == ["pass", "unknown", "pass", "error", "fail"]
    assert outcome(machine) == "fail"


def test_a_heartbeat_of_an_older_content_brings_it_back(intake, machine, now):
    good = observation("alpha", GOOD, at=now - timedelta(hours=9))
    deliver(intake, machine, machine.report([good]))
    deliver(intake, machine, machine.report([observation("alpha", BAD, at=now - timedelta(hours=6))]))
    deliver(intake, machine, machine.report([], [held(good, now - timedelta(hours=3))]))
    assert [outcome(machine, now - timedelta(hours=hours)) for hours in (7, 4, 2)] == ["pass", "fail", "pass"]
    assert outcome(machine) == "pass"


def test_a_machine_that_enrols_anew_is_another_one_until_a_person_retires_the_old(intake, machine, unit):
    deliver(intake, machine, machine.report([observation("alpha", GOOD)]))
    again = enrol_agent(unit, "máy-trạm-01")
    deliver(intake, again, again.report([observation("alpha", BAD)]))
    counts = standing().units[unit.pk].rules["alpha.good"]
    assert (counts.passed, counts.failed, counts.total) == (1, 1, 2)
    Asset.objects.filter(pk=asset_of(machine)).update(retired_at=datetime.now(UTC), retired_reason="cài lại")
    counts = standing().units[unit.pk].rules["alpha.good"]
    assert (counts.passed, counts.failed, counts.total) == (0, 1, 1)


@pytest.mark.parametrize("years", [-10, 10])
def test_a_clock_ten_years_off_is_corrected_both_ways(intake, machine, years):
    wrong = datetime.now(UTC) + timedelta(days=365 * years)
    good = observation("alpha", GOOD, at=wrong - timedelta(hours=1))
    deliver(intake, machine, machine.report([good], created_at=time_text(wrong)), sent_at=time_text(wrong))
    wrong = datetime.now(UTC) + timedelta(days=365 * years)
    deliver(intake, machine, machine.report([], [held(good, wrong)]), sent_at=time_text(wrong))
    span = Observation.objects.get()
    now = datetime.now(UTC)
    assert abs(now - timedelta(hours=1) - span.from_at) < timedelta(seconds=30)
    assert abs(now - span.to_at) < timedelta(seconds=30)
    assert outcome(machine) == "pass"
    assert outcome(machine, now - timedelta(hours=2)) == "notchecked"


def test_a_clock_that_is_set_right_between_two_reports_loses_nothing(intake, machine, now):
    wrong = now + timedelta(days=3650)
    deliver(intake, machine, machine.report([observation("alpha", BAD, at=wrong)]), sent_at=time_text(wrong))
    deliver(intake, machine, machine.report([observation("alpha", GOOD)]))
    assert outcome(machine) == "pass"
    assert all(span.to_at <= datetime.now(UTC) for span in Observation.objects.all())


@pytest.mark.parametrize("ahead", [timedelta(minutes=1), timedelta(days=1), timedelta(days=3650)])
def test_a_heartbeat_from_the_future_is_believed_no_later_than_its_receipt(intake, machine, now, ahead):
    good = observation("alpha", GOOD, at=now - timedelta(hours=2))
    deliver(intake, machine, machine.report([good]))
    deliver(intake, machine, machine.report([], [held(good, now + ahead)]))
    assert Observation.objects.get().to_at <= datetime.now(UTC)
    assert outcome(machine) == "pass"
    assert JudgedState.objects.get().due_at <= datetime.now(UTC) + timedelta(days=2)  # stale no later than that


def test_a_file_that_names_times_to_come_is_believed_no_later_than_its_import(intake, machine, now):
    later = now + timedelta(days=400)
    deliver(intake, machine, machine.report([observation("alpha", GOOD, at=later)]), sent_at="", channel="file")
    assert Observation.objects.get().from_at <= datetime.now(UTC)
    assert outcome(machine) == "pass"


def test_old_evidence_from_a_stick_is_not_made_fresh_by_its_import(intake, machine, now):
    old = now - timedelta(days=10)
    deliver(intake, machine, machine.report([observation("alpha", GOOD, at=old)]), sent_at="", channel="file")
    assert outcome(machine) == "stale"
    assert outcome(machine, old + timedelta(days=1)) == "pass"
