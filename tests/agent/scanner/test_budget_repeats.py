"""Which account may be tried again in an audit, what a silent lock-out asks for, and how often one name may be wrong."""

import pytest
from tests.agent.scanner.conftest import make_scope
from tests.agent.scanner.families import OTHER_MAC, SHELL, TWO, WEB, answer, make_family, order

from tuanthu_agent.scanner.budget import DeviceKey, Ledger, Limits, limits_of, strictest
from tuanthu_agent.scanner.errors import BudgetRefusedError
from tuanthu_policy.devices.family import Account, Lockout
from tuanthu_policy.devices.family import Limits as FamilyLimits
from tuanthu_policy.devices.verdict import AttemptOutcome

DAY = 86_400
ACCEPTED, REFUSED = AttemptOutcome.ACCEPTED, AttemptOutcome.REFUSED
UNCLEAR, UNREACHABLE, UNSENT = AttemptOutcome.UNCLEAR, AttemptOutcome.UNREACHABLE, AttemptOutcome.UNSENT
SILENT = make_family(
    lockout=Lockout(attempts=5, duration_seconds=1800, silent=True), limits=FamilyLimits(spacing_seconds=0)
)
ADMINS = make_family(accounts=[Account(user="admin", password=f"bí-mật-{number}", source=0) for number in range(7)])


@pytest.fixture
def ledger(tmp_path, clock):
    with Ledger(tmp_path / "state", clock) as made:
        yield made


def log_in(ledger, outcome=REFUSED, limits=TWO, **what):
    number = ledger.spend(order(**what), limits)
    if outcome is not None:
        ledger.settle(number, answer(outcome))


def refused(ledger, limits=TWO, **what):
    with pytest.raises(BudgetRefusedError) as caught:
        ledger.spend(order(**what), limits)
    return caught.value


def test_what_was_never_sent_is_tried_on_every_later_night_and_paid_for_each_time(ledger, clock):
    for _ in range(5):
        log_in(ledger, UNSENT)
        assert refused(ledger).code == "tried"
        log_in(ledger, UNSENT, number=1)
        assert refused(ledger, number=2).code == "spent", "no connection, and yet the day's budget is gone"
        clock.pass_(DAY)
    log_in(ledger)
    clock.pass_(DAY)
    assert refused(ledger).code == "tried"


@pytest.mark.parametrize("outcome", [UNCLEAR, UNREACHABLE, None])
def test_what_was_sent_and_not_answered_clearly_is_tried_once_more_on_another_night(ledger, clock, outcome):
    log_in(ledger, outcome)
    clock.pass_(DAY - 60)
    assert refused(ledger).code == "tried"
    clock.pass_(60)
    log_in(ledger, UNSENT)
    clock.pass_(DAY)
    log_in(ledger, outcome)
    clock.pass_(10 * DAY)
    assert refused(ledger).code == "tried"
    log_in(ledger, cycle=1)


@pytest.mark.parametrize("outcome", [one for one in AttemptOutcome if one not in (UNCLEAR, UNREACHABLE, UNSENT)])
def test_every_other_answer_closes_an_account_for_the_audit(ledger, clock, outcome):
    log_in(ledger, outcome)
    clock.pass_(10 * DAY)
    assert refused(ledger).code == "tried"


def test_a_clear_answer_goes_before_an_unclear_one_whichever_came_first(ledger, clock):
    log_in(ledger, UNREACHABLE)
    clock.pass_(DAY)
    log_in(ledger, REFUSED)
    first = ledger.standing(order().device, order().family, WEB).accounts[0]
    assert (first.outcome, first.closed, first.ever) == (REFUSED, True, 2)


def test_no_connection_moves_no_counter_of_a_device_that_never_forgets(ledger, clock):
    lasting = limits_of(make_scope(), make_family(lockout=Lockout(attempts=2)))
    for _ in range(3):
        log_in(ledger, UNSENT, lasting)
        clock.pass_(DAY)
    log_in(ledger, REFUSED, lasting)
    clock.pass_(DAY)
    assert refused(ledger, lasting, number=1).code == "lasting"


