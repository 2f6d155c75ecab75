"""Which regular expressions a rule may use."""

import contextlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuanthu_policy.pattern import LONGEST_VALUE, PatternError, compile_pattern


@pytest.mark.parametrize(
    "text", ["PC-[0-9]{3}", "(?:a|b)c", "a+b*", "[]a]x", r"\(\d+\)", "[^]]*", "(ab){2}", "a{2,5}", "[(]a[)]+", "Máy.*"]
)
def test_it_takes_what_is_bounded(text):
    assert compile_pattern(text).pattern == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "(",
        "x" * 201,
        7,
        None,
        "(a+)+b",
        "(a*)*",
        "(a|a)*b",
        "(?:a|ab){5}",
        "((a|b)c)+",
        "(a?){30}",
        "a*b*c*",
        "a{1,}b{1,}c{1,}",
        "a?a?a?a?a?a?a?a?a?",
        "(a{1,1000}){1,1000}",
        "a{0,99}a{0,99}a{0,99}a{0,99}b",
        "(?:ab){0,4000}(?:ab){0,4000}",
        "a*a{0,999}a{0,999}b",
        "a{1000}b",
        "(?:abcdefgh){40}",
        "((ab)c){100}",
        "[[a]]",
        r"(a)\1",
        "(?=a)b",
        "(?i)a",
        "(?P<n>a)",
        "(?<!a)b",
    ],
)
def test_it_refuses_what_could_run_for_long_or_is_no_pattern(text):
    with pytest.raises(PatternError) as caught:
        compile_pattern(text)
    assert caught.value.vi != caught.value.en


def test_it_says_how_many_ways_are_too_many():
    with pytest.raises(PatternError, match=r"too many ways \(100000000, at most 4227136\)"):
        compile_pattern("a{1,100}a{1,100}a{1,100}a{1,100}")


@pytest.mark.parametrize(
    "text", ["[0-9]{1,3}[.][0-9]{1,3}[.][0-9]{1,3}[.][0-9]{1,3}", "[0-9A-F]{64}", "(ab){40}", "a*b+c?", "a{1,2,3}"]
)
def test_it_takes_repeats_that_leave_little_choice(text):
    assert compile_pattern(text).pattern == text


@pytest.mark.parametrize("text", ["a*a*a?a?a?a?a?a?b", "a{0,150}a{0,150}a{0,150}b"])
def test_the_worst_pattern_that_it_takes_is_done_soon_on_the_longest_value(text):
    pattern = compile_pattern(text)
    start = time.perf_counter()
    assert pattern.fullmatch("a" * LONGEST_VALUE) is None
    assert time.perf_counter() - start < 5


@given(st.text(alphabet="ab()[]*+?{},|\\^$.1:=!<", max_size=12))
def test_it_raises_nothing_but_its_own_error(text):
    with contextlib.suppress(PatternError):
        compile_pattern(text)
