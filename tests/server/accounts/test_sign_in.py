import unicodedata
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from tests.assets.people import code_of, person, signed_in

from tuanthu_server.accounts import second_factor, signing_in
from tuanthu_server.accounts.models import Attempts, RecoveryCode, SignIn, User
from tuanthu_server.accounts.roles import Role
from tuanthu_server.security_log.models import SecurityEvent

pytestmark = pytest.mark.django_db
PASSWORD = "mười-bốn-ký-tự-trở-lên"
DEPARTMENT = [Role.ADMINISTRATOR, Role.VIEWER, Role.AUDITOR]


def known(name: str, role: Role = Role.OFFICER) -> User:
    user = person(name, role)
    user.set_password(PASSWORD)
    user.save()
    return user


def enter(client: Client, name: str, password: str = PASSWORD, **more):
    return client.post("/login/", {"username": name, "password": password, **more})


def is_in(client: Client) -> bool:
    return client.get("/password/").status_code == 200


def enrolled(name: str, role: Role = Role.VIEWER) -> tuple[User, list[str]]:
    """A person with a second factor, and their recovery codes."""
    user = known(name, role)
    second_factor.begin(user)
    codes = second_factor.confirm(user, code_of(user, -1))
    assert codes
    return user, codes


def test_an_officer_signs_in_by_password_and_out():
    known("cán-bộ-đức")
    client = Client()

    answer = enter(client, "cán-bộ-đức", next="/units/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/units/")
    assert is_in(client)
    assert client.post("/logout/").status_code == 302
    assert client.get("/").headers["Location"] == "/login/?next=/"
    assert SignIn.objects.get().ended_at is not None


def test_signing_in_never_leads_to_another_site():
    known("cán-bộ-đức")

    for address in ("https://evil.example/", "//evil.example", "javascript:alert(1)"):
        assert enter(Client(), "cán-bộ-đức", next=address).headers["Location"] == "/"


@pytest.mark.parametrize("role", DEPARTMENT)
def test_who_sees_the_department_enrols_a_second_factor_before_anything_else(role):
    user = known("bà-hằng", role)
    client = Client()

    assert enter(client, "bà-hằng", next="/units/").headers["Location"] == "/login/enrol/"
    assert not is_in(client)
    page = client.get("/login/enrol/").content.decode()
    assert '<svg class="qr"' in page
    assert client.get("/login/enrol/").content.decode().count("<path") == page.count("<path")
    assert "Mã không đúng" in client.post("/login/enrol/", {"code": "abc"}).content.decode()
    assert not is_in(client)

    shown = client.post("/login/enrol/", {"code": code_of(user)}).content.decode()
    codes = RecoveryCode.objects.filter(user=user).count()
    assert (shown.count("<li><code>"), codes) == (10, 10)
    assert 'href="/units/"' in shown
    assert is_in(client)


def test_the_second_factor_is_asked_for_at_every_later_sign_in():
    user, _ = enrolled("bà-hằng")
    client = Client()

    assert enter(client, "bà-hằng", next="/units/").headers["Location"] == "/login/code/"
    assert not is_in(client)
    assert "Mã không đúng" in client.post("/login/code/", {"code": "000000"}).content.decode()
    answer = client.post("/login/code/", {"code": f" {code_of(user)[:3]} {code_of(user)[3:]} "})
    assert answer.headers["Location"] == "/units/"
    assert is_in(client)


def test_a_code_is_taken_once():
    user, _ = enrolled("bà-hằng")
    first, second = Client(), Client()
    for client in (first, second):
        enter(client, "bà-hằng")
    code = code_of(user)

    assert first.post("/login/code/", {"code": code}).status_code == 302
    assert second.post("/login/code/", {"code": code}).status_code == 200
    assert not is_in(second)
    older = second.post("/login/code/", {"code": code_of(user, -1)})
    assert older.status_code == 200, "nor is one from before"


def test_a_recovery_code_stands_in_once():
    user, codes = enrolled("bà-hằng")
    first, second = Client(), Client()
    for client in (first, second):
        enter(client, "bà-hằng")

    assert first.post("/login/code/", {"code": codes[0].lower().replace("-", " ")}).status_code == 302
    assert is_in(first)
    assert second.post("/login/code/", {"code": codes[0]}).status_code == 200
    assert not is_in(second)
    assert second_factor.codes_left(user) == 9
    assert not any(code.encode() in bytes(row.digest) for code in codes for row in RecoveryCode.objects.all())


def test_nobody_gets_to_the_second_factor_without_the_first():
    for address in ("/login/code/", "/login/enrol/"):
        assert Client().get(address).headers["Location"] == "/login/"
        assert Client().post(address, {"code": "123456"}).headers["Location"] == "/login/"


def test_the_first_factor_counts_for_a_short_while_and_for_the_same_password_only(monkeypatch):
    user, _ = enrolled("bà-hằng")
    client = Client()
    enter(client, "bà-hằng")
    monkeypatch.setattr(signing_in, "PENDING_FOR", timedelta(0))
    assert client.get("/login/code/").status_code == 302

    monkeypatch.undo()
    enter(client, "bà-hằng")
    user.set_password("một-mật-khẩu-khác-hẳn")
    user.save()
    assert client.get("/login/code/").status_code == 302