def test_where_a_lock_is_silent_a_wrong_login_is_the_first_and_only_one_of_its_night(ledger, clock):
    limits = limits_of(make_scope(), SILENT)
    log_in(ledger, REFUSED, limits, family=SILENT)
    error = refused(ledger, limits, family=SILENT, number=1)
    assert (error.code, error.wait_seconds) == ("silent-lock", DAY)
    assert refused(ledger, limits, family=SILENT, number=1, login=SHELL).code == "silent-lock", "over whatever way"
    clock.pass_(DAY)
    log_in(ledger, REFUSED, limits, family=SILENT, number=1)


def test_after_an_accepted_one_the_made_up_account_may_follow(ledger):
    limits = limits_of(make_scope(), SILENT)
    log_in(ledger, ACCEPTED, limits, family=SILENT)
    log_in(ledger, REFUSED, limits, family=SILENT, control=True)


def test_a_refusal_by_a_device_that_locks_silently_counts_from_the_second_night(ledger, clock):
    limits = limits_of(make_scope(), SILENT)
    told = []
    for _ in range(2):
        log_in(ledger, REFUSED, limits, family=SILENT)
        standing = ledger.standing(order().device, SILENT, WEB)
        told.append((standing.tested, standing.accounts[0].doubted))
        clock.pass_(DAY)
    assert told == [(0, True), (1, False)]
    assert refused(ledger, limits, family=SILENT).code == "tried"


def test_a_silent_lock_that_lasts_longer_than_a_day_is_waited_for(ledger, clock):
    family = make_family(lockout=Lockout(attempts=5, duration_seconds=3 * DAY, silent=True))
    limits = limits_of(make_scope(), family)
    log_in(ledger, REFUSED, limits, family=family)
    clock.pass_(2 * DAY)
    assert refused(ledger, limits, family=family, number=1).code == "silent-lock"
    assert refused(ledger, limits, family=family).code == "tried"
    clock.pass_(DAY)
    log_in(ledger, REFUSED, limits, family=family)


def test_one_entry_that_knows_of_a_silent_lock_is_enough():
    assert strictest([Limits(per_day=2), Limits(per_day=2, silent=True)]).silent


def names(ledger, clock, limits, nights=7, outcome=REFUSED):
    """How many accounts of one name could be tried, at one a day; and why the next could not."""
    for number in range(nights):
        try:
            log_in(ledger, outcome, limits, family=ADMINS, number=number)
        except BudgetRefusedError as error:
            return number, error
        clock.pass_(DAY)
    return nights, None


def test_one_name_is_wrong_four_times_in_a_row_at_most_in_a_month_where_no_lock_is_documented(ledger, clock):
    sent, error = names(ledger, clock, TWO)
    assert (sent, error.code, error.wait_seconds) == (4, "name", 24 * DAY)
    assert error.vi != error.en
    spelled = make_family(accounts=[Account(user="Admin", password="khác", source=0)])
    assert refused(ledger, family=spelled, login=SHELL).code == "name", "at every way in, however it is written"
    log_in(ledger, number=2)  # another name
    log_in(ledger, family=ADMINS, number=4, device=DeviceKey("127.20.0.9", OTHER_MAC))
    clock.pass_(error.wait_seconds)
    log_in(ledger, family=ADMINS, number=4)


def test_an_accepted_login_or_none_that_was_sent_leaves_the_name_free(ledger, clock):
    assert names(ledger, clock, TWO, outcome=UNSENT) == (7, None)
    for number in range(7):
        log_in(ledger, ACCEPTED if number == 3 else REFUSED, family=ADMINS, number=number)
        clock.pass_(DAY)


def test_a_documented_lock_or_what_the_device_tells_bounds_it_instead(ledger, clock):
    documented = limits_of(make_scope(), make_family(lockout=Lockout(attempts=3, duration_seconds=60)))
    assert names(ledger, clock, documented, nights=6) == (6, None)
    log_in(ledger, REFUSED, Limits(per_day=2, left=9), family=ADMINS, number=6)


def test_made_up_names_are_nobodys(ledger, clock):
    names(ledger, clock, TWO)
    log_in(ledger, family=ADMINS, control=True)
