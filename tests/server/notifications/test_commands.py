"""`tuanthu-server notifications`, and the settings that are looked at before the collector starts."""

import msgspec
import pytest
from django.conf import settings
from tests.assets.people import person
from tests.server.notifications.conftest import KEY

from tuanthu_server import server_process
from tuanthu_server.accounts.roles import Role
from tuanthu_server.cli import notifications
from tuanthu_server.config import Config
from tuanthu_server.errors import TuanthuError
from tuanthu_server.notifications import subscriptions
from tuanthu_server.notifications.channels.webhook import Webhook
from tuanthu_server.notifications.kinds import Kind

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _settings(config, monkeypatch):
    monkeypatch.setattr(settings, "CONFIG", config)
    monkeypatch.setenv("COLUMNS", "250")


@pytest.fixture
def somebody(db):
    return person("bà-hằng", Role.ADMINISTRATOR)


def add(receiver, **changes):
    given = {"user": "bà-hằng", "channel": "webhook", "to": receiver.url("/mat"), "kind": ["all"]} | changes
    notifications.add(**given)


def test_a_subscription_is_added_tried_listed_and_removed(somebody, receiver, config, capsys):
    add(receiver, quiet="21:00-06:00", language="en")
    made = subscriptions.listed().get()
    notifications.test(made.pk)
    notifications.show()
    notifications.remove(made.pk)
    printed = capsys.readouterr().out

    assert made.kinds == sorted(Kind.values)
    assert Webhook(config).key(made.address, made.pk) in printed
    assert receiver.told()[0]["subject"] == "[Tuanthu] Test message"
    assert "21:00-06:00" in printed
    assert "/mat" not in printed
    assert not subscriptions.listed().exists()
    assert KEY not in printed


def test_a_trial_that_fails_says_why(somebody, receiver):
    add(receiver)
    receiver.answers = [503]
    with pytest.raises(TuanthuError, match="HTTP 503"):
        notifications.test(subscriptions.listed().get().pk)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"user": "không-ai"}, "no user"),
        ({"channel": "email", "to": "a@b.vn"}, "smtp_host"),
        ({"channel": "telegram", "to": "5"}, "telegram_token"),
        ({"channel": "fax"}, "fax: not valid"),
        ({"kind": ["digest", "gossip"]}, "gossip: not valid"),
        ({"kind": []}, "not valid"),
        ({"language": "fr"}, "fr: not valid"),
        ({"quiet": "21h"}, "--quiet 21h"),
        ({"to": "ftp://a.vn"}, "https"),
    ],
)
def test_a_subscription_that_could_never_work_is_refused(somebody, receiver, changes, told):
    with pytest.raises(TuanthuError, match=told):
        add(receiver, **changes)
    assert not subscriptions.listed().exists()


def test_the_same_subscription_twice_is_refused(somebody, receiver):
    add(receiver)
    with pytest.raises(TuanthuError, match="remove it first"):
        add(receiver)


@pytest.mark.parametrize("number", [0, 99])
def test_one_that_is_not_there_is_refused(number):
    with pytest.raises(TuanthuError):
        notifications.remove(number)


@pytest.mark.parametrize(
    "wrong",
    [
        {"digest_time": "7h"},
        {"smtp_security": "ssl"},
        {"metrics_secret": "short"},
        {"deadlines_file": "/không/có.toml"},
    ],
)
def test_the_collector_does_not_start_with_settings_that_cannot_work(tmp_path, wrong):
    server_process.check_telling(Config(data_dir=tmp_path))
    with pytest.raises(TuanthuError, match=next(iter(wrong))):
        server_process.check_telling(msgspec.structs.replace(Config(data_dir=tmp_path), **wrong))
