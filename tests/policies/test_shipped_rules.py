"""Every case beside every shipped rule, and what no mutilation of evidence may do to any of them."""

import copy
from datetime import timedelta
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.policies.making import shipped, sighting
from tests.policies.strategies import HOSTILE, sightings_of

from tuanthu_policy.cases import CASE_TIME, DEMANDED, load_case
from tuanthu_policy.evaluate import evaluate, explain
from tuanthu_policy.folder import policy_folder
from tuanthu_policy.observation import ObservationStatus, content_digest
from tuanthu_policy.outcome import Outcome
from tuanthu_policy.scalars import address, instant, version

RULES = sorted(shipped().rules)
CASES = sorted((policy_folder() / "rules").glob("*/*/tests/*.yml"))
PASSES = [file for file in CASES if file.name.endswith(".pass.yml")]


def rule_of(file):
    return f"{file.parents[2].name}.{file.parents[1].name}"


def name_of(file):
    return f"{rule_of(file)}/{file.stem}"


def judged(file, sightings):
    return evaluate(shipped().compiled[rule_of(file)], sightings, CASE_TIME)


@pytest.mark.parametrize("file", CASES, ids=name_of)
def test_a_case_comes_out_as_it_says(file):
    case, outcome = load_case(file)
    result = judged(file, case.sightings())
    assert (result.outcome.code, result.decided_by, result.reason) == (outcome, case.decided_by, case.reason)
    assert explain(shipped().compiled[rule_of(file)], case.sightings(), CASE_TIME).actual == outcome


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_has_a_case_of_each_demanded_outcome(rule):
    there = {file.stem.rpartition(".")[2] for file in CASES if rule_of(file) == rule}
    assert there >= set(DEMANDED)


FITS = {
    "text": lambda value: type(value) is str,
    "integer": lambda value: type(value) is int,
    "number": lambda value: type(value) in {int, float},
    "boolean": lambda value: type(value) is bool,
    "datetime": lambda value: instant(value) is not None,
    "version": lambda value: version(value) is not None,
    "address": lambda value: address(value) is not None,
    "texts": lambda value: type(value) is list and all(type(one) is str for one in value),
    "addresses": lambda value: type(value) is list and all(address(one) is not None for one in value),
}


def assert_known(facts, values):
    """Every value stands in the catalogue, with its type and in its closed set."""
    assert set(values) <= set(facts)
    for name, value in values.items():
        if facts[name].fields:
            for item in value:
                assert_known(facts[name].fields, item)
        else:
            assert FITS[facts[name].type.value](value), (name, value)
            assert not facts[name].values or value in facts[name].values


@pytest.mark.parametrize("file", CASES, ids=name_of)
def test_the_facts_of_a_case_stand_in_the_catalogue(file):
    case, _ = load_case(file)
    for kind, seen in case.observations.items():
        assert_known(shipped().kinds[kind].facts, seen.facts)


def removals(facts):
    """Each way to take one thing away: a fact, an element of a list (also of an item's), an item's field in one or all."""
    for name, value in facts.items():
        yield {key: one for key, one in facts.items() if key != name}
        if not isinstance(value, list):
            continue
        for index, item in enumerate(value):
            yield {**facts, name: value[:index] + value[index + 1 :]}
            for less in removals(item) if isinstance(item, dict) else ():
                yield {**facts, name: [*value[:index], less, *value[index + 1 :]]}
        for field in sorted({key for item in value if isinstance(item, dict) for key in item}):
            yield {**facts, name: [{key: one for key, one in item.items() if key != field} for item in value]}


def test_everything_can_be_taken_away():
    facts = {"count": 1, "tags": ["a", "b"], "parts": [{"name": "x", "ips": ["10.0.0.1"]}, {"name": "y"}]}
    ways = list(removals(facts))
    for less in (
        {"tags": ["a", "b"], "parts": facts["parts"]},
        {**facts, "tags": ["b"]},
        {**facts, "tags": ["a"]},
        {**facts, "parts": [{"name": "y"}]},
        {**facts, "parts": [{"ips": ["10.0.0.1"]}, {"name": "y"}]},
        {**facts, "parts": [{"name": "x", "ips": []}, {"name": "y"}]},
        {**facts, "parts": [{"ips": ["10.0.0.1"]}, {}]},
    ):
        assert less in ways
    assert facts not in ways
    assert len(ways) == 13


@pytest.mark.parametrize("file", CASES, ids=name_of)
def test_taking_any_fact_or_field_or_item_away_never_makes_a_pass(file):
    case, outcome = load_case(file)
    for kind, seen in case.sightings().items():
        for facts in removals(seen.observation.facts):
            less = {
                **case.sightings(),
                kind: sighting(kind, facts, seen.observation.status, "cause", timedelta(hours=1)),
            }
            result = judged(file, less)
            assert result.outcome is not Outcome.PASS or outcome == "pass"


def paths_read(plan):
    """The facts that a compiled condition reads, as (kind.fact, field or empty)."""
    found = set()
    for child in plan.children:
        found |= paths_read(child)
    if plan.fact:
        kind, name, *field = plan.fact.split(".")
        found.add((kind, name, field[0] if field else ""))
    return found


