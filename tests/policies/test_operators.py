"""Every leaf operator on what holds, what does not, what is missing and what is of a wrong type."""

import pytest
from tests.policies.making import AT, KINDS, box, compiled

from tuanthu_policy.condition import ConditionError
from tuanthu_policy.evaluate import evaluate
from tuanthu_policy.operators import OPERATORS
from tuanthu_policy.outcome import Outcome

PASS, FAIL, UNKNOWN = Outcome.PASS, Outcome.FAIL, Outcome.UNKNOWN
LONG_AGO, RECENT, NEAR, FAR = (
    "2020-01-01T00:00:00Z",
    "2026-11-19T08:00:00Z",
    "2026-11-20T20:00:00Z",
    "2026-11-21T08:00:01Z",
)

# (operator, fact, argument, {value: outcome with reason})
TABLE = [
    (
        "is",
        "name",
        "An Lạc",
        [("An Lạc", PASS), ("an lạc", FAIL), (3, UNKNOWN), (True, UNKNOWN), (["An Lạc"], UNKNOWN)],
    ),
    ("is", "count", 1, [(1, PASS), (2, FAIL), (True, UNKNOWN), (1.0, UNKNOWN), ("1", UNKNOWN)]),
    ("is", "open", True, [(True, PASS), (False, FAIL), (1, UNKNOWN), ("true", UNKNOWN), ({}, UNKNOWN)]),
    ("is", "open", False, [(False, PASS), (True, FAIL), (0, UNKNOWN), ("", UNKNOWN)]),
    ("is_not", "name", "x", [("y", PASS), ("x", FAIL), (1, UNKNOWN)]),
    ("is_not", "open", True, [(False, PASS), (True, FAIL), (0, UNKNOWN)]),
    ("is_not", "count", 1, [(2, PASS), (1, FAIL), (True, UNKNOWN), (1.5, UNKNOWN)]),
    ("not_one_of", "count", [1, 2], [(3, PASS), (1, FAIL), (True, UNKNOWN)]),
    ("more_than", "ratio", 0.5, [(0.6, PASS), (0.5, FAIL), ("0.6", UNKNOWN)]),
    ("less_than", "ratio", 0.5, [(0.4, PASS), (0.5, FAIL), (float("nan"), UNKNOWN)]),
    ("at_least", "count", 3, [(3, PASS), (4, PASS), (2, FAIL), (3.0, UNKNOWN), (True, UNKNOWN), ("3", UNKNOWN)]),
    ("at_least", "ratio", 0.5, [(0.5, PASS), (1, PASS), (0.4, FAIL), (float("inf"), UNKNOWN), (float("nan"), UNKNOWN)]),
    ("at_most", "count", 3, [(3, PASS), (4, FAIL), (10**40, FAIL), (-(10**40), PASS), ([], UNKNOWN)]),
    ("at_most", "ratio", 0.5, [(0.5, PASS), (0.6, FAIL), (float("-inf"), UNKNOWN)]),
    ("more_than", "count", 3, [(4, PASS), (3, FAIL), (None, UNKNOWN)]),
    ("less_than", "count", 3, [(2, PASS), (3, FAIL), (False, UNKNOWN)]),
    ("one_of", "colour", ["red"], [("red", PASS), ("blue", FAIL), ("no such colour", FAIL), (1, UNKNOWN)]),
    ("one_of", "count", [1, 2], [(2, PASS), (3, FAIL), ("2", UNKNOWN), (True, UNKNOWN)]),
    ("not_one_of", "colour", ["red"], [("blue", PASS), ("red", FAIL), ([], UNKNOWN)]),
    ("contains", "tags", "a", [(["b", "a"], PASS), (["b"], FAIL), ([], UNKNOWN), ("a", UNKNOWN), (["a", 1], UNKNOWN)]),
    ("contains", "name", "ạc", [("An Lạc", PASS), ("An", FAIL), (["ạc"], UNKNOWN)]),
    ("contains", "ips", "10.0.0.1", [(["10.0.0.1"], PASS), (["10.0.0.2"], FAIL), ([], UNKNOWN)]),
    ("version_at_least", "release", "1.4.3", [("1.4.3", PASS), ("1.4.3.0", PASS), ("1.10", PASS), ("1.4.2", FAIL)]),
    ("version_at_least", "release", "1.4.3", [("1.4.3+dfsg-1", PASS), ("1.4.3-rc1", UNKNOWN), ("1.4.3~a", UNKNOWN)]),
    ("version_at_least", "release", "1.4", [("", UNKNOWN), ("new", UNKNOWN), (1.4, UNKNOWN), ("9" * 5000, UNKNOWN)]),
    ("version_below", "release", "2", [("1.9.9", PASS), ("2.0", FAIL), ("2.0-beta", UNKNOWN), (1, UNKNOWN)]),
    ("age_at_most", "made", "7d", [(RECENT, PASS), (LONG_AGO, FAIL), (NEAR, PASS), (FAR, UNKNOWN)]),
    ("age_at_most", "made", "7d", [("2026-11-13T08:00:00Z", PASS), ("2026-11-13T07:59:59.999999Z", FAIL)]),
    (
        "age_at_most",
        "made",
        "7d",
        [("2026-11-19", UNKNOWN), ("2026-11-19T08:00:00", UNKNOWN), ("2026-99-19T08:00:00Z", UNKNOWN)],
    ),
    (
        "age_at_most",
        "made",
        "7d",
        [(1, UNKNOWN), (["x"], UNKNOWN), ({}, UNKNOWN), ("9999-12-31T23:59:59-23:59", UNKNOWN)],
    ),
    ("age_at_least", "made", "7d", [(LONG_AGO, PASS), (RECENT, FAIL), (NEAR, FAIL), (FAR, UNKNOWN), ("no", UNKNOWN)]),
    ("age_at_least", "made", "1d", [("2026-11-19T08:00:00Z", PASS), ("2026-11-19T15:00:00+07:00", PASS)]),
    (
        "left_at_least",
        "made",
        "1d",
        [(FAR, PASS), (RECENT, FAIL), (LONG_AGO, FAIL), ("2027-01-01", UNKNOWN), (7, UNKNOWN)],
    ),
    ("left_at_least", "made", "1d", [("2026-11-21T08:00:00Z", PASS), ("2026-11-21T07:59:59.999999Z", FAIL)]),
    (
        "in_networks",
        "ip",
        ["10.0.0.0/8"],
        [("10.1.2.3", PASS), ("10.1.2.3/24", PASS), ("192.168.1.1", FAIL), ("10", UNKNOWN)],
    ),
    ("in_networks", "ip", ["10.0.0.0/8"], [("::ffff:10.0.0.1", PASS), ("fe80::1%eth0", FAIL), (167772161, UNKNOWN)]),
    ("in_networks", "ips", ["10.0.0.0/8"], [(["10.0.0.1"], PASS), (["10.0.0.1", "8.8.8.8"], FAIL), ([], UNKNOWN)]),
    (
        "in_networks",
        "ips",
        ["10.0.0.0/8"],
        [(["10.0.0.1", "?"], UNKNOWN), (["?", "8.8.8.8"], FAIL), ("10.0.0.1", UNKNOWN)],
    ),
    ("not_in_networks", "ip", ["10.0.0.0/8"], [("8.8.8.8", PASS), ("10.0.0.1", FAIL), ("", UNKNOWN)]),
    ("not_in_networks", "ips", ["10.0.0.0/8"], [(["8.8.8.8"], PASS), (["8.8.8.8", "10.0.0.1"], FAIL), ([], UNKNOWN)]),
    ("not_in_networks", "ips", ["10.0.0.0/8"], [(["8.8.8.8", 7], UNKNOWN)]),
    ("matches", "name", "PC-[0-9]{3}", [("PC-001", PASS), ("PC-0011", FAIL), ("xPC-001", FAIL), ("PC-001\n", FAIL)]),
    ("matches", "name", "PC|SV", [("PC", PASS), ("SVx", FAIL), ("P" * 300, UNKNOWN), (1, UNKNOWN)]),
]


