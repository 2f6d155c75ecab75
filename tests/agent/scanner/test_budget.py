"""The budget: two logins a day at a device by whatever way, each account once, spent for good before it is sent."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from tests.agent.scanner.conftest import FakeClock, make_scope
from tests.agent.scanner.families import CAMERA, FAMILY, MAC, OTHER_MAC, SHELL, TWO, WEB, answer, make_family, order

from tuanthu_agent.scanner.budget import DeviceKey, Ledger, Limits, device_key, limits_of
from tuanthu_agent.scanner.errors import BudgetRefusedError
from tuanthu_policy.devices.family import Account, Lockout
from tuanthu_policy.devices.family import Limits as FamilyLimits
from tuanthu_policy.devices.verdict import AttemptOutcome

DAY = 86_400


@pytest.fixture
def ledger(tmp_path, clock):
    with Ledger(tmp_path / "state", clock) as made:
        yield made


def refused(ledger, what, limits=TWO):
    with pytest.raises(BudgetRefusedError) as caught:
        ledger.spend(what, limits)
    assert caught.value.vi != caught.value.en
    return caught.value


def test_two_logins_a_day_over_all_protocols_together(ledger, clock):
    ledger.spend(order(0, login=WEB), TWO)
    clock.pass_(3600)
    ledger.spend(order(0, login=SHELL), TWO)
    error = refused(ledger, order(1))
    assert error.code == "spent"
    assert error.wait_seconds == DAY - 3600
    clock.pass_(error.wait_seconds)
    ledger.spend(order(1), TWO)
    assert refused(ledger, order(2)).wait_seconds == 3600


def test_the_strictest_limit_holds(ledger):
    assert limits_of(make_scope(attempts_per_day=4), FAMILY).allowed == 2
    assert limits_of(make_scope(attempts_per_day=1), FAMILY).allowed == 1
    assert limits_of(make_scope(attempts_per_day=4), make_family(limits=FamilyLimits(attempts_per_day=9))).allowed == 4
    three = make_family(limits=FamilyLimits(attempts_per_day=4), lockout=Lockout(attempts=3))
    assert limits_of(make_scope(attempts_per_day=4), three).allowed == 2
    once = make_family(lockout=Lockout(attempts=1))
    assert limits_of(make_scope(), once).allowed == 0
    assert refused(ledger, order(family=once), limits_of(make_scope(), once)).wait_seconds is None


def test_the_last_login_that_a_device_allows_is_never_used(ledger):
    assert refused(ledger, order(), Limits(per_day=2, left=1)).code == "left"
    assert refused(ledger, order(), Limits(per_day=2, left=0)).code == "left"
    ledger.spend(order(), Limits(per_day=2, left=2))


def test_logins_since_are_counted_off_what_the_device_said(ledger):
    four = Limits(per_day=4, family_per_day=4, spacing_seconds=0)
    ledger.settle(ledger.spend(order(0), four), answer(left=3))
    ledger.spend(order(1), four)
    ledger.spend(order(2), four)
    assert refused(ledger, order(3), four).code == "left"


def test_logins_are_spaced(ledger, clock):
    limits = Limits(per_day=2, spacing_seconds=3)
    ledger.spend(order(0), limits)
    clock.pass_(1)
    error = refused(ledger, order(1), limits)
    assert (error.code, error.wait_seconds) == ("spacing", 2)
    clock.pass_(2)
    ledger.spend(order(1), limits)


def test_an_account_that_was_answered_is_tried_once_in_an_audit(ledger, clock):
    ledger.settle(ledger.spend(order(0), TWO), answer())
    clock.pass_(400 * DAY)
    assert refused(ledger, order(0)).code == "tried"
    ledger.spend(order(0, login=SHELL), TWO)
    ledger.spend(order(0, family=make_family(revision=2)), TWO)
    clock.pass_(DAY)
    ledger.spend(order(0, device=DeviceKey("127.20.0.9", OTHER_MAC)), TWO)


@pytest.mark.parametrize("outcome", list(AttemptOutcome))
def test_nothing_is_refunded_whatever_comes_of_it(ledger, clock, outcome):
    ledger.settle(ledger.spend(order(0), TWO), answer(outcome))
    assert refused(ledger, order(0)).code == "tried"
    clock.pass_(60)
    if outcome is not AttemptOutcome.LOCKED:
        ledger.settle(ledger.spend(order(1), TWO), answer(outcome))
    assert refused(ledger, order(2)).code in ("spent", "stopped")


def test_a_lock_out_stops_the_device_for_the_day(ledger, clock):
    ledger.settle(ledger.spend(order(0), TWO), answer(AttemptOutcome.LOCKED))
    error = refused(ledger, order(1))
    assert (error.code, error.wait_seconds) == ("stopped", DAY)
    clock.pass_(DAY - 1)
    assert refused(ledger, order(1, login=SHELL)).code == "stopped"
    clock.pass_(1)
    ledger.spend(order(1), TWO)


def test_or_for_longer_where_the_device_says_so(ledger, clock):
    ledger.settle(ledger.spend(order(0), TWO), answer(AttemptOutcome.LOCKED, unlock_seconds=3 * DAY))
    clock.pass_(3 * DAY - 1)
    assert refused(ledger, order(1)).wait_seconds == 1
    ledger.stop(CAMERA, "locked", 10**12)
    assert refused(ledger, order(1)).wait_seconds == 30 * DAY


def test_a_signal_without_a_login_stops_it_too(ledger):
    ledger.stop(CAMERA, "locked")
    assert refused(ledger, order(0)).code == "stopped"
    assert ledger.refusal(CAMERA, TWO).code == "stopped"


def test_none_left_is_a_lock_out(ledger, clock):
    ledger.settle(ledger.spend(order(0), TWO), answer(left=0))
    clock.pass_(60)
    assert refused(ledger, order(1), Limits(per_day=2, left=9)).code == "stopped"


def test_what_was_spent_under_an_address_counts_when_the_hardware_is_known(ledger):
    ledger.spend(order(0, device=DeviceKey("127.20.0.5")), TWO)
    ledger.spend(order(1, device=CAMERA), TWO)
    assert refused(ledger, order(2)).code == "spent"
    assert refused(ledger, order(0)).code == "tried"


def test_a_known_device_at_a_new_address_is_the_same(ledger):
    ledger.spend(order(0), TWO)
    moved = DeviceKey("127.20.0.77", MAC)
    ledger.spend(order(1, device=moved), TWO)
    assert refused(ledger, order(2, device=moved)).code == "spent"
    assert refused(ledger, order(2, device=DeviceKey("127.20.0.77"))).code == "spent"


def test_two_addresses_of_one_hardware_are_one_device(ledger):
    first, second = DeviceKey("127.20.0.5"), DeviceKey("127.20.0.6")
    ledger.spend(order(0, device=first), TWO)
    ledger.spend(order(1, device=second), TWO)
    ledger.see(DeviceKey("127.20.0.5", MAC))
    ledger.see(DeviceKey("127.20.0.6", MAC))
    for device in (first, second, DeviceKey("127.20.0.7", MAC)):
        assert refused(ledger, order(2, device=device)).code == "spent"


def test_hardware_that_hides_again_is_not_forgotten(ledger):
    ledger.spend(order(0), TWO)
    ledger.spend(order(1), TWO)
    assert refused(ledger, order(2, device=DeviceKey(CAMERA.address))).code == "spent"


def test_another_device_has_a_budget_of_its_own(ledger):
    ledger.spend(order(0), TWO)
    ledger.spend(order(1), TWO)
    ledger.spend(order(0, device=DeviceKey("127.20.0.6", OTHER_MAC)), TWO)
    # Even where it took over the address.
    ledger.spend(order(1, device=DeviceKey(CAMERA.address, OTHER_MAC)), TWO)


def test_the_same_device_by_whatever_spelling():
    assert device_key("::ffff:127.20.0.5", "A4-14-37-00-00-01") == CAMERA
    assert device_key("127.20.0.5", "a414.3700.0001") == CAMERA
    assert device_key("127.20.0.5", "00:00:00:00:00:00").mac is None
    assert device_key("fd00:0::1") == device_key("fd00::1")
    for wrong in ("", "a4:14", "camera", "a4:14:37:00:00:01:02"):
        with pytest.raises(ValueError, match="no hardware address"):
            device_key("127.20.0.5", wrong)
    with pytest.raises(ValueError, match="appear to be"):
        device_key("127.20.0.500")


def test_the_slow_audit_goes_on_where_it_stopped(tmp_path, clock):
    told = []
    for _ in range(4):
        with Ledger(tmp_path, clock) as ledger:
            for _ in range(2):
                standing = ledger.standing(CAMERA, FAMILY, WEB)
                if standing.untried:
                    number = FAMILY.accounts.index(standing.untried[0])
                    ledger.settle(ledger.spend(order(number), TWO), answer(evidence=("status-401",)))
            standing = ledger.standing(CAMERA, FAMILY, WEB)
            told.append((standing.tested, standing.documented))
        clock.pass_(DAY)
    assert told == [(2, 7), (4, 7), (6, 7), (7, 7)]


def test_only_clear_answers_count_as_tested(ledger, clock):
    outcomes = [AttemptOutcome.UNCLEAR, AttemptOutcome.UNREACHABLE, AttemptOutcome.REFUSED, None]
    for number, outcome in enumerate(outcomes):
        spent = ledger.spend(order(number), TWO)
        if outcome is not None:
            ledger.settle(spent, answer(outcome))
        clock.pass_(DAY)
    standing = ledger.standing(CAMERA, FAMILY, WEB)
    assert (standing.tested, standing.documented, standing.attempts) == (1, 7, 4)
    assert [one.outcome for one in standing.accounts[:4]] == outcomes
    assert standing.untried == FAMILY.accounts[4:]


@pytest.mark.parametrize(
    ("before", "now"),
    [
        (DeviceKey("127.20.0.5"), CAMERA),  # its hardware was unknown: it may have been another device
        (CAMERA, DeviceKey("127.20.0.5")),
        (DeviceKey("127.20.0.5", OTHER_MAC), DeviceKey("127.20.0.5")),
    ],
)
def test_in_doubt_an_account_counts_as_tried_and_never_as_refused(ledger, before, now):
    ledger.settle(ledger.spend(order(0, device=before), TWO), answer(AttemptOutcome.REFUSED))
    ledger.see(now)
    standing = ledger.standing(now, FAMILY, WEB)
    assert standing.accounts[0].tried
    assert standing.accounts[0].outcome is None
    assert standing.tested == 0


def test_a_device_put_in_the_place_of_another_does_not_inherit_its_answers(ledger):
    ledger.settle(ledger.spend(order(0), TWO), answer(AttemptOutcome.REFUSED))
    new = DeviceKey(CAMERA.address, OTHER_MAC)
    ledger.see(new)
    standing = ledger.standing(new, FAMILY, WEB)
    assert not standing.accounts[0].tried
    assert standing.attempts == 0


def test_a_new_audit_tries_each_account_once_more_out_of_the_same_budget(ledger, clock):
    ledger.settle(ledger.spend(order(0), TWO), answer(AttemptOutcome.REFUSED))
    ledger.settle(ledger.spend(order(0, cycle=1), TWO), answer(AttemptOutcome.ACCEPTED))
    assert refused(ledger, order(1, cycle=1)).code == "spent"
    clock.pass_(DAY)
    assert refused(ledger, order(0, cycle=1)).code == "tried"
    first, second = (ledger.standing(CAMERA, FAMILY, WEB, cycle).accounts[0] for cycle in (0, 1))
    assert (first.outcome, second.outcome) == (AttemptOutcome.REFUSED, AttemptOutcome.ACCEPTED)
    assert second.at == clock.wall - timedelta(days=1)


def test_one_control_login_ever_out_of_the_same_budget(ledger, clock):
    ledger.settle(ledger.spend(order(0), TWO), answer(AttemptOutcome.ACCEPTED))
    control = order(0, control=True)
    ledger.settle(ledger.spend(control, TWO), answer(AttemptOutcome.REFUSED))
    standing = ledger.standing(CAMERA, FAMILY, WEB)
    assert standing.control.tried
    assert standing.control.outcome is AttemptOutcome.REFUSED
    assert standing.tested == 1
    assert standing.attempts == 2
    clock.pass_(DAY)
    assert refused(ledger, control).code == "tried"


def test_a_secret_that_each_device_has_of_its_own_is_no_account_to_try(ledger):
    family = make_family(accounts=[Account(user="admin", password_kind="label", source=0), *FAMILY.accounts[:1]])
    assert ledger.standing(CAMERA, family, WEB).documented == 1
    with pytest.raises(ValueError, match="without a password"):
        ledger.spend(order(0, family=family), TWO)


def test_no_password_is_in_the_file(tmp_path, clock):
    with Ledger(tmp_path, clock) as ledger:
        ledger.settle(ledger.spend(order(3), TWO), answer())
    for path in tmp_path.iterdir():
        assert "bí-mật".encode() not in path.read_bytes()
        assert path.stat().st_mode & 0o077 == 0


def test_processes_share_one_budget(tmp_path):
    def one(number):
        with Ledger(tmp_path, FakeClock()) as ledger:
            try:
                return ledger.spend(order(number), TWO)
            except BudgetRefusedError:
                return None

    with ThreadPoolExecutor(7) as pool:
        assert sum(number is not None for number in pool.map(one, range(7))) == 2


def test_huge_numbers_of_a_device_are_kept_in_bounds(ledger):
    ledger.settle(ledger.spend(order(0), TWO), answer(left=10**30, reason="x\ud800", unlock_seconds=-5))
    ledger.settle(ledger.spend(order(1), TWO), answer(left=-3, reason="\0"))
    assert ledger.refusal(CAMERA, TWO).code == "stopped"
