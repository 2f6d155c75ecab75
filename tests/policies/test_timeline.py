"""Timelines of lines against a brute-force model that asks for every minute."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuanthu_policy.timeline import (
    COLLECTOR_DOWN,
    GATEWAY_DOWN,
    LINE_DOWN,
    UP,
    Tally,
    cut,
    joined,
    overlay,
    tally,
    together,
)

END = 240
"""Minutes of the model's day."""
STATES = st.sampled_from([GATEWAY_DOWN, LINE_DOWN, COLLECTOR_DOWN, UP])


@st.composite
def timelines(draw):
    """Spans with and without pauses between them."""
    spans, at = [], draw(st.integers(0, 60))
    for _ in range(draw(st.integers(0, 8))):
        at += draw(st.sampled_from([0, 0, 0, 1, 7, 40]))
        end = at + draw(st.integers(1, 50))
        spans.append((draw(STATES), at, min(end, END)))
        at = end
    return joined(span for span in spans if span[1] < END)


def minutes(timeline):
    """The state of each minute; 0 where nobody watched."""
    return [next((state for state, begin, end in timeline if begin <= at < end), 0) for at in range(END)]


def is_sound(timeline):
    apart = all(
        one[2] < other[1] or (one[2] == other[1] and one[0] != other[0]) for one, other in itertools.pairwise(timeline)
    )
    return apart and all(begin < end for _, begin, end in timeline)


@given(st.lists(timelines(), max_size=5))
def test_a_unit_is_up_when_any_saw_it_up_down_when_all_who_watched_saw_it_down_and_else_unknown(drawn):
    found = together(drawn)
    seen = [minutes(one) for one in drawn]
    expected = []
    for at in range(END):
        told = {one[at] for one in seen} - {0}
        if not told:
            expected.append(0)
        elif UP in told or COLLECTOR_DOWN in told:
            expected.append(UP if UP in told else COLLECTOR_DOWN)
        else:
            expected.append(LINE_DOWN if LINE_DOWN in told else GATEWAY_DOWN)
    assert is_sound(found)
    assert minutes(found) == expected


@given(timelines(), timelines())
def test_what_is_told_later_counts_wherever_it_speaks(old, new):
    found = overlay(old, new)
    assert is_sound(found)
    assert minutes(found) == [now or was for was, now in zip(minutes(old), minutes(new), strict=True)]


@given(timelines(), st.integers(0, END), st.integers(0, END))
def test_a_part_of_a_timeline(timeline, one, other):
    begin, end = sorted((one, other))
    assert minutes(cut(timeline, begin, end)) == [
        state if begin <= at < end else 0 for at, state in enumerate(minutes(timeline))
    ]
    assert joined([*cut(timeline, 0, begin), *cut(timeline, begin, END)]) == timeline


@given(timelines())
def test_sums_are_those_of_every_minute(timeline):
    found, told = tally(timeline), minutes(timeline)
    assert found.watched == sum(state != 0 for state in told)
    assert found.up == sum(state in (UP, COLLECTOR_DOWN) for state in told)
    assert (found.line_down, found.gateway_down) == (told.count(LINE_DOWN), told.count(GATEWAY_DOWN))
    assert found.collector_down == told.count(COLLECTOR_DOWN)
    runs = [(state, len(list(run))) for state, run in itertools.groupby(told)]
    down = [length for state, length in runs if state in (LINE_DOWN, GATEWAY_DOWN)]
    assert (found.outages, found.longest) == (len(down), max(down, default=0))


@pytest.mark.parametrize("empty", [[], [[]], [[], []]])
def test_of_nobody_nothing_is_known(empty):
    assert together(empty) == []
    assert tally([]) == Tally()
    assert tally([]).watched == 0