def test_a_person_who_has_a_second_factor_cannot_be_enrolled_anew_by_their_password():
    enrolled("bà-hằng")
    client = Client()
    enter(client, "bà-hằng")

    assert client.get("/login/enrol/").headers["Location"] == "/login/"


def test_an_officer_who_enrolled_by_choice_is_asked_too():
    enrolled("cán-bộ-đức", Role.OFFICER)

    assert enter(Client(), "cán-bộ-đức").headers["Location"] == "/login/code/"


def test_a_name_is_the_same_however_a_keyboard_composes_its_diacritics():
    known("cán-bộ-đức")

    assert enter(Client(), unicodedata.normalize("NFD", "cán-bộ-đức")).headers["Location"] == "/"


def test_the_key_of_a_session_changes_with_signing_in():
    known("cán-bộ-đức")
    client = Client()
    session = client.session
    session["planted"] = True
    session.save()
    client.cookies["__Host-tuanthu-session"] = session.session_key
    enter(client, "cán-bộ-đức")

    assert client.session.session_key != session.session_key


def test_cookies_are_for_this_host_and_for_no_script():
    known("cán-bộ-đức")
    client = Client()
    client.get("/login/")
    enter(client, "cán-bộ-đức")
    client.post("/language/", {"language": "en"})

    assert {name for name in client.cookies if name.startswith("__Host-")} == {
        "__Host-tuanthu-session", "__Host-tuanthu-csrf", "__Host-tuanthu-known",
    }  # fmt: skip
    for cookie in client.cookies.values():
        assert cookie["secure"]
        assert cookie["httponly"]
        assert cookie["path"] == "/"
        assert cookie["domain"] == ""
        assert cookie["samesite"] == "Lax"


def test_a_form_from_elsewhere_is_refused():
    known("cán-bộ-đức")
    client = Client(enforce_csrf_checks=True)

    for address in ("/login/", "/logout/", "/language/"):
        assert client.post(address, {"username": "cán-bộ-đức", "password": PASSWORD}).status_code in (302, 403)
    assert not is_in(client)
    assert enter(Client(enforce_csrf_checks=True), "cán-bộ-đức").status_code == 403


def test_guessing_is_held_up_and_told_so_in_vietnamese_and_the_right_password_must_wait_too():
    known("cán-bộ-đức")
    for _ in range(5):
        assert enter(Client(), "cán-bộ-đức", "sai").status_code == 200

    answer = enter(Client(), "cán-bộ-đức")
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) >= 1
    assert "Hãy thử lại sau" in answer.content.decode()
    Attempts.objects.update(held_until=datetime.now(UTC))
    assert enter(Client(), "cán-bộ-đức").status_code == 302


def test_a_name_that_does_not_exist_is_held_up_alike():
    for _ in range(5):
        enter(Client(), "người-lạ", "sai")

    assert enter(Client(), "người-lạ", "sai").status_code == 429


def test_who_signed_in_before_is_not_held_up_by_another_who_guesses():
    known("cán-bộ-đức")
    own = Client()
    enter(own, "cán-bộ-đức")
    own.post("/logout/")
    for _ in range(8):
        enter(Client(REMOTE_ADDR="203.0.113.9"), "cán-bộ-đức", "sai")

    assert enter(Client(), "cán-bộ-đức").status_code == 429
    assert enter(own, "cán-bộ-đức").status_code == 302


def test_an_address_that_tries_many_names_is_held_up_and_others_are_not():
    known("cán-bộ-đức")
    for number in range(30):
        enter(Client(REMOTE_ADDR="203.0.113.9"), f"tên-{number}", "sai")

    assert enter(Client(REMOTE_ADDR="203.0.113.9"), "cán-bộ-đức").status_code == 429
    assert enter(Client(REMOTE_ADDR="203.0.113.10"), "cán-bộ-đức").status_code == 302


def test_codes_cannot_be_tried_through():
    user, _ = enrolled("bà-hằng")
    client = Client()
    enter(client, "bà-hằng")
    wrong = "000000" if code_of(user) != "000000" else "111111"
    for _ in range(5):
        client.post("/login/code/", {"code": wrong})

    assert client.post("/login/code/", {"code": code_of(user, 1)}).status_code == 429
    assert not is_in(client)


def test_a_dismissed_person_cannot_sign_in_and_their_session_ends():
    user = known("cán-bộ-cũ")
    client = signed_in(user)
    User.objects.update(is_active=False)

    assert not is_in(client)
    assert enter(Client(), "cán-bộ-cũ").status_code == 200


def test_what_happens_at_the_door_is_recorded_without_what_was_typed():
    _, codes = enrolled("bà-hằng")
    client = Client()
    enter(client, "bà-hằng", "sai")
    enter(client, "Mật-khẩu-gõ-nhầm-ô", "sai")
    enter(client, "bà-hằng")
    client.post("/login/code/", {"code": "xyz"})
    client.post("/login/code/", {"code": codes[1]})
    client.post("/logout/")

    events = SecurityEvent.objects.filter(sequence__gt=2).order_by("sequence")
    assert [(one.kind, one.subject) for one in events] == [
        ("sign-in-failed", "bà-hằng"),
        ("sign-in-failed", ""),
        ("second-factor-failed", "bà-hằng"),
        ("recovery-code-used", "bà-hằng"),
        ("signed-in", "bà-hằng"),
        ("signed-out", "bà-hằng"),
    ]
    assert {one.address for one in events} == {"127.0.0.1"}
