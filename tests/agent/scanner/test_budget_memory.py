"""What a device may not have forgotten: wrong logins in a row, over whatever pauses, and the figure that it last told."""

import pytest
from tests.agent.scanner.conftest import make_scope
from tests.agent.scanner.families import TWO, answer, make_family, order

from tuanthu_agent.scanner.budget import Ledger, Limits, limits_of, strictest
from tuanthu_agent.scanner.errors import BudgetRefusedError
from tuanthu_policy.devices.family import Limits as FamilyLimits
from tuanthu_policy.devices.family import Lockout
from tuanthu_policy.devices.verdict import AttemptOutcome

DAY = 86_400


@pytest.fixture
def ledger(tmp_path, clock):
    with Ledger(tmp_path / "state", clock) as made:
        yield made


def limits(**lockout):
    return limits_of(make_scope(), make_family(lockout=Lockout(**lockout), limits=FamilyLimits(spacing_seconds=0)))


def nights(ledger, clock, allowed, wanted=7, **said):
    """How many of so many accounts could be tried, at one a day; and why the next could not."""
    for number in range(wanted):
        try:
            ledger.settle(ledger.spend(order(number), allowed), answer(**said))
        except BudgetRefusedError as error:
            return number, error
        clock.pass_(1.05 * DAY)
    return wanted, None


@pytest.mark.parametrize("attempts", [1, 2, 3, 5])
def test_where_nobody_says_that_it_forgets_the_lock_is_never_reached_on_whatever_days(ledger, clock, attempts):
    sent, error = nights(ledger, clock, limits(attempts=attempts))
    assert sent == attempts - 1
    if sent:
        assert (error.code, error.wait_seconds) == ("lasting", None)
    clock.pass_(300 * DAY)
    with pytest.raises(BudgetRefusedError):
        ledger.spend(order(6), limits(attempts=attempts))


def test_where_the_lock_is_documented_to_end_a_day_forgives(ledger, clock):
    assert nights(ledger, clock, limits(attempts=3, duration_seconds=60)) == (7, None)


def test_a_lock_that_lasts_longer_than_a_day_is_forgotten_no_sooner(ledger, clock):
    sent, error = nights(ledger, clock, limits(attempts=3, duration_seconds=3 * DAY))
    assert (sent, error.code) == (2, "lasting")
    clock.pass_(error.wait_seconds)
    ledger.spend(order(2), limits(attempts=3, duration_seconds=3 * DAY))


def test_where_no_lock_is_documented_the_audit_goes_on_night_after_night(ledger, clock):
    assert nights(ledger, clock, limits()) == (7, None)


def test_an_accepted_login_begins_a_new_row(ledger, clock):
    allowed = limits(attempts=3)
    for number in range(2):
        ledger.settle(ledger.spend(order(number), allowed), answer())
    clock.pass_(2 * DAY)
    ledger.settle(ledger.spend(order(2), TWO), answer(AttemptOutcome.ACCEPTED))
    ledger.spend(order(3), allowed)


def test_an_answer_that_nobody_wrote_down_counts_as_a_wrong_login(ledger, clock):
    allowed = limits(attempts=3)
    for number in range(2):
        ledger.spend(order(number), allowed)
    clock.pass_(2 * DAY)
    with pytest.raises(BudgetRefusedError, match="in a row"):
        ledger.spend(order(2), allowed)


def test_the_figure_that_a_device_told_holds_until_it_tells_another(ledger, clock):
    ledger.settle(ledger.spend(order(0), TWO), answer(left=1))
    clock.pass_(40 * DAY)
    with pytest.raises(BudgetRefusedError) as caught:
        ledger.spend(order(1), TWO)
    assert (caught.value.code, caught.value.wait_seconds) == ("left", None)
    ledger.spend(order(1), Limits(per_day=2, left=5, spacing_seconds=0))  # it says so itself, just now


def test_the_figure_that_a_device_told_is_old_once_it_is_known_to_have_forgotten(ledger, clock):
    ledger.settle(ledger.spend(order(0), TWO), answer(left=1))
    allowed = limits(attempts=5, duration_seconds=1800)
    with pytest.raises(BudgetRefusedError) as caught:
        ledger.spend(order(1), allowed)
    assert caught.value.wait_seconds == DAY
    clock.pass_(DAY)
    ledger.spend(order(1), allowed)


def test_what_the_device_says_now_goes_before_what_is_remembered(ledger, clock):
    nights(ledger, clock, limits(attempts=3))
    ledger.spend(order(2), limits_of(make_scope(), make_family(lockout=Lockout(attempts=3)), left=3))


def test_several_entries_bound_a_device_by_the_strictest_of_each():
    lasting, ending, silent = limits(attempts=5), limits(attempts=3, duration_seconds=60), limits()
    assert strictest([ending, silent]) == ending
    both = strictest([lasting, ending, silent])
    assert (both.documented, both.forgives_seconds, both.allowed) == (3, None, 2)
    assert strictest([silent]) == silent
    one = Limits(per_day=4, family_per_day=1, left=3, spacing_seconds=9)
    assert strictest([one, Limits(per_day=2, left=2)]) == Limits(per_day=2, family_per_day=1, left=2, spacing_seconds=9)
