"""What every spool must do; run against all of them."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tuanthu_agent.errors import SpoolFullError
from tuanthu_agent.spool.interface import MOST_NOTES, MOST_REFUSED, Signed
from tuanthu_agent.spool.memory import MemorySpool
from tuanthu_agent.spool.sqlite import SqliteSpool

KINDS = {"memory": lambda folder, **size: MemorySpool(**size), "sqlite": SqliteSpool}


@pytest.fixture(params=KINDS)
def make_spool(request, tmp_path):
    opened = []

    def make(**size):
        opened.append(KINDS[request.param](tmp_path / f"spool{len(opened)}", **size))
        return opened[-1]

    yield make
    for spool in opened:
        spool.close()


@pytest.fixture
def spool(make_spool):
    return make_spool()


def signed(sequence, **contents):
    return Signed(f"báo cáo {sequence}".encode(), f"h..{sequence}", contents)


def add(spool, **contents):
    return spool.append(lambda sequence: signed(sequence, **contents))


def sequences(spool):
    return [report.sequence for report in spool.pending(100)]


def renumbered(report, sequence):
    return Signed(report.payload + f" → {sequence}".encode(), "h..new")


def test_reports_get_consecutive_numbers_and_wait_in_order(spool):
    assert [add(spool) for _ in range(3)] == [1, 2, 3]
    assert [(report.sequence, report.payload.decode(), report.signature) for report in spool.pending(2)] == [
        (1, "báo cáo 1", "h..1"),
        (2, "báo cáo 2", "h..2"),
    ]
    assert spool.last_sequence() == 3


def test_a_report_that_cannot_be_made_uses_up_no_number(spool):
    def broken(sequence):
        raise ValueError("khoá hỏng")

    with pytest.raises(ValueError):
        spool.append(broken)
    assert spool.last_sequence() == 0
    assert add(spool) == 1


def test_an_acknowledged_report_is_gone_and_its_number_is_not_used_again(spool):
    add(spool)
    spool.acknowledge(1)
    spool.acknowledge(1)
    assert sequences(spool) == []
    assert add(spool) == 2


def test_contents_are_known_only_once_they_are_acknowledged(spool):
    add(spool, host="d1")
    assert spool.contents() == {}
    spool.acknowledge(1)
    assert spool.contents() == {"host": "d1"}


def test_contents_that_a_waiting_report_changes_no_longer_hold(spool):
    add(spool, host="d1", lan="l1")
    spool.acknowledge(1)
    add(spool, host="d2")
    assert spool.contents() == {"lan": "l1"}
    spool.acknowledge(2)
    assert spool.contents() == {"host": "d2", "lan": "l1"}


def test_a_digest_that_the_collector_does_not_know_is_forgotten(spool):
    add(spool, host="d1", lan="l1")
    spool.acknowledge(1)
    spool.forget(["d1", "never seen"])
    assert spool.contents() == {"lan": "l1"}


def test_a_refused_report_is_kept_aside_with_its_reason_and_its_contents_are_sent_again(spool):
    add(spool, host="d1")
    spool.acknowledge(1)
    add(spool, host="d1")
    spool.refuse(2, "malformed", "observations[0].facts: số không hữu hạn")
    assert sequences(spool) == []
    assert spool.contents() == {}
    (refused,) = spool.refused()
    assert (refused.sequence, refused.code, refused.reason) == (
        2,
        "malformed",
        "observations[0].facts: số không hữu hạn",
    )
    assert refused.payload == "báo cáo 2".encode()


def test_only_the_newest_refused_reports_and_notes_are_kept(spool):
    for _ in range(MOST_REFUSED + 3):
        spool.refuse(add(spool), "malformed", "")
    assert [refused.sequence for refused in spool.refused()] == list(range(MOST_REFUSED + 3, 3, -1))
    for number in range(MOST_NOTES + 2):
        spool.note(f"ghi chú {number}", f"note {number}")
    assert len(spool.notes()) == MOST_NOTES
    assert spool.notes()[0].vi == f"ghi chú {MOST_NOTES + 1}"


def test_reports_below_the_collectors_number_are_renumbered_above_it_in_order(spool):
    for _ in range(3):
        add(spool)
    spool.acknowledge(1)
    spool.renumber(57, renumbered)
    assert [(report.sequence, report.payload.decode()) for report in spool.pending(9)] == [
        (58, "báo cáo 2 → 58"),
        (59, "báo cáo 3 → 59"),
    ]
    assert add(spool) == 60


def test_renumbering_one_report_moves_all_behind_it_so_that_order_is_kept(spool):
    for _ in range(3):
        add(spool)
    spool.renumber(1, renumbered)
    assert [report.payload.decode() for report in spool.pending(9)] == [
        "báo cáo 1 → 2",
        "báo cáo 2 → 3",
        "báo cáo 3 → 4",
    ]
    assert add(spool) == 5


def test_reports_above_the_collectors_number_keep_theirs(spool):
    add(spool)
    add(spool)
    spool.acknowledge(1)
    spool.renumber(1, renumbered)
    assert [report.payload.decode() for report in spool.pending(9)] == ["báo cáo 2"]


def test_after_a_new_enrolment_numbers_begin_at_one_and_nothing_is_known(spool):
    for _ in range(3):
        add(spool, host="d1")
    spool.acknowledge(1)
    spool.put({"agent": "a"})
    spool.belong_to("b", renumbered)
    assert [report.payload.decode() for report in spool.pending(9)] == ["báo cáo 2 → 1", "báo cáo 3 → 2"]
    assert spool.contents() == {}
    assert add(spool) == 3


def test_belonging_to_the_same_agent_again_changes_nothing(spool):
    spool.belong_to("a", renumbered)
    add(spool, host="d1")
    spool.acknowledge(1)
    add(spool)
    spool.belong_to("a", renumbered)
    assert (sequences(spool), spool.contents(), spool.get("agent")) == ([2], {"host": "d1"}, "a")


def test_an_answer_to_other_bytes_under_the_same_number_costs_no_report(spool):
    add(spool)
    add(spool)
    (_, sent) = spool.pending(2)
    # Meanwhile another process renumbers: number 2 is now what was 1.
    spool.renumber(1, renumbered)
    spool.acknowledge(sent.sequence, sent.payload)
    spool.refuse(sent.sequence, "malformed", "", sent.payload)
    assert sequences(spool) == [2, 3]
    assert spool.refused() == []
    (now, _) = spool.pending(2)
    spool.acknowledge(now.sequence, now.payload)
    assert sequences(spool) == [3]


def test_a_full_spool_says_so_and_keeps_what_it_has(make_spool):
    spool = make_spool(max_bytes=30)
    add(spool)
    add(spool)
    with pytest.raises(SpoolFullError) as caught:
        add(spool)
    assert "đầy" in caught.value.vi
    assert "full" in caught.value.en
    assert sequences(spool) == [1, 2]
    spool.acknowledge(1)
    assert add(spool) == 3


def test_values_are_remembered(spool):
    assert spool.get("next:collect") is None
    spool.put({"next:collect": "1", "last:collect": "0"})
    spool.put({"next:collect": "2"})
    assert (spool.get("next:collect"), spool.get("last:collect")) == ("2", "0")


def test_size_counts_what_waits(spool):
    add(spool)
    assert (spool.size().reports, spool.size().payload_bytes) == (1, len("báo cáo 1".encode()))


STEPS = st.lists(st.tuples(st.sampled_from(["add", "acknowledge", "refuse", "renumber", "forget"]), st.integers(0, 6)))


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_both_spools_always_agree(steps, tmp_path_factory):
    memory, sqlite = MemorySpool(), SqliteSpool(tmp_path_factory.mktemp("s"))
    for action, number in steps:
        for spool in (memory, sqlite):
            waiting = sequences(spool)
            chosen = waiting[number % len(waiting)] if waiting else 0
            match action:
                case "add":
                    add(spool, **{f"k{number % 2}": f"d{number}"})
                case "acknowledge":
                    spool.acknowledge(chosen)
                case "refuse":
                    spool.refuse(chosen, "malformed", "")
                case "renumber":
                    spool.renumber(number, renumbered)
                case "forget":
                    spool.forget([f"d{number}"])
        assert sequences(memory) == sequences(sqlite)
        assert memory.last_sequence() == sqlite.last_sequence()
        assert memory.contents() == sqlite.contents()
        assert [refused.sequence for refused in memory.refused()] == [refused.sequence for refused in sqlite.refused()]
    sqlite.close()
