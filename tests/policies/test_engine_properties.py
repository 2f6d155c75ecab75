"""Laws that hold for every condition and all evidence: total, Kleene, explained as judged, and due in time."""

from datetime import timedelta

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.policies.making import AT, KINDS, compiled, sighting
from tests.policies.strategies import HOSTILE, conditions, sightings_of

from tuanthu_policy.evaluate import evaluate, explain
from tuanthu_policy.outcome import Outcome

MANY = settings(max_examples=100, deadline=None)
KNOWN = {Outcome.PASS, Outcome.FAIL}


def truth(condition, sightings):
    """True, False or None, as one letter of Kleene's logic; evidence is fresh here."""
    outcome = evaluate(compiled(condition), sightings, AT).outcome
    return {Outcome.PASS: True, Outcome.FAIL: False}.get(outcome)


def negation(value):
    return None if value is None else not value


@MANY
@given(
    conditions(),
    st.none() | conditions(),
    st.one_of(
        sightings_of(KINDS),
        st.dictionaries(st.sampled_from(["box", "lid"]), st.builds(sighting, st.just("box"), HOSTILE)),
    ),
)
def test_no_evidence_raises_and_the_explanation_agrees_with_the_judgement(condition, applies_when, sightings):
    rule = compiled(condition, applies_when)
    result = evaluate(rule, sightings, AT)
    root = explain(rule, sightings, AT)
    assert (root.actual, root.reason) == (result.outcome.code, result.reason)
    assert root.truth == {Outcome.PASS: True, Outcome.FAIL: False}.get(result.outcome)
    node = root
    while node.children:
        decided = [child for child in node.children if child.decided]
        assert len(decided) == 1
        node = decided[0]
    assert node.path == result.decided_by
    expected = {Outcome.PASS: True, Outcome.FAIL: False, Outcome.NOTAPPLICABLE: False}.get(result.outcome)
    top = next(child for child in root.children if child.decided)
    assert top.truth == expected


@MANY
@given(conditions(), st.none() | conditions(), sightings_of(KINDS), st.data())
def test_until_it_is_due_time_alone_changes_no_outcome(condition, applies_when, sightings, data):
    rule = compiled(condition, applies_when)
    result = evaluate(rule, sightings, AT)
    reach = timedelta(days=400)
    if result.due_at is not None:
        assert result.due_at > AT
        reach = min(reach, result.due_at - AT)
    tick = timedelta(microseconds=1)
    for later in (reach - tick, data.draw(st.timedeltas(timedelta(0), reach - tick))):
        assert evaluate(rule, sightings, AT + later).outcome is result.outcome


@MANY
@given(conditions(), sightings_of(KINDS), st.integers(0, 40))
def test_judging_only_when_due_sees_every_change(condition, sightings, days):
    rule = compiled(condition)
    at = AT
    end = AT + timedelta(days=days)
    result = evaluate(rule, sightings, at)
    for _ in range(60):
        if result.due_at is None or result.due_at > end:
            break
        assert result.due_at > at
        at = result.due_at
        result = evaluate(rule, sightings, at)
    else:
        raise AssertionError("due again and again")
    assert evaluate(rule, sightings, end).outcome is result.outcome


@MANY
@given(st.lists(conditions(), min_size=1, max_size=3), sightings_of(KINDS))
def test_groups_follow_kleene(members, sightings):
    truths = [truth(member, sightings) for member in members]
    every = False if False in truths else None if None in truths else True
    some = True if True in truths else None if None in truths else False
    assert truth({"all": members}, sightings) is every
    assert truth({"any": members}, sightings) is some
    assert truth({"none": members}, sightings) is negation(some)
    assert truth({"none": [{"none": members}]}, sightings) is some
    assert truth({"none": [{"all": members}]}, sightings) is truth(
        {"any": [{"none": [one]} for one in members]}, sightings
    )


@MANY
@given(conditions(("box",)), sightings_of(KINDS), st.data())
def test_less_evidence_never_turns_one_known_answer_into_the_other(condition, sightings, data):
    assume("box" in sightings and isinstance(sightings["box"].observation.facts, dict))
    seen = sightings["box"]
    facts = dict(seen.observation.facts)
    assume(facts)
    del facts[data.draw(st.sampled_from(sorted(facts)))]
    less = {**sightings, "box": sighting("box", facts, seen.observation.status, "cause", AT - seen.seen_at)}
    rule = compiled(condition)
    before, after = evaluate(rule, sightings, AT).outcome, evaluate(rule, less, AT).outcome
    assert after is before or after not in KNOWN


@MANY
@given(st.lists(st.fixed_dictionaries({}, optional={"open": st.booleans(), "good": st.booleans()}), max_size=5))
def test_quantifiers_are_groups_over_the_items(items):
    inner = {"all": [{"fact": "open", "is": True}, {"fact": "good", "is": True}]}
    sightings = {"box": sighting("box", {"parts": items})}
    alone = [
        truth({"fact": "box.parts", "any_item": inner}, {"box": sighting("box", {"parts": [item]})}) for item in items
    ]
    every = False if False in alone else None if None in alone else True
    some = True if True in alone else None if None in alone else False
    assert truth({"fact": "box.parts", "any_item": inner}, sightings) is (some if items else None)
    assert truth({"fact": "box.parts", "all_items": inner}, sightings) is (every if items else None)