def without(sightings, kind, name, field):
    changed = copy.deepcopy(sightings)
    facts = changed[kind].observation.facts
    if field:
        for item in facts[name]:
            item.pop(field, None)
    else:
        facts.pop(name, None)
    return changed


@pytest.mark.parametrize("file", PASSES, ids=name_of)
def test_a_pass_does_not_outlive_any_fact_that_its_rule_reads(file):
    case, _ = load_case(file)
    rule = shipped().compiled[rule_of(file)]
    read = paths_read(rule.condition_plan) | (paths_read(rule.applies_plan) if rule.applies_plan else set())
    assert read
    for kind, name, field in read:
        assert judged(file, without(case.sightings(), kind, name, field)).outcome is not Outcome.PASS


@pytest.mark.parametrize("file", PASSES, ids=name_of)
def test_a_pass_does_not_outlive_a_whole_kind_nor_its_failure_nor_its_age(file):
    case, _ = load_case(file)
    for kind in shipped().compiled[rule_of(file)].kinds:
        seen = case.sightings()
        del seen[kind]
        assert judged(file, seen).outcome is Outcome.NOTCHECKED
        facts = case.sightings()[kind].observation.facts
        for status, outcome in (
            (ObservationStatus.FAILED, Outcome.UNKNOWN),
            (ObservationStatus.UNSUPPORTED, Outcome.UNKNOWN),
            (ObservationStatus.ERROR, Outcome.ERROR),
        ):
            broken = {**case.sightings(), kind: sighting(kind, facts, status, "cause")}
            assert judged(file, broken).outcome is outcome
        stale = {**case.sightings(), kind: sighting(kind, facts, age=timedelta(days=365))}
        assert judged(file, stale).outcome is Outcome.STALE


def spots(facts):
    """Where a value can be replaced: a fact, or a field of an item."""
    for name, value in facts.items():
        yield (name,)
        if isinstance(value, list):
            for index, item in enumerate(value):
                yield (name, index)
                yield from ((name, index, field) for field in (item if isinstance(item, dict) else ()))


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(CASES), st.data())
def test_a_hostile_value_of_a_wrong_type_never_makes_a_pass(file, data):
    case, outcome = load_case(file)
    sightings = case.sightings()
    kind = data.draw(st.sampled_from(sorted(sightings)))
    facts = copy.deepcopy(sightings[kind].observation.facts)
    if not facts:
        return
    *way, last = data.draw(st.sampled_from(list(spots(facts))))
    target = facts
    for step in way:
        target = target[step]
    value = data.draw(HOSTILE)
    if type(value) is type(target[last]) and not isinstance(value, list):
        return
    target[last] = value
    observation = sightings[kind].observation
    changed = {**sightings, kind: sighting(kind, facts, observation.status, "cause")}
    assert judged(file, changed).outcome is not Outcome.PASS or outcome == "pass"


@cache
def sightings_for(rule, hostile=True):
    """Evidence of the kinds that the rule reads; to make up others costs time and changes nothing."""
    return sightings_of({kind: shipped().kinds[kind] for kind in shipped().compiled[rule].kinds}, hostile=hostile)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(RULES), st.data())
def test_a_pass_always_rests_on_evidence_that_could_be_used(rule, data):
    compiled = shipped().compiled[rule]
    sightings = data.draw(sightings_for(rule))
    result = evaluate(compiled, sightings, CASE_TIME)
    if result.outcome is not Outcome.PASS:
        return
    for kind in compiled.kinds:
        assert sightings[kind].observation.status in {ObservationStatus.OK, ObservationStatus.PARTIAL}
        assert CASE_TIME - sightings[kind].seen_at <= compiled.lifetime
    assert result.evidence


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(RULES), st.data())
def test_of_any_evidence_less_never_makes_a_pass_for_any_shipped_rule(rule, data):
    sightings = data.draw(sightings_for(rule, hostile=False))
    if not sightings:
        return
    kind = data.draw(st.sampled_from(sorted(sightings)))
    less = dict(sightings)
    facts = sightings[kind].observation.facts
    ways = [*removals_of_fields(facts), None]
    chosen = data.draw(st.sampled_from(ways))
    if chosen is None:
        del less[kind]
    else:
        seen = sightings[kind]
        less[kind] = sighting(kind, chosen, seen.observation.status, "cause", timedelta(0))
        sightings = {**sightings, kind: sighting(kind, facts, seen.observation.status, "cause", timedelta(0))}
    before = evaluate(shipped().compiled[rule], sightings, CASE_TIME).outcome
    after = evaluate(shipped().compiled[rule], less, CASE_TIME).outcome
    assert after is not Outcome.PASS or before is Outcome.PASS


def removals_of_fields(facts):
    """Like `removals`, without taking whole items: a list that was seen whole and lacks an item is other evidence."""
    for name, value in facts.items():
        yield {key: one for key, one in facts.items() if key != name}
        if isinstance(value, list):
            for index, item in enumerate(value):
                for field in item if isinstance(item, dict) else ():
                    less = {key: one for key, one in item.items() if key != field}
                    yield {**facts, name: [*value[:index], less, *value[index + 1 :]]}


def test_the_evidence_of_a_case_is_what_an_agent_could_send():
    for file in CASES:
        for seen in load_case(file)[0].sightings().values():
            one = seen.observation
            assert one.digest == content_digest(one.kind, one.method, one.status, one.reason or None, one.facts)
