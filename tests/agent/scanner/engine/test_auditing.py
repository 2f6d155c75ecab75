"""The audit of one device: what is tried, in which order, and what ends it."""

import pytest
from tests.agent.scanner.engine.scripted import DAY, Engine, verdicts
from tests.agent.scanner.families import make_family

from tuanthu_agent.scanner.engine.auditing import ATTEMPT_SECONDS, MARGIN_SECONDS
from tuanthu_agent.scanner.engine.concluding import settled
from tuanthu_agent.scanner.interface import Attempt, Look
from tuanthu_agent.scanner.protocols.http.pages import Attested
from tuanthu_policy.devices.family import Lockout
from tuanthu_policy.devices.verdict import AttemptOutcome, Verdict

ACCEPTED, REFUSED, LOCKED = AttemptOutcome.ACCEPTED, AttemptOutcome.REFUSED, AttemptOutcome.LOCKED


@pytest.fixture
def engine(tmp_path):
    return Engine(tmp_path / "scan")


def test_the_likeliest_account_of_each_way_comes_first(engine):
    engine.night()
    assert engine.sent == [("http", 0), ("ssh", 0)]


def test_a_way_that_is_alone_gets_the_whole_budget(engine):
    engine.night(("http", 80))
    assert engine.sent == [("http", 0), ("http", 1)]


def test_two_ports_of_one_login_share_their_accounts(engine):
    ways = engine.night(("http", 80), ("http", 8080))
    assert len(set(engine.sent)) == len(engine.sent) == 2
    assert settled(ways[0]).tested == settled(ways[1]).tested == 2


def test_findings_grow_over_the_nights_until_all_is_known(engine):
    tested = [settled(engine.night(("http", 80))[0]) for _ in range(5)]
    assert [one.tested for one in tested] == [2, 4, 6, 7, 7]
    assert [one.verdict for one in tested] == [Verdict.INCONCLUSIVE] * 3 + [Verdict.DEFAULT_REJECTED] * 2
    assert engine.sent == [("http", number) for number in range(7)]


def test_on_the_same_day_nothing_more_is_sent(engine):
    first = engine.night(("http", 80), hours=1)
    for _ in range(3):
        again = engine.night(("http", 80), hours=1)
    assert len(engine.sent) == 2
    assert settled(again[0]).tested == settled(first[0]).tested == 2
    assert str(again[0].reason).startswith("spent")


def test_each_month_tries_anew_and_the_former_answer_counts_until_then(engine):
    for _ in range(4):
        engine.night(("http", 80))
    engine.cycle = 2
    ways = engine.night(("http", 80))
    assert engine.sent[7:] == [("http", 0), ("http", 1)]
    assert verdicts(ways) == ["default-rejected"], "five answers of the last month and two of this one"
    engine.cycle = 4
    ways = engine.night(("http", 80))
    assert verdicts(ways) == ["inconclusive"], "a month was left out: the old answers are too old"


def test_a_device_that_was_reset_is_found_in_the_next_month(engine):
    for _ in range(4):
        engine.night(("http", 80))
    engine.cycle = 2
    engine.device.answers[("http", "bí-mật-1")] = ACCEPTED
    assert verdicts(engine.night(("http", 80))) == ["default-confirmed"]


def test_an_unclear_answer_takes_nothing_from_a_clear_one_of_the_last_month(engine):
    for _ in range(4):
        engine.night(("http", 80))
    engine.cycle = 2
    engine.device.answers[("http", "bí-mật-0")] = AttemptOutcome.UNREACHABLE
    assert verdicts(engine.night(("http", 80))) == ["default-rejected"]


def test_after_a_success_a_made_up_account_is_tried_and_then_nothing(engine):
    engine.device.answers[("http", "bí-mật-0")] = ACCEPTED
    ways = engine.night(("http", 80))
    assert engine.sent == [("http", 0), ("http", -1)]
    assert verdicts(ways) == ["default-confirmed"]
    engine.night(("http", 80))
    assert len(engine.sent) == 2, "the finding stands; nothing more is asked this month"


def test_whoever_accepts_the_made_up_account_accepts_anything(engine):
    engine.device.accepts_any = True
    ways = engine.night(("http", 80))
    assert verdicts(ways) == ["accepts-any"]
    name = engine.device.logins[1][2]
    assert name.startswith("tuanthu-")


def test_where_the_budget_allows_no_control_login_the_finding_stands_without(engine):
    engine.device.answers[("http", "bí-mật-1")] = ACCEPTED
    ways = engine.night(("http", 80))
    assert engine.sent == [("http", 0), ("http", 1)]
    assert verdicts(ways) == ["default-confirmed"]


def test_the_first_sign_of_a_lock_out_ends_all_ways_for_a_day(engine):
    engine.device.answers[("http", "bí-mật-0")] = LOCKED
    ways = engine.night(hours=20)
    assert engine.sent == [("http", 0)]
    assert verdicts(ways) == ["locked", "inconclusive"]
    engine.device.answers.clear()
    engine.night(hours=5)
    assert len(engine.sent) == 1
    engine.night()
    assert len(engine.sent) == 3


