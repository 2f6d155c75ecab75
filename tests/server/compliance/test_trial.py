"""What another policy would change, told before it is published, and equal to what it then changes."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.assets.collector import deliver, enrol_agent
from tests.assets.policies import small_policy, swapped_policy
from tests.assets.signing import observation

from tuanthu_policy.outcome import Outcome
from tuanthu_server.compliance import drafts, policies, trial, trial_runs
from tuanthu_server.compliance.bundles import Given
from tuanthu_server.compliance.models import (
    PolicyDraft,
    PolicyTrial,
    PolicyVersion,
    RuleResult,
    RuleTransition,
    TrialPart,
)
from tuanthu_server.compliance.sweep import sweep
from tuanthu_server.compliance.trial import Shift, Sum
from tuanthu_server.errors import InputError
from tuanthu_server.security_log.models import SecurityEvent

PASS, FAIL = Outcome.PASS, Outcome.FAIL


def taken(policy=None):
    return drafts.take(policy or swapped_policy(), Given(), "thử.zip", "bà Hằng")


def tried(policy=None):
    draft = taken(policy)
    assert trial_runs.carry_on() == 1
    return PolicyTrial.objects.get(draft=draft)


def stored():
    return {
        (row.asset_id, row.rule.code): Outcome(row.outcome) for row in RuleResult.objects.select_related("rule").all()
    }


@pytest.fixture
def machines(intake, unit, policy, monkeypatch):
    """Four that are good and one that is not, two of them judged at a time."""
    monkeypatch.setattr(trial, "GROUP", 2)
    agents = [enrol_agent(unit, "máy") for _ in range(5)]
    for agent, good in zip(agents, (True, True, True, True, False), strict=True):
        deliver(intake, agent, agent.report([observation("alpha", {"good": good})]))
    return agents


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(goods=st.lists(st.sampled_from([True, False, None]), min_size=1, max_size=4))
def test_a_trial_tells_what_publishing_then_does(intake, unit, policy, goods):
    PolicyVersion.objects.filter(digest=swapped_policy().digest).delete()
    policies._number.cache_clear()
    for good in goods:
        agent = enrol_agent(unit, "máy")
        if good is not None:
            deliver(intake, agent, agent.report([observation("alpha", {"good": good})]))
    sweep()
    before, transitions = stored(), RuleTransition.objects.count()
    found = tried()
    assert (stored(), RuleTransition.objects.count()) == (before, transitions)
    told = list(trial_runs.rows_of(found))
    drafts.publish(found.draft_id, swapped_policy().digest, "Theo CV 12", "bà Hằng")
    sweep()
    after = stored()
    real = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    assert {(row.asset, code) for code, row in told if code in {"alpha.good", "both.good"}} == real
    for code, row in told:
        if "." in code:
            key = (row.asset, code)
            assert (row.before, row.after) == (before.get(key), after.get(key))
    assert trial_runs.tally_of(found).whole.changed == len({asset for asset, _ in real})


def test_counts_and_lists_and_units_go_together(machines, unit):
    tally = trial_runs.tally_of(found := tried())
    assert tally.shifts["alpha.good"] == [Shift(PASS, FAIL, 4), Shift(FAIL, PASS, 1)]
    assert {shift.after for shift in tally.shifts["both.good"]} == {None}
    assert tally.shifts["test/one"] == tally.shifts["alpha.good"]
    assert tally.whole == tally.units[unit.pk] == Sum(assets=5, changed=5, worse=4, better=1)
    assert (found.state, found.total, found.present_digest) == ("done", 5, small_policy().digest)
    assert [row.before for _, row in trial_runs.rows_of(found, "test/one")] == [PASS] * 4 + [FAIL]


def test_the_policy_in_force_changes_nothing(machines):
    tally = trial_runs.tally_of(tried(small_policy()))
    assert (tally.shifts, tally.whole) == ({}, Sum(assets=5))
    assert not TrialPart.objects.exists()


def killed_at(monkeypatch, group):
    """The process ends before it keeps this group of a trial."""
    keep, kept = trial_runs._kept, []

    def some(*given):
        if len(kept) == group:
            raise KeyboardInterrupt
        kept.append(given)
        return keep(*given)

    monkeypatch.setattr(trial_runs, "_kept", some)
    with pytest.raises(KeyboardInterrupt):
        trial_runs.carry_on()
    monkeypatch.setattr(trial_runs, "_kept", keep)


def test_another_process_goes_on_where_a_killed_one_ended(machines, monkeypatch):
    whole = trial_runs.tally_of(tried())
    draft = taken()
    killed_at(monkeypatch, 2)
    assert trial_runs.carry_on() == 0  # its lease holds yet
    PolicyTrial.objects.update(lease_until=datetime.now(UTC) - timedelta(seconds=1))
    begun = []
    monkeypatch.setattr(trial.Judges, "next_group", seen_by(begun, trial.Judges.next_group))
    assert trial_runs.carry_on() == 1
    found = PolicyTrial.objects.get(draft=draft)
    assert (trial_runs.tally_of(found), len(list(trial_runs.rows_of(found, "alpha.good")))) == (whole, 5)
    assert len(begun) == 2  # the last machine, and that there is none behind it


def seen_by(calls, method):
    def counted(*given):
        calls.append(given)
        return method(*given)

    return counted


def test_who_was_thought_dead_and_comes_back_counts_nothing_twice(machines, monkeypatch):
    taken()
    [late] = [trial_runs._taken()]
    PolicyTrial.objects.update(lease_until=datetime.now(UTC) - timedelta(seconds=1))
    assert trial_runs.carry_on() == 1
    assert trial_runs._run(late, lambda: True) is False
    found = PolicyTrial.objects.get()
    assert (found.state, trial_runs.tally_of(found).whole.assets) == ("done", 5)


def test_a_trial_that_ends_its_process_again_and_again_says_so(machines, monkeypatch):
    taken()
    for _ in range(trial_runs.MOST_ATTEMPTS):
        killed_at(monkeypatch, 0)
        PolicyTrial.objects.update(lease_until=datetime.now(UTC) - timedelta(seconds=1))
    assert trial_runs.carry_on() == 0
    found = PolicyTrial.objects.get()
    assert (found.state, "broken off" in found.failure_en) == ("failed", True)


def test_a_collector_that_stops_gives_its_trial_back(machines):
    taken()
    steps = iter((True, True, False))
    assert trial_runs.carry_on(lambda: next(steps, False)) == 0
    found = PolicyTrial.objects.get()
    assert (found.state, found.attempts, trial_runs.tally_of(found).whole.assets) == ("waiting", 0, 2)
    assert trial_runs.carry_on() == 1


def test_only_what_was_tried_against_the_policy_in_force_is_published_and_once(machines):
    draft = taken()
    digest, reason = draft.digest, "Theo Công văn 12/CV-SYT"
    with pytest.raises(InputError, match="Wait for the trial"):
        drafts.publish(draft.pk, digest, reason, "bà Hằng")
    trial_runs.carry_on()
    for wrong in ((digest[::-1], reason), (digest, "  ")):
        with pytest.raises(InputError, match=r"not the policy that was tried|reason"):
            drafts.publish(draft.pk, *wrong, "bà Hằng")
    third = small_policy()
    third.rules.pop("both.good")
    policies.publish(type(third)(third.kinds.values(), [third.rules["alpha.good"]], []))
    with pytest.raises(InputError, match="try again"):
        drafts.publish(draft.pk, digest, reason, "bà Hằng")
    drafts.try_again(draft.pk)
    trial_runs.carry_on()
    version = drafts.publish(draft.pk, digest, reason, "bà Hằng")
    assert (version.digest, version.note) == (digest, reason)
    assert SecurityEvent.objects.filter(kind="policy-published", subject=digest).count() == 1
    for again in (lambda: drafts.publish(draft.pk, digest, reason, "x"), lambda: drafts.discard(draft.pk)):
        with pytest.raises(InputError, match="published already"):
            again()


def test_newer_evidence_is_counted_and_a_discarded_draft_is_gone(machines, intake):
    found = tried()
    assert trial_runs.moved_on(found) == 0
    deliver(intake, machines[0], machines[0].report([observation("alpha", {"good": False})]))
    assert trial_runs.moved_on(found) == 1
    late = taken()
    running = trial_runs._taken()
    drafts.discard(late.pk)
    assert trial_runs._run(running, lambda: True) is False
    assert not PolicyDraft.objects.exists()
    assert not TrialPart.objects.exists()


def test_there_are_only_so_many_drafts(policy, monkeypatch):
    monkeypatch.setattr(drafts, "MOST_OPEN", 1)
    assert taken().pk == taken().pk
    with pytest.raises(InputError, match="discard"):
        taken(small_policy())
