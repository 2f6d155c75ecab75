from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from tests.assets.people import person, signed_in

from tuanthu_server.accounts import invitations, sessions, upkeep
from tuanthu_server.accounts.models import Invitation, SignIn, User
from tuanthu_server.accounts.roles import Role

pytestmark = pytest.mark.django_db
LONG_AGO = datetime.now(UTC) - timedelta(days=100)
OLD, NEW = "mật-khẩu-cũ-đủ-dài", "mật-khẩu-mới-đủ-dài"


@pytest.fixture
def user() -> User:
    user = person("cán-bộ-đức", Role.OFFICER)
    user.set_password(OLD)
    user.save()
    return user


def is_in(client: Client) -> bool:
    return client.get("/password/").status_code == 200


def test_an_ended_session_ends_at_once(user):
    one, two = signed_in(user), signed_in(user)
    assert sessions.of(user).count() == 2

    sessions.end(user, pk=SignIn.objects.earliest("pk").pk)
    assert not is_in(one)
    assert is_in(two)


@pytest.mark.parametrize(
    ("field", "ago", "holds"),
    [
        ("seen_at", timedelta(minutes=59), True),
        ("seen_at", timedelta(minutes=61), False),
        ("began_at", timedelta(hours=11), True),
        ("began_at", timedelta(hours=12, minutes=1), False),
    ],
)
def test_a_session_ends_by_itself_when_idle_or_old(user, field, ago, holds):
    client = signed_in(user)
    SignIn.objects.update(**{field: datetime.now(UTC) - ago})

    assert is_in(client) is holds
    assert sessions.of(user).exists() is holds


def test_a_session_in_use_stays(user):
    client = signed_in(user)
    SignIn.objects.update(seen_at=datetime.now(UTC) - timedelta(minutes=50))
    client.get("/password/")

    assert datetime.now(UTC) - SignIn.objects.get().seen_at < timedelta(minutes=1)


def test_a_session_of_one_person_is_of_no_use_to_another(user):
    client = signed_in(person("người-khác", Role.OFFICER))
    SignIn.objects.update(user=user)

    assert not is_in(client)


def test_a_new_password_ends_all_other_sessions(user):
    here, there = signed_in(user), signed_in(user)
    form = {"old_password": OLD, "new_password1": NEW, "new_password2": NEW}

    assert here.post("/password/", form).headers["Location"] == "/password/changed/"
    assert is_in(here)
    assert not is_in(there)


def test_the_old_password_cannot_be_guessed_from_a_session_that_was_left_open(user):
    client = signed_in(user)
    form = {"old_password": "sai", "new_password1": NEW, "new_password2": NEW}
    for _ in range(5):
        assert client.post("/password/", form).status_code == 200

    assert client.post("/password/", form | {"old_password": OLD}).status_code == 429
    assert User.objects.get().check_password(OLD)


@pytest.mark.parametrize("password", ["ngắn", "1qaz2wsx3edc4rfv", "cán-bộ-đức-2026"])
def test_a_weak_password_is_refused_everywhere(user, password):
    form = {"new_password1": password, "new_password2": password}
    token = invitations.invite(user)

    assert signed_in(user).post("/password/", form | {"old_password": OLD}).status_code == 200
    assert Client().post(f"/invitation/{token}/", form).status_code == 200
    assert User.objects.get().check_password(OLD)


def test_what_nobody_can_use_any_more_is_cleared_away_and_the_rest_stays(user):
    client = signed_in(user)
    SignIn.objects.create(user=user, began_at=LONG_AGO, seen_at=LONG_AGO)
    Session.objects.create(session_key="x" * 32, session_data="", expire_date=LONG_AGO)
    Invitation.objects.create(user=user, digest=b"x" * 32, created_at=LONG_AGO, expires_at=LONG_AGO)
    upkeep.tidy()

    assert is_in(client)
    assert (SignIn.objects.count(), Session.objects.count(), Invitation.objects.count()) == (1, 1, 0)


def test_an_invitation_sets_the_password_once_and_ends_what_was_open(user):
    client, token = signed_in(user), invitations.invite(user)
    form = {"new_password1": NEW, "new_password2": NEW}

    assert "cán-bộ-đức" in Client().get(f"/invitation/{token}/").content.decode()
    assert Client().post(f"/invitation/{token}/", form).headers["Location"] == "/login/"
    assert User.objects.get().check_password(NEW)
    assert not is_in(client)
    assert Client().post(f"/invitation/{token}/", form).status_code == 404
    assert token.encode() not in bytes(Invitation.objects.get().digest)


def test_a_link_that_is_over_or_replaced_or_made_up_serves_nobody(user):
    old = invitations.invite(user)
    new = invitations.invite(user)
    for token in (old, "abc", "ữ"):
        assert Client().get(f"/invitation/{token}/").status_code == 404
    Invitation.objects.update(expires_at=datetime.now(UTC))
    assert Client().get(f"/invitation/{new}/").status_code == 404