def test_a_lock_out_that_lasts_longer_is_heeded_longer(engine):
    engine.device.answers[("http", "bí-mật-0")] = Attempt(LOCKED, unlock_seconds=int(3 * DAY))
    engine.night()
    engine.device.answers.clear()
    for expected in (1, 1, 3):
        engine.night()
        assert len(engine.sent) == expected


def test_a_device_that_says_it_is_locked_sees_no_login(engine):
    engine.device.looks["ssh"] = Look(LOCKED, reason="locked: says so")
    ways = engine.night()
    assert engine.sent == []
    assert verdicts(ways)[1] == "locked"


@pytest.mark.parametrize(("left", "sent"), [(0, 0), (1, 0), (2, 1), (3, 2), (9, 2)])
def test_the_last_login_that_a_device_allows_is_never_used(engine, left, sent):
    engine.device.looks["http"] = Look(left=left)
    engine.night()
    assert len(engine.sent) == sent


def test_what_one_way_says_of_the_logins_left_counts_for_all(engine):
    engine.device.answers[("http", "bí-mật-0")] = Attempt(REFUSED, left=1)
    engine.night()
    assert engine.sent == [("http", 0)]


@pytest.mark.parametrize(("attempts", "sent"), [(1, 0), (2, 1), (3, 2), (10, 2)])
def test_one_login_less_than_the_maker_says_is_the_most(tmp_path, attempts, sent):
    engine = Engine(tmp_path / "scan", make_family(lockout=Lockout(attempts=attempts)))
    engine.night()
    assert len(engine.sent) == sent


@pytest.mark.parametrize("outcome", [AttemptOutcome.UNREACHABLE, AttemptOutcome.UNCLEAR, AttemptOutcome.MISMATCH])
def test_a_way_that_fails_is_left_for_the_night_and_the_others_go_on(engine, outcome):
    engine.device.answers[("http", "bí-mật-0")] = outcome
    ways = engine.night()
    assert engine.sent == [("http", 0), ("ssh", 0)]
    assert ways[0].stopped


@pytest.mark.parametrize("outcome", [AttemptOutcome.NO_AUTH, AttemptOutcome.MISMATCH, AttemptOutcome.UNREACHABLE])
def test_where_looking_settles_it_no_login_is_sent(engine, outcome):
    engine.device.looks["http"] = Look(outcome, reason="seen")
    ways = engine.night(("http", 80))
    assert engine.sent == []
    assert (ways[0].known.look, ways[0].reason) == (outcome, "seen")


def test_what_a_device_states_of_itself_costs_no_login(engine):
    engine.attested = Attested(Verdict.UNINITIALISED, ("attest:activation",))
    ways = engine.night(("http", 80))
    assert engine.sent == []
    assert verdicts(ways) == ["uninitialised"]


def test_outside_the_scope_no_login_is_begun(engine):
    engine.door.shut = True
    ways = engine.night()
    assert engine.sent == []
    assert all(str(way.reason).startswith("out-of-scope") for way in ways)


@pytest.mark.parametrize(("left", "sent"), [(0.0, 0), (ATTEMPT_SECONDS + MARGIN_SECONDS, 0), (3600.0, 2)])
def test_no_login_is_begun_that_could_outlive_the_window(engine, left, sent):
    engine.left = left
    engine.night()
    assert len(engine.sent) == sent
    log = engine.folder / "audit.jsonl"
    assert (log.read_text().count('"intent"') if log.exists() else 0) == sent


def test_a_scan_that_is_stopped_ends_the_login_under_way_and_begins_no_other(engine):
    def stop():
        engine.left = 0.0

    engine.device.pause = stop
    engine.left = 3600.0
    engine.device.looked = _StopsAfterLooks(engine, 2)
    engine.night()
    assert len(engine.sent) == 1


class _StopsAfterLooks(list):
    """Gives the time back after each look, so that only a login takes it."""

    def __init__(self, engine, looks):
        super().__init__()
        self.engine, self.looks = engine, looks

    def append(self, one):
        super().append(one)
        self.engine.left = 3600.0


def test_logins_are_spaced(engine):
    engine.night(("http", 80))
    first, second = (moment for *_, moment in engine.device.logins)
    assert (second - first).total_seconds() >= engine.family.limits.spacing_seconds


def test_who_is_asked_to_stop_while_it_waits_for_the_spacing_begins_no_other_login(engine):
    engine.pause = lambda _: True
    engine.night(("http", 80), hours=0)
    assert len(engine.sent) == 1
    engine.pause = engine.clock.pass_
    engine.night(("http", 80))
    assert len(engine.sent) == 2, "what was not begun was not paid for"


def test_a_draft_is_never_logged_in_to(tmp_path):
    engine = Engine(tmp_path / "scan", make_family(status="draft"))
    ways = engine.night()
    assert engine.sent == []
    assert verdicts(ways) == ["inconclusive"] * 2
