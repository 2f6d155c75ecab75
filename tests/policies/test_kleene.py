"""All groups over every combination of true, false and unknown, and which member decides."""

from itertools import product

import pytest
from tests.policies.making import AT, box, compiled

from tuanthu_policy.evaluate import evaluate, explain
from tuanthu_policy.outcome import Outcome

LETTERS = {"T": 2, "U": 1, "F": 0}
OUTCOMES = {2: Outcome.PASS, 1: Outcome.UNKNOWN, 0: Outcome.FAIL}
LEAVES = {
    "name": {"fact": "name", "is": "x"},
    "count": {"fact": "count", "at_least": 1},
    "colour": {"fact": "colour", "one_of": ["red"]},
}
VALUES = {"T": {"name": "x", "count": 1, "colour": "red"}, "F": {"name": "y", "count": 0, "colour": "blue"}, "U": {}}


def expected(group, letters):
    """The truth of the whole and the number of the member that decides."""
    truths = [LETTERS[letter] for letter in letters]
    whole = min(truths) if group == "all" else max(truths)
    winner = truths.index(whole)
    return (2 - whole if group == "none" else whole), winner


def leaf_that_decided(node):
    while node.children:
        node = next(child for child in node.children if child.decided)
    return node.path


@pytest.mark.parametrize("group", ["all", "any", "none"])
@pytest.mark.parametrize("letters", [c for n in (1, 2, 3) for c in product("TUF", repeat=n)], ids="".join)
def test_a_group_of_leaves(group, letters):
    names = list(LEAVES)[: len(letters)]
    condition = {group: [{**LEAVES[name], "fact": f"box.{name}"} for name in names]}
    facts = {name: VALUES[letter][name] for name, letter in zip(names, letters, strict=True) if letter != "U"}
    whole, winner = expected(group, letters)
    result = evaluate(compiled(condition), box(**facts), AT)
    assert (result.outcome, result.decided_by) == (OUTCOMES[whole], f"condition.{group}[{winner}]")
    assert leaf_that_decided(explain(compiled(condition), box(**facts), AT)) == result.decided_by


ITEM = {"T": True, "F": False, "U": "unreadable"}


@pytest.mark.parametrize("group", ["all", "any", "none"])
@pytest.mark.parametrize("letters", [c for n in (1, 2, 3) for c in product("TUF", repeat=n)], ids="".join)
@pytest.mark.parametrize("absent", [True, False], ids=["absent", "wrong-type"])
def test_a_group_of_booleans_of_an_item(group, letters, absent):
    fields = ["open", "good", "name"][: len(letters)]
    leaves = [{"fact": "open", "is": True}, {"fact": "good", "is": True}, {"fact": "name", "is": "x"}][: len(letters)]
    item = {}
    for field, letter in zip(fields, letters, strict=True):
        if letter != "U":
            item[field] = ITEM[letter] if field != "name" else VALUES[letter]["name"]
        elif not absent:
            item[field] = [7]
    condition = {"fact": "box.parts", "any_item": {group: leaves}}
    whole, winner = expected(group, letters)
    result = evaluate(compiled(condition), box(parts=[item]), AT)
    assert (result.outcome, result.decided_by) == (OUTCOMES[whole], f"condition.any_item.{group}[{winner}]")
    assert leaf_that_decided(explain(compiled(condition), box(parts=[item]), AT)) == result.decided_by


@pytest.mark.parametrize(("quantifier", "group"), [("any_item", "any"), ("all_items", "all")])
@pytest.mark.parametrize("letters", [c for n in (1, 2, 3) for c in product("TUF", repeat=n)], ids="".join)
def test_a_quantifier_is_the_group_of_its_items(quantifier, group, letters):
    items = [{"open": ITEM[letter]} for letter in letters]
    condition = {"fact": "box.parts", quantifier: {"fact": "open", "is": True}}
    whole, winner = expected(group, letters)
    result = evaluate(compiled(condition), box(parts=items), AT)
    assert (result.outcome, result.decided_by) == (OUTCOMES[whole], f"condition.{quantifier}")
    children = explain(compiled(condition), box(parts=items), AT).children[0].children
    assert [child.decided for child in children] == [number == winner for number in range(len(letters))]
    assert result.reason == children[winner].reason


@pytest.mark.parametrize("letters", list(product("TUF", repeat=2)), ids="".join)
def test_groups_nest(letters):
    facts = {name: VALUES[letter][name] for name, letter in zip(LEAVES, letters, strict=False) if letter != "U"}
    one, two = ({**LEAVES[name], "fact": f"box.{name}"} for name in ("name", "count"))
    xor = {"any": [{"all": [one, {"none": [two]}]}, {"all": [{"none": [one]}, two]}]}
    known = {("T", "F"): Outcome.PASS, ("F", "T"): Outcome.PASS, ("T", "T"): Outcome.FAIL, ("F", "F"): Outcome.FAIL}
    assert evaluate(compiled(xor), box(**facts), AT).outcome is known.get(letters, Outcome.UNKNOWN)
