import io
import re

import pytest
from tests.assets.people import person

from tuanthu_server.accounts import kept_secrets, managing
from tuanthu_server.accounts.models import User
from tuanthu_server.accounts.roles import Role
from tuanthu_server.cli import people, security_log
from tuanthu_server.demo import accounts as demo
from tuanthu_server.demo.organisation import load_organisation
from tuanthu_server.errors import InputError
from tuanthu_server.security_log.models import SecurityEvent

pytestmark = pytest.mark.django_db


def test_a_person_is_added_given_another_role_and_locked_by_commands(capsys, client):
    person("bà-hằng", Role.ADMINISTRATOR)
    people.add("ông-phúc", role="viewer", name="Nguyễn Phúc")
    link = re.search(r"https://localhost:8443(/invitation/[\w-]+/)", capsys.readouterr().out)[1]
    assert client.get(link).status_code == 200

    people.role("ông-phúc", "auditor")
    people.deactivate("ông-phúc")
    people.show()
    shown = capsys.readouterr().out
    assert "Kiểm" in shown
    assert User.objects.get(username="ông-phúc").role == Role.AUDITOR
    assert client.get(link).status_code == 404
    people.activate("ông-phúc")
    people.reset("ông-phúc", second_factor=True)
    assert "/invitation/" in capsys.readouterr().out


@pytest.mark.parametrize(
    "command",
    [
        lambda: people.add("x", role="root"),
        lambda: people.add("x", unit=["KHÔNG-CÓ"]),
        lambda: people.add("a b"),
        lambda: people.role("không-có", "viewer"),
        lambda: people.reset("không-có"),
        lambda: people.deactivate("bà-hằng"),
    ],
)
def test_what_cannot_be_is_explained(command):
    person("bà-hằng", Role.ADMINISTRATOR)

    with pytest.raises(InputError):
        command()


def test_the_log_is_verified_and_shown_by_commands(capsys):
    managing.add("ông-phúc", Role.VIEWER)
    security_log.verify()
    security_log.show()
    shown = capsys.readouterr().out
    assert SecurityEvent.objects.get().digest in shown
    assert "Thêm người dùng" in shown

    SecurityEvent.objects.update(subject="khác")
    with pytest.raises(SystemExit) as ended:
        security_log.verify()
    assert ended.value.code == 1


def test_a_secret_is_read_from_standard_input_and_not_from_the_command_line(monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", io.StringIO("bí mật của khách\n"))
    security_log.set_secret("oidc-client-secret")
    security_log.turn()

    assert kept_secrets.read("oidc-client-secret") == "bí mật của khách"
    assert "bí mật của khách" not in capsys.readouterr().out


def test_the_demonstration_has_one_person_of_each_role_once():
    load_organisation()
    made = demo.add_people()

    assert {user.role for user, _ in made} == set(Role)
    assert all(user.check_password(password) for user, password in made)
    assert demo.add_people() == []
