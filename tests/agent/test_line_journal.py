"""The journal of the line watch: what it says after crashes, sleep, and clocks that were set back."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuanthu_agent.collectors.interface import Findings
from tuanthu_agent.collectors.wan.line import MOST_ITEMS, NOT_WATCHED, put_line, read_line
from tuanthu_agent.linewatch import journal, plan
from tuanthu_agent.linewatch.journal import Span

DAY = 86400
START = 1_795_000_000
GAP = journal.gap_of(300)
LOOKS = st.lists(
    st.tuples(st.integers(-4000, 40_000), st.sampled_from(journal.STATES)), min_size=1, max_size=40
)  # fmt: skip


def keep(folder, *looks):
    for at, state in looks:
        journal.record(str(folder), at, state, GAP)


def spans(folder, now):
    return journal.spans(*journal.read(str(folder)), now, GAP)


def facts(folder, now):
    found = Findings()
    read_line(found, str(folder), now, GAP)
    return found


def test_a_state_that_holds_costs_one_line_and_a_stamp(tmp_path):
    keep(tmp_path, *((START + 300 * number, "up") for number in range(100)))
    assert (tmp_path / "line-journal").read_text().split("\n") == [f"{START} up", ""]
    assert int((tmp_path / "line-seen").read_text()) == START + 300 * 99
    assert spans(tmp_path, START + 300 * 99 + 10) == [Span("up", START, None)]


def test_an_outage_lasts_from_the_first_bad_look_to_the_first_good_one(tmp_path):
    keep(tmp_path, (START, "up"), (START + 300, "line-down"), (START + 600, "line-down"), (START + 900, "up"))
    found = facts(tmp_path, START + 950).facts
    assert found["interruptions"] == [
        {"kind": "line-down", "from": "2026-11-18T11:11:40Z", "to": "2026-11-18T11:21:40Z", "seconds": 600}
    ]
    assert (found["line_state"], found["watched_since"]) == ("up", "2026-11-18T11:06:40Z")


def test_an_outage_that_lasts_has_no_end(tmp_path):
    keep(tmp_path, (START, "up"), (START + 300, "gateway-down"))
    found = facts(tmp_path, START + 400).facts
    assert found["interruptions"] == [{"kind": "gateway-down", "from": "2026-11-18T11:11:40Z"}]
    assert found["line_state"] == "gateway-down"


def test_while_the_machine_slept_nobody_watched(tmp_path):
    keep(tmp_path, (START, "up"), (START + 300, "up"), (START + 9 * 3600, "up"))
    assert spans(tmp_path, START + 9 * 3600) == [
        Span("up", START, START + 301), Span("unwatched", START + 301, START + 9 * 3600), Span("up", START + 9 * 3600, None),
    ]  # fmt: skip


def test_a_watch_that_has_stopped_is_not_up_since(tmp_path):
    keep(tmp_path, (START, "up"), (START + 300, "up"))
    assert spans(tmp_path, START + DAY) == [Span("up", START, START + 300), Span("unwatched", START + 300, None)]


def test_a_clock_set_back_leaves_no_negative_and_no_overlapping_span(tmp_path):
    keep(tmp_path, (START, "up"), (START + 7200, "line-down"), (START + 7500, "up"), (START + 3600, "up"))
    found = spans(tmp_path, START + 3700)
    assert found[-1].state == "up"
    assert [span.begin for span in found] == sorted({span.begin for span in found})
    assert all(span.end is None or span.end > span.begin for span in found)
    assert max(span.begin for span in found) <= START + 3600


def test_a_clock_without_battery_erases_nothing(tmp_path):
    keep(tmp_path, (START, "up"), (946_684_800, "gateway-down"), (START + 300, "up"))
    assert spans(tmp_path, START + 310) == [Span("up", START, None)]


def test_a_small_correction_of_the_clock_is_no_event(tmp_path):
    keep(tmp_path, (START, "up"), (START + 300, "up"), (START + 298, "up"))
    assert (tmp_path / "line-journal").read_text() == f"{START} up\n"


@pytest.mark.parametrize("torn", [b"17950", b"1795000300 line-", b"1795000300 up", b"\0\0\0\0", b"1795000300 asleep"])
def test_a_line_that_a_crash_cut_off_costs_only_itself(tmp_path, torn):
    keep(tmp_path, (START, "up"))
    with (tmp_path / "line-journal").open("ab") as file:
        file.write(torn)
    keep(tmp_path, (START + 300, "line-down"))
    assert journal.read(str(tmp_path))[0][-1] == (START + 300, "line-down")
    assert journal.read(str(tmp_path))[0][0] == (START, "up")


@pytest.mark.parametrize("stamp", [b"", b"mai", b"\0" * 12, b"17950003"])
def test_a_lost_stamp_means_that_only_the_last_change_is_known(tmp_path, stamp):
    keep(tmp_path, (START, "up"), (START + 300, "up"))
    (tmp_path / "line-seen").write_bytes(stamp)
    assert spans(tmp_path, START + 5000)[-1] == Span("unwatched", START, None)


def test_the_journal_is_bounded_and_then_begins_later(tmp_path, monkeypatch):
    monkeypatch.setattr(journal, "MOST_BYTES", 2000)
    monkeypatch.setattr(journal, "KEPT_LINES", 20)
    keep(tmp_path, *((START + 300 * number, ("up", "line-down")[number % 2]) for number in range(400)))
    assert (tmp_path / "line-journal").stat().st_size < 2200
    changes, _ = journal.read(str(tmp_path))
    assert changes[-1] == (START + 300 * 399, "line-down")
    assert changes[0][0] > START


def test_nothing_of_it_can_be_read_by_others(tmp_path):
    keep(tmp_path, (START, "up"))
    assert {(tmp_path / name).stat().st_mode & 0o777 for name in ("line-journal", "line-seen")} == {0o600}


def test_what_a_cap_leaves_out_was_not_watched():
    changes = [(START + 1000 * number, ("up", "line-down")[number % 2]) for number in range(2 * MOST_ITEMS + 41)]
    now = changes[-1][0] + 60
    found = Findings()
    put_line(found, journal.spans(changes, now, now, GAP), now)
    items = found.facts["interruptions"]
    assert len(items) == MOST_ITEMS
    assert "too-many: interruptions" in found.gaps
    assert found.facts["watched_since"] <= items[0]["from"]
    assert found.facts["watched_since"] > "2026-11-18T11:06:40Z"


def test_under_a_day_of_watching_says_nothing_of_long_interruptions(tmp_path):
    keep(tmp_path, *((START + 300 * number, "up") for number in range(12)))
    found = facts(tmp_path, START + 3600)
    assert "line-watched-too-short: interruption_count, longest_interruption_seconds" in found.gaps
    assert "longest_interruption_seconds" not in found.facts
    assert found.facts["watched_hours"] == 1


def test_after_a_day_the_longest_interruption_is_told_and_stays(tmp_path):
    states = ["line-down" if 20 <= number < 30 else "collector-down" if number > 280 else "up" for number in range(300)]
    keep(tmp_path, *((START + 300 * number, state) for number, state in enumerate(states)))
    now = START + 300 * 299
    first, later = facts(tmp_path, now + 10), facts(tmp_path, now + 200)
    assert first.facts == later.facts
    assert first.facts["longest_interruption_seconds"] == 3000
    assert first.facts["interruption_count"] == 1, "the collector's own outage is none of the line's"


def test_no_journal_is_a_gap(tmp_path):
    assert facts(tmp_path, START).gaps == [NOT_WATCHED]


def test_what_is_older_than_the_window_is_forgotten(tmp_path):
    keep(tmp_path, (START, "up"), (START + 300, "line-down"), (START + 600, "up"))
    for number in range(1, 40 * 12):
        keep(tmp_path, (START + 600 + number * 7200, "up"))
    found = facts(tmp_path, START + 600 + 40 * DAY).facts
    assert all(item["kind"] == "unwatched" for item in found["interruptions"])


@given(st.lists(st.one_of(st.text(max_size=30), st.tuples(st.integers(0, 10**12), st.sampled_from([*journal.STATES, "x"])).map(lambda one: f"{one[0]} {one[1]}"))).map("\n".join))  # fmt: skip
def test_any_text_is_a_journal(text):
    changes = journal.parse_journal(text)
    assert [at for at, _ in changes] == sorted({at for at, _ in changes})
    assert all(one[1] != other[1] for one, other in itertools.pairwise(changes))


@given(st.binary(max_size=40))
def test_any_bytes_are_a_stamp_or_none(data):
    found = journal.parse_stamp(data)
    assert found is None or 10**8 <= found < 10**11


@given(LOOKS, st.integers(-50_000, 50_000))
def test_however_the_clock_jumps_spans_are_whole_and_apart(looks, later):
    changes, seen = [], None
    for at, state in looks:
        added = journal.new_lines(changes, seen, START + at, state, GAP)
        changes = journal.parse_journal("".join(f"{moment} {one}\n" for moment, one in [*changes, *added]))
        seen = START + at
    now = START + looks[-1][0] + later
    found = journal.spans(changes, seen, now, GAP)
    for one, other in itertools.pairwise(found):
        assert one.end == other.begin
        assert one.end > one.begin
    if abs(later) <= journal.SLACK:
        assert found[-1].state == looks[-1][1]
    if now - (START + looks[-1][0]) > GAP:
        assert found[-1].state == "unwatched"


@given(st.lists(st.tuples(st.integers(1, 20_000), st.booleans()), min_size=1, max_size=40))
def test_time_without_a_look_is_never_up(steps):
    """A model: seconds are up only between two looks that follow each other soon enough, the first of which said up."""
    at, looks = START, [(START, "up")]
    for step, up in steps:
        at += step
        looks.append((at, "up" if up else "line-down"))
    changes, seen = [], None
    for moment, state in looks:
        added = journal.new_lines(changes, seen, moment, state, GAP)
        changes = journal.parse_journal("".join(f"{when} {one}\n" for when, one in [*changes, *added]))
        seen = moment
    told = sum((span.end or at) - span.begin for span in journal.spans(changes, seen, at, GAP) if span.state == "up")
    least = sum(b[0] - a[0] for a, b in itertools.pairwise(looks) if a[1] == "up" and b[0] - a[0] <= GAP)
    slack = len(looks)  # each gap begins a second after the last look
    assert least <= told <= least + slack


@given(st.text(max_size=200))
def test_any_text_is_a_plan(text):
    found = plan.parse(text)
    assert plan.parse(plan.written(found)) == found
    assert len(found.witnesses) <= plan.MOST_WITNESSES
