from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from functools import partial

import pytest
from django.db import connection
from django.db.models import F
from django.test import RequestFactory
from tests.assets.people import person

from tuanthu_server.access import bearer
from tuanthu_server.access.people import reach
from tuanthu_server.accounts import api_tokens, rates
from tuanthu_server.accounts.models import ApiToken
from tuanthu_server.accounts.permissions import Permission
from tuanthu_server.accounts.roles import Role

pytestmark = pytest.mark.django_db


def asking(authorization: str):
    return RequestFactory().get("/", headers={"authorization": authorization})


def test_a_program_reaches_what_its_person_reaches_and_does_what_the_token_says():
    user = person("bà-hằng", Role.ADMINISTRATOR)
    request = asking(f"Bearer {api_tokens.issue(user, 'x', [Permission.SEE], 30)}")
    found = bearer.reach_of_token(request)

    assert (found.whole, found.permissions, found.user_id) == (True, {Permission.SEE}, user.pk)
    assert reach(request) is found


def test_a_token_says_no_more_than_its_person_may_today():
    user = person("bà-hằng", Role.ADMINISTRATOR)
    token = api_tokens.issue(user, "x", [Permission.SEE, Permission.MANAGE_PEOPLE], 30)
    user.role = Role.OFFICER
    user.save()

    found = bearer.reach_of_token(asking(f"Bearer {token}"))
    assert (found.unit_ids, found.permissions) == (frozenset(), {Permission.SEE})


@pytest.mark.parametrize(
    "authorization", ["", "Bearer", "Bearer x", "Basic abc", "Bearer ttapi_" + "x" * 500, "Bearer ttapi_ữ"]
)
def test_what_is_no_token_reaches_nothing(authorization):
    assert bearer.reach_of_token(asking(authorization)) is None


def test_who_guesses_tokens_is_held_up_and_who_has_one_is_not():
    token = api_tokens.issue(person("bà-hằng", Role.ADMINISTRATOR), "x", [Permission.SEE], 30)
    for number in range(30):
        assert bearer.reach_of_token(asking(f"Bearer ttapi_{number}")) is None
    with pytest.raises(bearer.TooManyRequestsError):
        bearer.reach_of_token(asking("Bearer ttapi_30"))

    assert bearer.reach_of_token(asking(f"Bearer {token}")) is not None


def test_a_program_is_served_at_a_limited_rate_without_harm_to_others():
    own = rates.OwnRates(per_minute=60, burst=3)
    for _ in range(3):
        own.take(1, now=100.0)
    with pytest.raises(bearer.TooManyRequestsError) as refused:
        own.take(1, now=100.5)

    assert refused.value.seconds == pytest.approx(0.5)
    own.take(2, now=100.5)
    own.take(1, now=101.0)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite takes one process")
@pytest.mark.django_db(transaction=True)
def test_processes_on_one_database_serve_a_program_no_more_than_one_process_does():
    user = person("bà-hằng", Role.ADMINISTRATOR)
    for name in ("x", "y"):
        api_tokens.issue(user, name, [Permission.SEE], 30)
    busy, other = ApiToken.objects.order_by("pk").values_list("pk", flat=True)

    def process(_) -> int:
        served = 0
        try:
            for _ in range(4):
                with suppress(bearer.TooManyRequestsError):
                    SLOW().take(busy)
                    served += 1
        finally:
            connection.close()
        return served

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(process, range(4))) == 6
    with pytest.raises(bearer.TooManyRequestsError) as refused:
        SLOW().take(busy)
    assert 0 < refused.value.seconds <= 3600
    SLOW().take(other)
    ApiToken.objects.filter(pk=busy).update(paid_until=F("paid_until") - timedelta(hours=1))
    SLOW().take(busy)


SLOW = partial(rates.SharedRates, per_minute=1 / 60, burst=6)
