"""What becomes of evidence that is absent, stale, failed, broken or partial, and when a judgement is due again."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from tests.policies.making import AT, box, compiled, sighting

from tuanthu_policy.evaluate import evaluate, explain
from tuanthu_policy.observation import ObservationStatus
from tuanthu_policy.outcome import Outcome

OPEN = {"fact": "box.open", "is": True}
SHUT = {"fact": "lid.shut", "is": True}
WEEK = timedelta(days=7)
TICK = timedelta(microseconds=1)


def judged(condition, sightings, applies_when=None, at=AT):
    return evaluate(compiled(condition, applies_when), sightings, at)


def test_a_kind_that_was_never_observed_is_not_checked():
    result = judged(OPEN, {})
    assert (result.outcome, result.reason, result.evidence) == (Outcome.NOTCHECKED, "never-observed: box", ())
    assert result.due_at is None


@pytest.mark.parametrize("status", [ObservationStatus.FAILED, ObservationStatus.UNSUPPORTED])
def test_a_collector_that_could_not_look_makes_the_rule_unknown_with_its_reason(status):
    result = judged(OPEN, {"box": sighting("box", {}, status, "permission-denied: /hộp")})
    assert (result.outcome, result.reason) == (Outcome.UNKNOWN, f"{status.value}: box: permission-denied")


def test_facts_of_a_failed_observation_are_not_believed():
    assert judged(OPEN, {"box": sighting("box", {"open": True}, ObservationStatus.FAILED)}).outcome is Outcome.UNKNOWN


def test_a_collector_that_broke_makes_the_rule_an_error():
    result = judged(OPEN, {"box": sighting("box", {"open": True}, ObservationStatus.ERROR, "deadline: 60s")})
    assert (result.outcome, result.reason) == (Outcome.ERROR, "error: box: deadline")


def test_a_failure_without_a_reason_is_still_unknown():
    result = judged(OPEN, {"box": sighting("box", {}, ObservationStatus.FAILED)})
    assert (result.outcome, result.reason) == (Outcome.UNKNOWN, "failed: box: ")


def test_partial_evidence_is_used_and_names_its_gap():
    partial = {"box": sighting("box", {"open": True}, ObservationStatus.PARTIAL, "no-bus: x")}
    assert judged(OPEN, partial).outcome is Outcome.PASS
    result = judged({"fact": "box.count", "is": 1}, partial)
    assert (result.outcome, result.reason) == (Outcome.UNKNOWN, "missing: box.count: no-bus")


def test_evidence_is_stale_once_it_is_older_than_max_age_and_not_before():
    seen = {"box": sighting("box", {"open": True}, age=WEEK)}
    assert judged(OPEN, seen).outcome is Outcome.PASS
    assert judged(OPEN, seen).due_at == AT + TICK
    result = judged(OPEN, seen, at=AT + TICK)
    assert (result.outcome, result.reason, result.due_at) == (Outcome.STALE, "stale: box", None)


def test_staleness_counts_from_when_it_was_last_seen_not_from_when_it_was_collected():
    seen = sighting("box", {"open": True})
    old = msgspec.structs.replace(seen.observation, collected_at=datetime(2001, 1, 1, tzinfo=UTC))
    assert judged(OPEN, {"box": msgspec.structs.replace(seen, observation=old)}).outcome is Outcome.PASS


def test_a_kind_in_date_that_decides_alone_is_enough():
    stale = sighting("lid", {"shut": False}, age=WEEK * 2)
    assert judged({"any": [OPEN, SHUT]}, {**box(open=True), "lid": stale}).outcome is Outcome.PASS
    assert judged({"all": [OPEN, SHUT]}, {**box(open=False), "lid": stale}).outcome is Outcome.FAIL
    assert judged({"all": [OPEN, SHUT]}, {**box(open=True), "lid": stale}).outcome is Outcome.STALE


def test_the_rule_is_not_applicable_where_its_applicability_is_false():
    result = judged(OPEN, {**box(open=True), "lid": sighting("lid", {"shut": False})}, applies_when=SHUT)
    assert (result.outcome, result.decided_by) == (Outcome.NOTAPPLICABLE, "applies_when")
    assert result.evidence == ("id-lid",)


def test_the_rule_is_unknown_where_its_applicability_is_even_if_the_condition_holds():
    result = judged(OPEN, {**box(open=True), "lid": sighting("lid", {})}, applies_when=SHUT)
    assert (result.outcome, result.decided_by) == (Outcome.UNKNOWN, "applies_when")


def test_stale_evidence_decides_no_applicability():
    stale = sighting("lid", {"shut": False}, age=WEEK * 2)
    assert judged(OPEN, {**box(open=True), "lid": stale}, applies_when=SHUT).outcome is Outcome.STALE
    other = {"all": [SHUT, {"fact": "box.name", "is": "x"}]}
    result = judged(OPEN, {**box(open=True, name="y"), "lid": stale}, applies_when=other)
    assert result.outcome is Outcome.NOTAPPLICABLE


@pytest.mark.parametrize("quantifier", ["any_item", "all_items"])
def test_an_empty_list_is_unknown(quantifier):
    result = judged({"fact": "box.parts", quantifier: {"fact": "open", "is": True}}, box(parts=[]))
    assert (result.outcome, result.reason, result.decided_by) == (Outcome.UNKNOWN, "empty: box.parts", "condition")


@pytest.mark.parametrize("quantifier", ["any_item", "all_items"])
@pytest.mark.parametrize("items", [[1], ["open"], [None], [[]], [["open"]], [{"open": "true"}], [{}]])
def test_items_that_are_no_objects_or_lack_the_field_are_unknown(quantifier, items):
    result = judged({"fact": "box.parts", quantifier: {"fact": "open", "is": True}}, box(parts=items))
    assert result.outcome is Outcome.UNKNOWN


def test_two_items_with_half_each_do_not_make_one_that_holds():
    both = {"all": [{"fact": "open", "is": True}, {"fact": "good", "is": True}]}
    halves = [{"open": True, "good": False}, {"open": False, "good": True}]
    result = judged({"fact": "box.parts", "any_item": both}, box(parts=halves))
    assert (result.outcome, result.decided_by) == (Outcome.FAIL, "condition.any_item.all[1]")


def test_the_first_member_with_the_truth_of_the_whole_decides():
    condition = {"all": [{"fact": "box.count", "is": 1}, OPEN, {"fact": "box.name", "is": "x"}]}
    assert judged(condition, box(open=False, name="y")).decided_by == "condition.all[1]"
    assert judged(condition, box(open=True, name="x")).decided_by == "condition.all[0]"
    assert judged(condition, box(open=True, name="x")).outcome is Outcome.UNKNOWN
    assert judged({"none": condition["all"]}, box(open=True)).decided_by == "condition.none[1]"


def test_of_several_gaps_the_one_that_names_the_fact_is_the_cause():
    seen = {
        "box": sighting("box", {"count": 1}, ObservationStatus.PARTIAL, "too-many: parts; not-found: colour, open; x")
    }
    assert judged(OPEN, seen).reason == "missing: box.open: not-found"
    assert judged({"fact": "box.name", "is": "x"}, seen).reason == "missing: box.name: x"
    named = {"box": sighting("box", {"count": 1}, ObservationStatus.PARTIAL, "a; b; too-many: open")}
    assert judged({"fact": "box.name", "is": "x"}, named).reason == "missing: box.name: a"
    some = {"fact": "box.parts", "any_item": {"fact": "open", "is": True}}
    assert judged(some, seen).reason == "missing: box.parts: too-many"


def test_an_age_is_due_when_it_passes_its_limit():
    condition = {"fact": "box.made", "age_at_most": "2d"}
    result = judged(condition, box(made="2026-11-19T08:00:00Z"))
    assert (result.outcome, result.due_at) == (Outcome.PASS, AT + timedelta(days=1) + TICK)
    assert judged(condition, box(made="2026-11-19T08:00:00Z"), at=AT + timedelta(days=1)).outcome is Outcome.PASS
    assert judged(condition, box(made="2026-11-19T08:00:00Z"), at=result.due_at).outcome is Outcome.FAIL


def test_an_age_that_cannot_turn_any_more_leaves_only_the_evidence_to_run_out():
    result = judged({"fact": "box.made", "age_at_most": "2d"}, box(made="2026-01-01T00:00:00Z"))
    assert (result.outcome, result.due_at) == (Outcome.FAIL, AT - timedelta(hours=1) + WEEK + TICK)


def test_a_date_in_the_future_is_due_when_it_comes_near():
    result = judged({"fact": "box.made", "age_at_most": "2d"}, box(made="2026-11-23T08:00:00Z"))
    assert (result.outcome, result.reason) == (Outcome.UNKNOWN, "in-the-future: box.made")
    assert result.due_at == AT + timedelta(days=2)


def test_a_result_names_the_observation_that_decided():
    assert judged(OPEN, box(open=True)).evidence == ("id-box",)


@pytest.mark.parametrize("facts", [None, 7, "open", ["open"], {"open": {"open": True}}])
def test_facts_that_are_no_facts_raise_nothing(facts):
    assert judged(OPEN, {"box": sighting("box", facts)}).outcome is Outcome.UNKNOWN


def test_a_moment_without_a_time_zone_is_an_error_not_an_exception():
    naive = datetime(2026, 11, 20)
    result = judged(OPEN, box(open=True), at=naive)
    assert (result.outcome, result.reason) == (Outcome.ERROR, "malformed: TypeError")
    assert explain(compiled(OPEN), box(open=True), naive).actual == "error"


def test_a_sighting_at_the_end_of_time_is_an_error_not_an_exception():
    seen = msgspec.structs.replace(box(open=True)["box"], seen_at=datetime.max.replace(tzinfo=UTC))
    assert judged(OPEN, {"box": seen}).outcome is Outcome.ERROR


def test_statuses_as_plain_words_are_understood():
    seen = box(open=True)["box"]
    plain = msgspec.structs.replace(seen.observation, status="ok")
    assert judged(OPEN, {"box": msgspec.structs.replace(seen, observation=plain)}).outcome is Outcome.PASS


def test_the_explanation_shows_expected_and_actual_of_every_item():
    inner = {"all": [{"fact": "open", "is": True}, {"fact": "name", "one_of": ["An", "Bình"]}]}
    rule = compiled({"fact": "box.parts", "any_item": inner})
    root = explain(rule, box(parts=[{"open": False, "name": "An"}, {"open": True, "name": "Chữ"}]), AT)
    quantifier = root.children[0]
    assert (quantifier.operator, quantifier.actual, quantifier.observation) == ("any_item", "2", "id-box")
    assert [child.truth for child in quantifier.children] == [False, False]
    leaf = quantifier.children[1].children[1]
    assert (leaf.fact, leaf.expected, leaf.actual, leaf.reason) == (
        "box.parts.name",
        '["An", "Bình"]',
        "Chữ",
        "not-one-of: box.parts.name",
    )
