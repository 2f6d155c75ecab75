import pytest
from django.test import RequestFactory
from tests.assets.people import person

from tuanthu_server.access import bearer
from tuanthu_server.access.people import reach
from tuanthu_server.accounts import api_tokens
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
    rates = bearer.Rates(per_minute=60, burst=3)
    for _ in range(3):
        rates.take(1, now=100.0)
    with pytest.raises(bearer.TooManyRequestsError) as refused:
        rates.take(1, now=100.5)

    assert refused.value.seconds == pytest.approx(0.5)
    rates.take(2, now=100.5)
    rates.take(1, now=101.0)
