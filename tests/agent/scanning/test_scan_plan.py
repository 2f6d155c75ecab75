"""When a unit's network is scanned."""

import itertools
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from tests.agent.scanner.conftest import NOON, make_scope

from tuanthu_agent.scanner.clock import VIETNAM, Reading
from tuanthu_agent.scanner.gate import Gate
from tuanthu_agent.scanning.plan import DAY, FIRST_PAUSE, HOUR, Past, next_run, windows
from tuanthu_policy.scan_scope import Window

NOW = NOON.timestamp()
NIGHT = Window(start="20:00", end="05:00")
SEED = "01a20b99-e4bc-7871-9771-d41d698fbc84"


def local(seconds):
    return datetime.fromtimestamp(seconds, VIETNAM)


def test_a_run_begins_in_the_first_half_of_the_window_at_a_minute_of_the_units_own():
    scope = make_scope(window=NIGHT)
    starts = {next_run(scope, 24, f"unit {number}", NOW, Past()).start for number in range(60)}
    assert len(starts) > 40
    for start in starts:
        assert start % 60 == 0
        assert local(start).hour >= 20 or local(start).hour == 0
    assert len({next_run(scope, 24, SEED, NOW + wait, Past()).start for wait in (0, 60, 3600)}) == 1


def test_once_done_the_next_run_is_in_the_next_window():
    scope = make_scope(window=NIGHT)
    first = next_run(scope, 24, SEED, NOW, Past())
    later = next_run(scope, 24, SEED, first.start + HOUR, Past(done=first.window.opens, tried=first.start, tries=1))
    assert later.window.opens == first.window.opens + DAY


def test_a_missed_run_is_made_up_while_the_window_is_open():
    scope = make_scope(window=NIGHT)
    planned = next_run(scope, 24, SEED, NOW, Past())
    late = planned.window.closes - HOUR
    run = next_run(scope, 24, SEED, late, Past())
    assert (run.start, run.window) == (late, planned.window)


def test_too_late_in_the_window_the_next_one_is_waited_for():
    scope = make_scope(window=NIGHT)
    planned = next_run(scope, 24, SEED, NOW, Past())
    run = next_run(scope, 24, SEED, planned.window.closes - 60, Past())
    assert run.window.opens == planned.window.opens + DAY


def test_a_run_that_broke_off_is_tried_again_after_growing_pauses():
    scope = make_scope(window=NIGHT)
    planned = next_run(scope, 24, SEED, NOW, Past())
    pauses = []
    for tries in (1, 2, 3):
        run = next_run(scope, 24, SEED, planned.start + 1, Past(tried=planned.start, tries=tries))
        pauses.append(run.start - planned.start)
    assert pauses == [FIRST_PAUSE, 2 * FIRST_PAUSE, 4 * FIRST_PAUSE]


def test_without_a_window_there_is_a_run_a_day_or_as_many_as_are_wanted():
    scope = make_scope()
    for hours, expected in ((24, 1), (12, 2), (6, 4)):
        now, past, runs = NOW, Past(), 0
        while now < NOW + 10 * DAY:
            run = next_run(scope, hours, SEED, now, past)
            runs += 1
            now, past = run.start + 600, Past(done=run.window.opens, tried=run.start, tries=1)
        assert abs(runs - 10 * expected) <= 2


def test_every_second_night_means_every_second_night():
    scope, opened = make_scope(window=NIGHT), []
    now, past = NOW, Past()
    for _ in range(4):
        run = next_run(scope, 48, SEED, now, past)
        opened.append(run.window.opens)
        now, past = run.start + 600, Past(done=run.window.opens, tried=run.start, tries=1)
    assert [later - former for former, later in itertools.pairwise(opened)] == [2 * DAY] * 3


def test_a_short_window_is_used_too():
    run = next_run(make_scope(window=Window(start="21:00", end="21:10")), 24, SEED, NOW, Past())
    assert run.window.closes - run.window.opens == 600
    assert run.start < run.window.closes - 120


def test_after_the_validity_there_is_none():
    scope = make_scope(window=NIGHT, not_after=NOON + timedelta(hours=2))
    assert next_run(scope, 24, SEED, NOW, Past()) is None


def test_a_scope_that_begins_later_is_planned_for_then():
    begin = NOON + timedelta(days=3)
    run = next_run(make_scope(window=NIGHT, not_before=begin), 24, SEED, NOW, Past())
    assert run.start >= begin.timestamp()


def test_what_a_wrong_clock_left_behind_silences_nothing():
    scope = make_scope(window=NIGHT)
    future = NOW + 400 * DAY
    assert next_run(scope, 24, SEED, NOW, Past(done=future, tried=future, tries=9)) == next_run(
        scope, 24, SEED, NOW, Past()
    )


CLOCKS = st.builds(lambda hour, minute: f"{hour:02d}:{minute:02d}", st.integers(0, 23), st.integers(0, 59))


@given(
    start=CLOCKS,
    end=CLOCKS,
    hours=st.integers(1, 200),
    now=st.floats(NOW - 3 * DAY, NOW + 40 * DAY),
    done=st.floats(0, NOW + 50 * DAY),
    tried=st.floats(0, NOW + 50 * DAY),
    tries=st.integers(0, 50),
)
def test_whatever_is_remembered_a_run_begins_only_while_the_gate_is_open(start, end, hours, now, done, tried, tries):
    scope = make_scope() if start == end else make_scope(window=Window(start=start, end=end))
    run = next_run(scope, hours, SEED, now, Past(done, tried, tries))
    if run is None:
        return
    assert now <= run.start < run.window.closes
    moment = datetime.fromtimestamp(run.start + 1, UTC)
    clock = type("Clock", (), {"read": lambda self: Reading(moment, 1.0, "b")})()
    gate = Gate(scope, clock)
    assert gate.permitted("discovery", "127.20.0.5")
    assert gate.seconds_left() <= run.window.closes - run.start or scope.window is not None


@given(now=st.floats(NOW - 3 * DAY, NOW + 40 * DAY), start=CLOCKS, end=CLOCKS)
def test_windows_come_in_order_and_never_overlap(now, start, end):
    scope = make_scope() if start == end else make_scope(window=Window(start=start, end=end))
    found = list(windows(scope, 24, now))
    assert all(one.opens < one.closes for one in found)
    assert all(former.closes <= later.opens for former, later in itertools.pairwise(found))
