import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory

from tuanthu_server.accounts.first import FIRST_USERNAME, ensure_first_administrator
from tuanthu_server.accounts.middleware import ChosenLanguageMiddleware
from tuanthu_server.accounts.models import User
from tuanthu_server.accounts.roles import Role
from tuanthu_server.dashboard.middleware import PageHeadersMiddleware

pytestmark = pytest.mark.django_db
NEW = "một-mật-khẩu-rất-dài-2026"


def test_the_first_administrator_gets_a_password_that_works_and_is_told_once():
    password = ensure_first_administrator()

    assert len(password) == 20
    assert Client().login(username=FIRST_USERNAME, password=password)
    assert ensure_first_administrator() is None
    assert User.objects.get().role == Role.ADMINISTRATOR


def test_there_is_no_first_administrator_where_a_person_is_known():
    User.objects.create_user("bác-sĩ-thủy")

    assert ensure_first_administrator() is None
    assert not User.objects.filter(role=Role.ADMINISTRATOR).exists()


def test_a_wrong_password_is_told_in_vietnamese_without_saying_which_part_was_wrong():
    ensure_first_administrator()

    for name in (FIRST_USERNAME, "người-lạ"):
        page = Client().post("/login/", {"username": name, "password": "sai"}, headers={"accept-language": "vi"})
        assert "Tên đăng nhập hoặc mật khẩu không đúng." in page.content.decode()


def test_a_person_changes_the_password_and_the_old_one_ends():
    password = ensure_first_administrator()
    client = Client()
    client.login(username=FIRST_USERNAME, password=password)

    form = {"old_password": password, "new_password1": NEW, "new_password2": NEW}
    assert client.post("/password/", form, follow=True).redirect_chain == [("/password/changed/", 302)]
    assert not Client().login(username=FIRST_USERNAME, password=password)
    assert Client().login(username=FIRST_USERNAME, password=NEW)


def test_a_short_new_password_is_refused():
    password = ensure_first_administrator()
    client = Client()
    client.login(username=FIRST_USERNAME, password=password)

    form = {"old_password": password, "new_password1": "ngắn", "new_password2": "ngắn"}
    assert client.post("/password/", form).status_code == 200
    assert Client().login(username=FIRST_USERNAME, password=password)


@pytest.mark.parametrize(("cookie", "language"), [("", "vi"), ("en", "en"), ("fr", "vi"), ("../x", "vi")])
def test_the_language_is_the_persons_choice_and_not_the_browsers(cookie, language):
    request = RequestFactory().get("/", headers={"accept-language": "en-US"})
    request.COOKIES["django_language"] = cookie

    assert ChosenLanguageMiddleware(lambda _: HttpResponse())(request).headers["Content-Language"] == language


def test_pages_carry_a_policy_that_allows_no_script_but_that_of_the_collector():
    answer = PageHeadersMiddleware(lambda _: HttpResponse())(RequestFactory().get("/"))

    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "script-src 'self';" in answer.headers["Content-Security-Policy"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]


def test_passwords_of_people_are_hashed_slowly(hashers):
    assert hashers[0].endswith(".Argon2PasswordHasher")
