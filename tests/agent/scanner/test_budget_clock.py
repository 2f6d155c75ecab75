"""No clock refunds a login: not one set back, not one set far ahead, not one that stops over night."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from tests.agent.scanner.conftest import NOON, FakeClock
from tests.agent.scanner.families import FAMILY, MAC, OTHER_MAC, TWO, answer, order

from tuanthu_agent.scanner.budget import DeviceKey, Ledger
from tuanthu_agent.scanner.budget.elapsed import MOST_OFF, advance, first_mark
from tuanthu_agent.scanner.clock import Reading, SystemClock
from tuanthu_agent.scanner.errors import BudgetRefusedError
from tuanthu_policy.devices.verdict import AttemptOutcome

DAY = 86_400.0


def spend_both(ledger):
    ledger.spend(order(0), TWO)
    ledger.spend(order(1), TWO)


def code(ledger, number=2):
    refusal = ledger.refusal(order(number).device, TWO)
    return refusal and refusal.code


@pytest.mark.parametrize("jump", [-10 * 365 * DAY, -DAY, -3600, 3600, DAY, DAY + 1, 73 * 365 * DAY])
def test_a_wall_clock_that_jumps_changes_nothing(tmp_path, clock, jump):
    with Ledger(tmp_path, clock) as ledger:
        spend_both(ledger)
        clock.set(jump)
        assert code(ledger) == "spent"
    with Ledger(tmp_path, clock) as again:
        assert code(again) == "spent"
        clock.pass_(DAY - 1)
        assert code(again) == "spent"
        clock.pass_(1)
        assert code(again) is None


def test_a_jump_there_and_back_changes_nothing(tmp_path, clock):
    with Ledger(tmp_path, clock) as ledger:
        spend_both(ledger)
        for jump in (DAY * 3, -DAY * 3, -DAY * 3, DAY * 3):
            clock.set(jump)
            ledger.see(DeviceKey("127.20.0.5", MAC))
        assert code(ledger) == "spent"


def test_a_night_that_the_machine_was_off_counts(tmp_path, clock):
    with Ledger(tmp_path, clock) as ledger:
        spend_both(ledger)
        clock.pass_(5 * 3600)
    clock.reboot(14.5 * 3600, "second")
    with Ledger(tmp_path, clock) as ledger:
        assert code(ledger) == "spent"
        clock.pass_(4.5 * 3600)
        assert code(ledger) is None


def test_a_clock_set_far_ahead_while_off_unlocks_no_day(tmp_path, clock):
    with Ledger(tmp_path, clock) as ledger:
        spend_both(ledger)
    clock.set(400 * DAY)
    clock.reboot(60, "second")
    with Ledger(tmp_path, clock) as ledger:
        assert code(ledger) == "spent"
        clock.pass_(DAY - MOST_OFF - 60)
        assert code(ledger) == "spent"


def test_a_flat_battery_that_resets_the_clock_at_each_boot_unlocks_nothing(tmp_path, clock):
    with Ledger(tmp_path, clock) as ledger:
        spend_both(ledger)
    true = clock.wall
    for boot in range(10):
        clock.wall = datetime(2000, 1, 1, tzinfo=UTC)
        clock.uptime, clock.boot = 20.0, f"boot {boot}"
        with Ledger(tmp_path, clock) as ledger:
            assert code(ledger) == "spent"
            clock.wall = true + timedelta(minutes=boot)  # the network tells the time
            clock.uptime += 10
            ledger.see(DeviceKey("127.20.0.5", MAC))
            assert code(ledger) == "spent"


def test_where_the_system_names_no_boot_the_time_since_boot_still_tells(tmp_path):
    clock = FakeClock(boot="")
    with Ledger(tmp_path, clock) as ledger:
        spend_both(ledger)
        clock.set(5 * DAY)
        assert code(ledger) == "spent"
    clock.set(-5 * DAY)
    clock.reboot(3600, "")
    with Ledger(tmp_path, clock) as ledger:
        assert code(ledger) == "spent"
        clock.pass_(DAY - 1)
        assert code(ledger) is None


def test_books_carried_to_a_machine_that_has_run_for_long_unlock_nothing(tmp_path, clock):
    with Ledger(tmp_path, clock) as ledger:
        spend_both(ledger)
    clock.uptime, clock.boot = 90 * DAY, "another machine"
    with Ledger(tmp_path, clock) as ledger:
        assert code(ledger) == "spent"


READINGS = st.builds(
    Reading,
    st.datetimes(datetime(1970, 1, 2), datetime(2200, 1, 1)).map(lambda moment: moment.replace(tzinfo=UTC)),
    st.floats(0, 1e9),
    st.sampled_from(["", "one", "two"]),
)


@given(st.lists(READINGS, min_size=2, max_size=20))
def test_the_ledgers_time_never_runs_backwards_nor_faster_than_both_witnesses_allow(readings):
    mark = first_mark(readings[0])
    for reading in readings[1:]:
        later = advance(mark, reading)
        assert mark.time <= later.time <= mark.time + max(reading.uptime - mark.uptime, reading.uptime + MOST_OFF)
        assert later.wall == max(mark.wall, reading.wall.timestamp())
        mark = later


def test_this_machine_tells_both_times():
    first = SystemClock().read()
    second = SystemClock().read()
    assert first.wall.tzinfo is UTC
    assert 0 < first.uptime <= second.uptime
    assert first.boot == second.boot


class Nights(RuleBasedStateMachine):
    """A machine over many days, its clock set by hand, its devices coming and going; true time is what we know."""

    def __init__(self):
        super().__init__()
        self.folder = TemporaryDirectory()
        self.clock = FakeClock(wall=NOON)
        self.true = 0.0
        self.boots = 0
        self.spent = defaultdict(list)
        self.locked = {}
        self.outcomes = defaultdict(list)
        self.ledger = Ledger(Path(self.folder.name), self.clock)
        self.addresses = ["127.20.0.5", "127.20.0.6"]
        self.look_around()

    def look_around(self):
        for which in range(2):
            self.ledger.see(self.device(which, known=True))

    def teardown(self):
        self.ledger.close()
        self.folder.cleanup()

    def device(self, which, *, known):
        mac = (MAC, OTHER_MAC)[which]
        return DeviceKey(self.addresses[which], mac if known else None)

    @rule()
    def the_devices_change_places(self):
        self.addresses.reverse()
        self.look_around()

    @rule(which=st.integers(0, 1), last=st.integers(7, 9))
    def a_device_moves(self, which, last):
        if f"127.20.0.{last}" not in self.addresses:
            self.addresses[which] = f"127.20.0.{last}"
            self.look_around()

    @rule(seconds=st.floats(0, 2 * DAY))
    def time_passes(self, seconds):
        self.clock.pass_(seconds)
        self.true += seconds

    @rule(seconds=st.floats(-400 * DAY, 400 * DAY))
    def somebody_sets_the_clock(self, seconds):
        self.clock.set(seconds)
        self.ledger.see(DeviceKey("127.20.0.9"))

    @rule(off=st.floats(0, 3 * DAY))
    def the_machine_is_off_for_a_while(self, off):
        self.ledger.close()
        self.boots += 1
        self.clock.reboot(off, f"boot {self.boots}")
        self.true += off + 30
        self.ledger = Ledger(Path(self.folder.name), self.clock)

    @rule()
    def the_program_starts_anew(self):
        self.ledger.close()
        self.ledger = Ledger(Path(self.folder.name), self.clock)

    @rule(
        which=st.integers(0, 1),
        known=st.booleans(),
        accounts=st.permutations(range(7)),
        outcome=st.sampled_from([*AttemptOutcome, None]),
    )
    def somebody_wants_to_log_in(self, which, known, accounts, outcome):
        for account in accounts:
            self.log_in(which, account, outcome, known=known)

    def log_in(self, which, account, outcome, *, known):
        try:
            number = self.ledger.spend(order(account, device=self.device(which, known=known)), TWO)
        except BudgetRefusedError:
            return
        self.is_no_repetition(which, account)
        assert self.true >= self.locked.get(which, 0.0), "a locked device was tried"
        self.spent[which].append((self.true, account))
        self.outcomes[which, account].append(outcome)
        if outcome is not None:
            self.ledger.settle(number, answer(outcome))
        if outcome is AttemptOutcome.LOCKED:
            self.locked[which] = self.true + DAY - 1e-3

    def is_no_repetition(self, which, account):
        """Another night, and nobody knows an answer; once, or as long as nothing was ever sent."""
        before = [at for at, one in self.spent[which] if one == account]
        assert not before or self.true - before[-1] >= DAY - 1e-3, "an account was tried twice in a night"
        sent = [one for one in self.outcomes[which, account] if one is not AttemptOutcome.UNSENT]
        assert sent in ([], [None], [AttemptOutcome.UNCLEAR], [AttemptOutcome.UNREACHABLE]), (
            "an account was tried twice"
        )

    @invariant()
    def no_day_saw_more_than_two_logins_at_a_device(self):
        for spent in self.spent.values():
            times = [at for at, _ in spent]
            for early, late in zip(times, times[2:], strict=False):
                assert late - early >= DAY - 1e-3

    @invariant()
    def what_was_spent_is_known(self):
        for which, spent in self.spent.items():
            standing = self.ledger.standing(self.device(which, known=True), FAMILY, FAMILY.logins[0])
            assert {number for number, one in enumerate(standing.accounts) if one.tried} >= {one for _, one in spent}

    @invariant()
    def no_answer_of_one_device_is_held_for_anothers(self):
        for which in range(2):
            standing = self.ledger.standing(self.device(which, known=True), FAMILY, FAMILY.logins[0])
            for number, one in enumerate(standing.accounts):
                assert one.outcome is None or one.outcome in self.outcomes[which, number]


Nights.TestCase.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
TestNights = Nights.TestCase
