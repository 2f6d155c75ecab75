from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from tuanthu_server.accounts import holding
from tuanthu_server.accounts.models import Attempts

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
LIMITS = [holding.account("bà-hằng")]


@pytest.mark.django_db
def test_waiting_times_double_up_to_a_quarter_of_an_hour_and_count_nothing_meanwhile():
    waits, at = [], NOW
    for _ in range(20):
        assert holding.attempt(LIMITS, at) is None
        held = Attempts.objects.get().held_until
        if held is not None:
            waits.append((held - at).total_seconds())
            for later in (0.5, 0.9):
                assert holding.attempt(LIMITS, at + (held - at) * later) > timedelta(0)
            assert Attempts.objects.get().held_until == held, "whoever keeps trying does not make it longer"
        at = held or at

    assert waits == [2, 4, 8, 16, 32, 64, 128, 256, 512, *[900] * 7]


@pytest.mark.django_db
def test_failures_are_forgotten_after_a_quiet_day_and_by_a_success():
    for _ in range(5):
        holding.attempt(LIMITS, NOW)
    assert holding.attempt(LIMITS, NOW + timedelta(seconds=1)) is not None
    assert holding.attempt(LIMITS, NOW + timedelta(hours=25)) is None
    assert Attempts.objects.get().failures == 1
    holding.succeeded(LIMITS)
    assert not Attempts.objects.exists()


@pytest.mark.django_db
def test_an_own_success_does_not_wash_an_address_clean():
    own = [holding.address("203.0.113.9")]
    for _ in range(10):
        holding.attempt(own, NOW)
    holding.attempt(own, NOW)
    holding.succeeded(own)

    assert Attempts.objects.get().failures == 10


@pytest.mark.django_db
def test_typing_errors_of_a_whole_hospital_do_not_add_up_over_days():
    own = [holding.address("203.0.113.9")]
    at = NOW
    for _ in range(200):
        assert holding.attempt(own, at) is None, "one error in twenty minutes holds nobody up"
        at += timedelta(minutes=20)
    for _ in range(29):
        assert holding.attempt(own, at) is None
    assert holding.attempt(own, at) is None
    assert holding.attempt(own, at) is not None, "so many at once still do"


@pytest.mark.django_db
def test_no_name_is_kept_and_old_rows_go():
    holding.attempt([holding.account("mật-khẩu-gõ-nhầm")], NOW)

    assert len(bytes(Attempts.objects.get().key)) == 32
    holding.sweep_up(NOW + timedelta(hours=25))
    assert not Attempts.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_many_attempts_at_once_count_as_many():
    def one(_):
        try:
            return holding.attempt(LIMITS) is None
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        judged = sum(pool.map(one, range(40)))

    assert judged == 5
