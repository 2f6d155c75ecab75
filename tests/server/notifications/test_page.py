"""The page on which everybody looks after their own subscriptions."""

import msgspec
import pytest
from django.conf import settings
from tests.assets.people import person, signed_in

from tuanthu_server.accounts.roles import Role
from tuanthu_server.notifications.models import Subscription

pytestmark = pytest.mark.django_db
GOOD = {"channel": "email", "language": "vi", "kinds": ["digest", "default-login"], "quiet_from": "21:00", "quiet_to": "06:00"}  # fmt: skip


@pytest.fixture(autouse=True)
def _mail(config, monkeypatch):
    given = msgspec.structs.replace(config, smtp_host="thu.soyte.vn", telegram_token="1:a")
    monkeypatch.setattr(settings, "CONFIG", given)


@pytest.fixture
def officer(db):
    user = person("cán-bộ-đức", Role.OFFICER)
    user.email = "duc@ea-tiu.vn"
    user.save()
    return signed_in(user)


def test_a_person_is_told_at_the_address_of_their_account_and_at_no_other(officer):
    answer = officer.post("/notifications/", {**GOOD, "address": "ke-gian@x.vn", "urgent": "on"}, follow=True)
    made = Subscription.objects.get()

    assert (made.address, made.kinds, made.urgent) == ("duc@ea-tiu.vn", ["default-login", "digest"], True)
    assert f"{made.quiet_from:%H:%M}-{made.quiet_to:%H:%M}" == "21:00-06:00"
    assert "Đã thêm đăng ký" in answer.content.decode()
    assert "21:00–06:00" in answer.content.decode()


@pytest.mark.parametrize(
    "wrong",
    [
        {"kinds": []}, {"kinds": ["gossip"]}, {"channel": "webhook", "chat": "https://a.vn/"}, {"quiet_to": ""}, {"quiet_from": "25:00"},
        {"channel": "telegram", "chat": "không-phải"}, {"channel": "telegram", "chat": "\0"}, {"language": "fr"}, {"channel": ""},
    ],
)  # fmt: skip
def test_a_form_that_is_wrong_says_so(officer, wrong):
    answer = officer.post("/notifications/", {**GOOD, **wrong})

    assert answer.status_code == 200
    assert "field-error" in answer.content.decode()
    assert not Subscription.objects.exists()


def test_without_an_address_of_the_account_no_mail_is_promised():
    answer = signed_in(person("chưa-có-thư", Role.VIEWER)).post("/notifications/", GOOD)

    assert "hãy nhờ người quản trị" in answer.content.decode()
    assert not Subscription.objects.exists()


def test_nobody_sees_or_ends_the_subscription_of_another(officer):
    officer.post("/notifications/", GOOD)
    number = Subscription.objects.get().pk
    other = signed_in(person("bà-hằng", Role.ADMINISTRATOR))

    assert "duc@ea-tiu.vn" not in other.get("/notifications/").content.decode()
    assert other.post(f"/notifications/{number}/end/").status_code == 404
    assert Subscription.objects.get().ended_at is None
    officer.post(f"/notifications/{number}/end/")
    assert Subscription.objects.get().ended_at is not None
    assert officer.post(f"/notifications/{number}/end/").status_code == 404