def test_the_table_tries_every_operator():
    assert {row[0] for row in TABLE} == set(OPERATORS)


def test_every_operator_is_tried_on_every_type_that_it_fits():
    tried = {(operator, KINDS["box"].facts[name].type.value) for operator, name, _, _ in TABLE}
    assert tried == {(name, kind) for name, operator in OPERATORS.items() for kind in operator.types}


@pytest.mark.parametrize(
    ("operator", "name", "argument", "value", "outcome"),
    [(operator, name, argument, value, outcome) for operator, name, argument, rows in TABLE for value, outcome in rows],
)
def test_a_leaf_answers_as_the_table_says(operator, name, argument, value, outcome):
    result = evaluate(compiled({"fact": f"box.{name}", operator: argument}), box(**{name: value}), AT)
    assert result.outcome is outcome
    assert result.decided_by == "condition"
    assert result.reason.endswith(f"box.{name}")


@pytest.mark.parametrize(("operator", "name", "argument"), [row[:3] for row in TABLE])
@pytest.mark.parametrize("facts", [{}, {"other": 1}])
def test_a_missing_fact_is_unknown_for_every_operator(operator, name, argument, facts):
    result = evaluate(compiled({"fact": f"box.{name}", operator: argument}), box(**facts), AT)
    assert (result.outcome, result.reason) == (UNKNOWN, f"missing: box.{name}")


