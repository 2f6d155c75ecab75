"""Lengths of time as rules write them."""

import contextlib
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuanthu_policy.duration import DurationError, parse_duration


@pytest.mark.parametrize(
    ("text", "length"),
    [("1m", timedelta(minutes=1)), ("36h", timedelta(hours=36)), ("7d", timedelta(days=7)), ("3660d", timedelta(3660))],
)
def test_it_reads_a_number_with_its_unit(text, length):
    assert parse_duration(text) == length


@pytest.mark.parametrize(
    "text", ["", "7", 7, "7 d", "d", "0d", "07d", "-1d", "1.5d", "7w", "3661d", "9999999d", "７d", None]
)
def test_it_refuses_anything_else_and_says_what_to_write(text):
    with pytest.raises(DurationError) as caught:
        parse_duration(text)
    assert repr(text) in caught.value.vi
    assert repr(text) in caught.value.en


@given(st.one_of(st.text(), st.integers(), st.lists(st.text())))
def test_it_raises_nothing_but_its_own_error(value):
    with contextlib.suppress(DurationError):
        assert parse_duration(value) > timedelta(0)
