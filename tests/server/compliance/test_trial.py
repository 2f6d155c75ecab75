"""What another policy would change, told before it is published, and equal to what it then changes."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.assets.collector import deliver, enrol_agent
from tests.assets.policies import small_policy, swapped_policy
from tests.assets.signing import observation

from tuanthu_policy.outcome import Outcome
from tuanthu_server.compliance import policies, trial
from tuanthu_server.compliance.models import PolicyVersion, RuleResult, RuleTransition
from tuanthu_server.compliance.sweep import sweep
from tuanthu_server.compliance.trial import Shift, try_policy


def stored():
    return {
        (row.asset_id, row.rule.code): Outcome(row.outcome) for row in RuleResult.objects.select_related("rule").all()
    }


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
    told = []
    found = try_policy(swapped_policy(), tell=told.append)
    assert (stored(), RuleTransition.objects.count()) == (before, transitions)
    policies.publish(swapped_policy())
    sweep()
    after = stored()
    real = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    assert {(one.asset_id, one.code) for one in told if one.code in {"alpha.good", "both.good"}} == real
    for one in told:
        if "." in one.code:
            key = (one.asset_id, one.code)
            assert (one.before, one.after) == (before.get(key), after.get(key))
    assert found.changed == len({asset for asset, _ in real})


def test_counts_lists_and_progress_go_together(intake, unit, policy, monkeypatch):
    monkeypatch.setattr(trial, "GROUP", 2)
    monkeypatch.setattr(trial, "MOST_LISTED", 3)
    for good in (True, True, True, True, False):
        agent = enrol_agent(unit, "máy")
        deliver(intake, agent, agent.report([observation("alpha", {"good": good})]))
    steps = []
    found = try_policy(swapped_policy(), progress=lambda *step: steps.append(step))
    assert steps == [(2, 5), (4, 5), (5, 5)]
    assert found.rules["alpha.good"] == [Shift(Outcome.PASS, Outcome.FAIL, 4), Shift(Outcome.FAIL, Outcome.PASS, 1)]
    assert {shift.after for shift in found.rules["both.good"]} == {None}
    assert found.controls["test/one"] == found.rules["alpha.good"]
    assert [len(found.listed[code]) for code in ("alpha.good", "test/one")] == [3, 3]
    assert (found.assets, found.changed, found.tried) == (5, 5, swapped_policy().digest)


def test_the_policy_in_force_changes_nothing(intake, enrolled):
    agent = enrolled()
    deliver(intake, agent, agent.report([observation("alpha", {"good": True})]))
    found = try_policy(small_policy())
    assert (found.rules, found.controls, found.listed, found.changed) == ({}, {}, {}, 0)


@pytest.mark.parametrize("name", ["=1+1", "@x", "-2"])
def test_a_name_is_never_a_formula_of_a_spreadsheet(tmp_path, name):
    from tuanthu_server.cli.policies import ChangesFile

    file = ChangesFile(tmp_path / "thay đổi.csv")
    file.add(trial.Change(1, 2, name, False, "a.b", Outcome.PASS, None))
    file.close()
    assert f"1,'{name},2,a.b,pass," in (tmp_path / "thay đổi.csv").read_text(encoding="utf-8-sig")
