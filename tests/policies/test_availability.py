"""A line's availability per month: by hand, and against a model that counts second by second of a coarse clock."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuanthu_policy.availability import VIETNAM, Availability, availability, covered, month_bounds

NOVEMBER = month_bounds(2026, 11)
DAY = timedelta(days=1)
MONTH_SECONDS = 30 * 86400


def text(at):
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def facts(since, *items):
    return {
        "watched_since": text(since),
        "interruptions": [
            {"kind": kind, "from": text(begin)} | ({"to": text(end)} if end else {}) for kind, begin, end in items
        ],
    }


def at(day, hour=0):
    """A moment of November in Viet Nam."""
    return datetime(2026, 11, 1, tzinfo=VIETNAM) + timedelta(days=day - 1, hours=hour)


def test_a_month_begins_at_midnight_in_viet_nam():
    assert NOVEMBER[0].astimezone(UTC) == datetime(2026, 10, 31, 17, tzinfo=UTC)
    assert month_bounds(2026, 12)[1].astimezone(UTC) == datetime(2026, 12, 31, 17, tzinfo=UTC)


def test_up_down_and_unwatched_are_kept_apart():
    seen = facts(
        at(1), ("line-down", at(2), at(2, 6)), ("unwatched", at(3), at(4)), ("collector-down", at(5), at(5, 1)),
        ("gateway-down", at(6), at(6, 2)),
    )  # fmt: skip
    found = availability([(seen, at(11))], 2026, 11)
    assert found == Availability(
        month_seconds=MONTH_SECONDS,
        watched_seconds=9 * 86400,
        up_seconds=9 * 86400 - 8 * 3600,
        line_down_seconds=6 * 3600,
        gateway_down_seconds=2 * 3600,
        collector_down_seconds=3600,
    )
    assert found.unwatched_seconds == 21 * 86400
    assert found.up_share == pytest.approx(1 - 8 / (9 * 24))


def test_without_facts_nothing_was_watched_and_there_is_no_share():
    found = availability([], 2026, 11)
    assert (found.watched_seconds, found.up_seconds, found.up_share) == (0, 0, None)
    assert found.unwatched_seconds == MONTH_SECONDS


def test_an_outage_that_lasts_counts_up_to_when_it_was_seen():
    found = availability([(facts(at(1), ("line-down", at(2), None)), at(3))], 2026, 11)
    assert (found.up_seconds, found.line_down_seconds) == (86400, 86400)


def test_what_an_older_fact_knows_fills_what_a_newer_one_does_not_reach():
    old = facts(at(1), ("line-down", at(2), at(2, 1)))
    new = facts(at(10))
    found = availability([(new, at(12)), (old, at(5))], 2026, 11)
    assert found.watched_seconds == 6 * 86400
    assert found.line_down_seconds == 3600


def test_of_two_that_speak_of_one_moment_the_later_counts():
    early = facts(at(1), ("line-down", at(2), None))
    late = facts(at(1), ("line-down", at(2), at(2, 1)))
    found = availability([(early, at(3)), (late, at(4))], 2026, 11)
    assert (found.watched_seconds, found.line_down_seconds) == (3 * 86400, 3600)


def test_a_journal_that_was_lost_does_not_lose_what_was_told_before():
    before = facts(at(1), ("line-down", at(2), at(2, 1)))
    lost = facts(at(1) - 300 * DAY, ("unwatched", at(1) - 300 * DAY, at(6)))
    found = availability([(before, at(5)), (lost, at(7))], 2026, 11)
    assert (found.watched_seconds, found.line_down_seconds) == (5 * 86400, 3600)


def test_the_list_of_interruptions_reaches_35_days_back_and_no_further():
    found = availability([(facts(at(1) - 300 * DAY), at(1) + 45 * DAY)], 2026, 11)
    assert found.watched_seconds == 20 * 86400


@pytest.mark.parametrize(
    "broken",
    [
        {}, {"watched_since": 5, "interruptions": []}, {"watched_since": text(at(1))}, {"watched_since": "mai", "interruptions": []},
        facts(at(1), ("asleep", at(2), at(3))), facts(at(1), ("line-down", at(3), at(2))), {"watched_since": text(at(1)), "interruptions": [7]},
        {"watched_since": text(at(1)), "interruptions": [{"kind": "line-down"}]}, {"watched_since": text(at(1)), "interruptions": "x"},
        {"watched_since": text(at(1)), "interruptions": [{"kind": "line-down", "from": text(at(2)), "to": "x"}]},
    ],
)  # fmt: skip
def test_malformed_facts_are_never_up(broken):
    assert availability([(broken, at(20))], 2026, 11).watched_seconds == 0


HOURS = st.integers(-800, 900)
KINDS = st.sampled_from(["gateway-down", "line-down", "collector-down", "unwatched"])


@st.composite
def snapshots(draw):
    since = draw(HOURS)
    items = []
    place = since
    for _ in range(draw(st.integers(0, 6))):
        begin = place + draw(st.integers(0, 60))
        end = begin + draw(st.integers(1, 200))
        items.append((draw(KINDS), begin, end))
        place = end
    if items and draw(st.booleans()):
        items[-1] = (items[-1][0], items[-1][1], None)
    until = (items[-1][2] or items[-1][1]) + draw(st.integers(0, 90)) if items else since + draw(st.integers(0, 90))
    return since, items, until


def hour(number):
    return NOVEMBER[0] + timedelta(hours=number)


def state_at(snapshot, number):
    """The model: what one snapshot says of one hour."""
    since, items, until = snapshot
    if not max(since, until - 35 * 24) <= number < until:
        return None
    for kind, begin, end in items:
        if begin <= number < (until if end is None else end):
            return kind
    return "up"


@given(st.lists(snapshots(), max_size=4))
def test_it_agrees_with_counting_every_hour(drawn):
    drawn.sort(key=lambda one: one[2])
    if len({one[2] for one in drawn}) < len(drawn):
        return  # two seen at one moment: either may count
    counts = dict.fromkeys(["up", "gateway-down", "line-down", "collector-down", "unwatched"], 0)
    for number in range(30 * 24):
        told = (state_at(one, number) for one in reversed(drawn))
        counts[next((state for state in told if state not in (None, "unwatched")), "unwatched")] += 1
    seen = [
        (facts(hour(since), *((kind, hour(begin), None if end is None else hour(end)) for kind, begin, end in items)), hour(until))
        for since, items, until in drawn
    ]  # fmt: skip
    found = availability(seen, 2026, 11)
    assert found.up_seconds == 3600 * (counts["up"] + counts["collector-down"])
    assert found.line_down_seconds == 3600 * counts["line-down"]
    assert found.gateway_down_seconds == 3600 * counts["gateway-down"]
    assert found.watched_seconds == found.up_seconds + found.line_down_seconds + found.gateway_down_seconds
    assert found.unwatched_seconds == 3600 * counts["unwatched"]


@given(st.dictionaries(st.sampled_from(["watched_since", "interruptions"]), st.one_of(
    st.text(max_size=25), st.integers(), st.none(), st.lists(st.dictionaries(st.sampled_from(["kind", "from", "to"]), st.one_of(st.text(max_size=25), KINDS, st.just(text(at(3)))))))))  # fmt: skip
def test_any_facts_give_a_figure_within_the_month(hostile):
    found = availability([(hostile, at(20))], 2026, 11)
    assert 0 <= found.up_seconds <= found.watched_seconds <= MONTH_SECONDS


@given(snapshots())
def test_spans_are_whole_and_apart(drawn):
    since, items, until = drawn
    spans = covered(facts(hour(since), *((kind, hour(begin), None if end is None else hour(end)) for kind, begin, end in items)), hour(until))  # fmt: skip
    for one, other in itertools.pairwise(spans):
        assert one[2] == other[1]
    assert all(begin < end for _, begin, end in spans)
