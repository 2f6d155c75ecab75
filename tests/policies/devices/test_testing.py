"""When a test holds, and that searching is bounded."""

import contextlib
import re
import time

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuanthu_policy.devices.family import Taken
from tuanthu_policy.devices.family import Test as One
from tuanthu_policy.devices.family import Tests as Group
from tuanthu_policy.devices.searching import Search, search_for
from tuanthu_policy.devices.testing import all_hold, holds, take, take_number
from tuanthu_policy.pattern import PatternError


def reader(*values):
    return lambda where: values if where == "status" else ()


CASES = [
    ({"equals": 200}, ("200",), True),
    ({"equals": "200"}, ("200",), True),
    ({"equals": True}, ("true",), True),
    ({"equals": True}, ("True",), False),
    ({"one_of": [1, "b"]}, ("x", "b"), True),
    ({"regex": "^a.c$"}, ("x", "abc"), True),
    ({"at_least": 3}, ("4",), True),
    ({"at_least": 3}, ("4x",), False),
    ({"at_most": 3}, (" 3 ",), True),
    ({"at_most": 3}, ("99999999999999999999",), False),
    ({"present": True}, ("",), False),
    ({"present": True}, ("x",), True),
    ({"present": False}, (), True),
    ({"present": False}, (" ",), True),
    ({"equals": 1, "negate": True}, ("2",), True),
    ({"equals": 1, "negate": True}, ("2", "1"), False),
    ({"regex": "a", "negate": True}, ("b",), True),
]


@pytest.mark.parametrize(("condition", "values", "expected"), CASES, ids=str)
def test_conditions(condition, values, expected):
    assert holds(One(where="status", **condition), reader(*values)) is expected


@pytest.mark.parametrize("condition", [one for one, *_ in CASES if one != {"present": False}], ids=str)
def test_what_is_absent_makes_every_condition_false_but_absence(condition):
    assert not holds(One(where="status", **condition), reader())


def test_groups():
    yes, no = One(where="status", equals="a"), One(where="status", equals="b")
    assert not all_hold(Group(), reader("a"))
    assert all_hold(Group(all=[yes]), reader("a"))
    assert all_hold(Group(any=[no, yes]), reader("a"))
    assert not all_hold(Group(all=[yes], any=[no]), reader("a"))
    assert not all_hold(Group(all=[yes, no]), reader("a"))


def test_a_negated_search_does_not_hold_where_the_text_is_longer_than_is_searched():
    search = search_for("x[^q]*qa*b")
    assert search.lacks("y" * search.reach)
    assert not search.lacks("y" * (search.reach + 1))
    far = "y" * search.reach + "xqb"
    assert search.find(far) is None
    assert not holds(One(where="status", regex="x[^q]*qa*b", negate=True), reader(far))


def test_taking():
    assert take(Taken(where="status", regex="t=([0-9]+)"), reader("a", "t=12;")) == "12"
    assert take(Taken(where="status", regex="t=[0-9]+"), reader("t=12;")) == "t=12"
    assert take(Taken(where="status"), reader("x" * 4097)) is None
    assert take(Taken(where="status"), reader()) is None
    assert take_number(Taken(where="status"), reader("-1")) is None
    assert take_number(Taken(where="status"), reader("7")) == 7
    assert take_number(msgspec.UNSET, reader("7")) is None


@pytest.mark.parametrize(
    "text", ["a.*b.*c", ".*x.*", "(a+)+b", "(?i)a", "a{0,60}a{0,60}b", "[ab]*[bc]*d", "(.*)a*b", "a*a*a?b"]
)
def test_it_refuses_patterns_that_can_match_in_too_many_ways(text):
    with pytest.raises(PatternError) as caught:
        Search(text)
    assert caught.value.vi != caught.value.en


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('name="t"[ ]*value="([^"]*)"', '<input name="t"  value="abc">'),
        (r"getObj\(.Frm_Logintoken.\).value = .([0-9]+)", 'getObj("Frm_Logintoken").value = "17"'),
        ("a+?b", "aab"),
        ("(abc)?d", "abcd"),
        ("x{2}y{1,}", "xxyy"),
        ("[]x]+y", "]xy"),
        ("Máy.*", "Máy in"),
    ],
)
def test_it_finds_what_a_plain_search_finds(text, found):
    assert Search(text).find(found)[0] == re.search(text, found)[0]


WORST = {
    "a.*b": "a",
    "a.*b?c": "a",
    "aa*a?b": "a",
    "x[^q]*qa*b": "x",
    "a{0,30}a{0,30}b": "a",
    "[ ]*<a[^>]*>": " ",
    "(a?b)c*d": "ab",
}


@pytest.mark.parametrize("text", WORST)
def test_the_worst_text_is_done_soon(text):
    search = Search(text)
    start = time.perf_counter()
    assert search.find(WORST[text] * (262_144 // len(WORST[text]))) is None
    assert time.perf_counter() - start < 20


@given(st.text(alphabet='ab()[]*+?{},|\\^$.19:"', max_size=12), st.text(alphabet='ab"1(', max_size=30))
def test_searching_raises_nothing_but_its_own_error_and_finds_the_same(text, value):
    with contextlib.suppress(PatternError):
        search = Search(text)
        there = re.compile(text).search(value)
        found = search.find(value)
        assert (found and found.span()) == (there and there.span())
        assert search.lacks(value) is (there is None)