@pytest.mark.parametrize(("operator", "name", "argument"), [row[:3] for row in TABLE])
def test_a_null_counts_as_missing_for_every_operator(operator, name, argument):
    result = evaluate(compiled({"fact": f"box.{name}", operator: argument}), box(**{name: None}), AT)
    assert (result.outcome, result.reason) == (UNKNOWN, f"missing: box.{name}")


@pytest.mark.parametrize(("operator", "name", "argument"), [row[:3] for row in TABLE])
def test_an_object_is_of_a_wrong_type_for_every_operator(operator, name, argument):
    result = evaluate(compiled({"fact": f"box.{name}", operator: argument}), box(**{name: {"a": 1}}), AT)
    assert (result.outcome, result.reason) == (UNKNOWN, f"wrong-type: box.{name}")


@pytest.mark.parametrize(
    ("name", "operator", "argument"),
    [
        ("open", "is", "true"),
        ("count", "is", "1"),
        ("count", "is", True),
        ("colour", "is", "green"),
        ("colour", "one_of", ["red", "green"]),
        ("colour", "one_of", []),
        ("count", "at_least", 1.5),
        ("count", "at_least", "1"),
        ("ratio", "at_least", float("nan")),
        ("open", "at_least", 1),
        ("made", "age_at_most", 7),
        ("made", "age_at_most", "7 days"),
        ("made", "age_at_most", "99999d"),
        ("release", "version_at_least", 1.4),
        ("release", "version_at_least", "1.4-rc1"),
        ("ip", "in_networks", "10.0.0.0/8"),
        ("ip", "in_networks", ["10.0.0.1/8"]),
        ("ip", "in_networks", []),
        ("name", "matches", "("),
        ("name", "matches", "(a+)+"),
        ("name", "contains", ""),
        ("tags", "is", "a"),
        ("parts", "is", "a"),
        ("name", "any_item", {"fact": "open", "is": True}),
        ("parts", "any_item", {"fact": "box.open", "is": True}),
        ("parts", "any_item", {"fact": "open", "any_item": {"fact": "open", "is": True}}),
        ("nothing", "is", 1),
        ("open", "is_absent", True),
    ],
)
def test_an_argument_that_does_not_fit_is_refused_when_the_rule_is_loaded(name, operator, argument):
    with pytest.raises(ConditionError) as caught:
        compiled({"fact": f"box.{name}", operator: argument})
    assert caught.value.where[0] == "condition"
    assert caught.value.vi
    assert caught.value.en
    assert caught.value.vi != caught.value.en


def nested(levels):
    condition = {"fact": "box.open", "is": True}
    for _ in range(levels):
        condition = {"all": [condition]}
    return condition


@pytest.mark.parametrize(
    "condition",
    [
        {},
        [],
        "yes",
        {"all": []},
        {"all": {}},
        {"all": [{"fact": "box.open", "is": True}], "any": [{"fact": "box.open", "is": True}]},
        {"not": [{"fact": "box.open", "is": True}]},
        {"fact": "box.open"},
        {"fact": "box.open", "is": True, "is_not": False},
        {"fact": ["box.open"], "is": True},
        {"fact": "hat.open", "is": True},
        {"fact": "open", "is": True},
        nested(17),
        {"all": [{"fact": "box.open", "is": True}] * 65},
    ],
)
def test_a_malformed_condition_is_refused_when_the_rule_is_loaded(condition):
    with pytest.raises(ConditionError):
        compiled(condition)


def test_sixteen_levels_are_deep_enough():
    assert evaluate(compiled(nested(16)), box(open=True), AT).outcome is PASS
