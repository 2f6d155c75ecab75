import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from tests.assets.people import code_of, person, signed_in

from tuanthu_server.accounts import api_tokens, invitations, managing, second_factor, sessions
from tuanthu_server.accounts.models import ApiToken, User
from tuanthu_server.accounts.permissions import Permission
from tuanthu_server.accounts.roles import Role
from tuanthu_server.errors import InputError
from tuanthu_server.security_log.models import SecurityEvent
from tuanthu_server.units.models import Unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit() -> Unit:
    return Unit.objects.create(code="TYT-01", name="Trạm Y tế xã Đoàn Kết", created_at=datetime.now(UTC))


@pytest.fixture
def boss() -> User:
    return person("bà-hằng", Role.ADMINISTRATOR)


def kinds() -> list[str]:
    return list(SecurityEvent.objects.order_by("sequence").values_list("kind", flat=True))


def test_an_administrator_adds_an_officer_who_then_sets_a_password_and_sees_the_unit(boss, unit, client):
    form = {"username": "cán-bộ-đức", "name": "Trần Đức", "email": "", "role": "officer", "units": ["TYT-01"]}
    shown = signed_in(boss).post("/people/new/", form).content.decode()
    link = re.search(r"http://testserver(/invitation/[\w-]+/)", shown)[1]

    password = "một-mật-khẩu-rất-dài"
    client.post(link, {"new_password1": password, "new_password2": password})
    assert client.post("/login/", {"username": "cán-bộ-đức", "password": password}).status_code == 302
    assert [one.code for one in managing.units_for(User.objects.get(username="cán-bộ-đức"))] == ["TYT-01"]
    assert kinds() == ["person-added", "invited", "password-changed", "signed-in"]
    assert SecurityEvent.objects.get(kind="person-added").actor == "bà-hằng"


def test_who_guesses_links_is_held_up_and_who_has_one_is_not(boss, client):
    link = f"/invitation/{invitations.invite(boss)}/"
    for number in range(30):
        assert client.get(f"/invitation/{number}/").status_code == 404
    answer = client.get("/invitation/30/")

    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert "Hãy thử lại sau" in answer.content.decode()
    assert client.get(link).status_code == 200


@pytest.mark.parametrize(
    "changed",
    [
        {"username": "bà-hằng"},
        {"username": "BÀ-HẰNG"},
        {"username": "a b"},
        {"username": ""},
        {"role": "root"},
        {"units": ["KHÔNG-CÓ"]},
        {"units": []},
        {"email": "x"},
    ],
)
def test_a_person_who_cannot_be_is_not_made(boss, unit, changed):
    form = {"username": "cán-bộ-đức", "name": "", "email": "", "role": "officer", "units": ["TYT-01"]} | changed

    assert signed_in(boss).post("/people/new/", form).status_code == 200
    assert User.objects.count() == 1


def test_another_role_ends_sessions_and_units_and_is_recorded_with_before_and_after(boss, unit):
    user = person("cán-bộ-đức", Role.OFFICER, unit)
    client = signed_in(user)
    form = {"name": "", "email": "", "role": "auditor", "units": ["TYT-01"]}

    assert signed_in(boss).post(f"/people/{user.pk}/", form).status_code == 302
    assert client.get("/").status_code == 302
    assert managing.units_for(user) == []
    detail = SecurityEvent.objects.get(kind="person-changed").detail
    assert (detail["before"], detail["after"]) == (
        {"role": "officer", "units": ["TYT-01"]}, {"role": "auditor", "units": []},
    )  # fmt: skip


def test_the_last_administrator_can_neither_be_deactivated_nor_demoted(boss):
    person("đã-nghỉ", Role.ADMINISTRATOR)
    managing.deactivate(User.objects.get(username="đã-nghỉ"))
    client = signed_in(boss)

    client.post(f"/people/{boss.pk}/deactivate/")
    client.post(f"/people/{boss.pk}/", {"name": "", "email": "", "role": "viewer", "units": []})
    boss.refresh_from_db()
    assert (boss.is_active, boss.role) == (True, Role.ADMINISTRATOR)


@pytest.mark.django_db(transaction=True)
def test_two_administrators_cannot_remove_each_other_at_once():
    both = [person("bà-hằng", Role.ADMINISTRATOR), person("ông-phúc", Role.ADMINISTRATOR)]

    def remove(user) -> bool:
        try:
            managing.deactivate(user)
        except InputError:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(remove, both))

    assert sorted(done) == [False, True]
    assert User.objects.filter(role=Role.ADMINISTRATOR, is_active=True).count() == 1


def test_deactivating_ends_sessions_and_programs_and_can_be_taken_back(boss):
    user = person("ông-phúc", Role.VIEWER)
    client, token = signed_in(user), api_tokens.issue(user, "sao lưu", [Permission.SEE], 30)
    link, admin = invitations.invite(user), signed_in(boss)

    admin.post(f"/people/{user.pk}/deactivate/")
    assert client.get("/account/").status_code == 302
    assert api_tokens.find(token) is None
    admin.post(f"/people/{user.pk}/reactivate/")
    assert User.objects.get(pk=user.pk).is_active
    assert client.get("/account/").status_code == 302, "what ended does not come back"
    assert api_tokens.find(token) is None
    assert invitations.person_of(link) is None
    assert kinds()[-4:] == ["person-deactivated", "sessions-ended", "api-token-revoked", "person-reactivated"]


def test_an_administrator_resets_a_second_factor(boss):
    user = person("ông-phúc", Role.VIEWER)
    second_factor.begin(user)
    second_factor.confirm(user, code_of(user))
    client = signed_in(user)

    signed_in(boss).post(f"/people/{user.pk}/reset-second-factor/")
    user.refresh_from_db()
    assert not second_factor.is_set(user)
    assert client.get("/account/").status_code == 302


def test_what_cannot_be_done_to_a_person_does_not_exist(boss):
    client = signed_in(boss)

    assert client.post(f"/people/{boss.pk}/delete/").status_code == 404
    for number in (999, 2**70):
        assert client.post(f"/people/{number}/deactivate/").status_code == 404


def test_a_person_ends_their_other_sessions_and_nobody_elses():
    user, other = person("ông-phúc", Role.VIEWER), person("cô-kiểm", Role.AUDITOR)
    here, there, foreign = signed_in(user), signed_in(user), signed_in(other)
    theirs = sessions.of(other).get().pk

    assert here.post(f"/account/sessions/{theirs}/end/").status_code == 404
    assert foreign.get("/account/").status_code == 200
    assert here.post("/account/sessions/0/end/").status_code == 302
    assert (here.get("/account/").status_code, there.get("/account/").status_code) == (200, 302)


def test_an_api_token_is_shown_once_and_ends_when_it_is_revoked():
    user = person("ông-phúc", Role.VIEWER)
    client = signed_in(user)
    form = {"name": "bảng điện tử", "permissions": ["see"], "days": "30"}
    shown = client.post("/account/tokens/", form).content.decode()
    token = re.search(r"Bearer (ttapi_[\w-]+)", shown)[1]

    assert token not in client.get("/account/").content.decode()
    found = api_tokens.find(token)
    assert (found.user, found.permissions) == (user, ["see"])
    assert token.encode() not in bytes(found.digest)
    assert signed_in(person("cô-kiểm", Role.AUDITOR)).post(f"/account/tokens/{found.pk}/revoke/").status_code == 404
    assert client.post(f"/account/tokens/{found.pk}/revoke/").status_code == 302
    assert api_tokens.find(token) is None
    assert kinds()[-2:] == ["api-token-made", "api-token-revoked"]


@pytest.mark.parametrize(
    "changed",
    [
        {"permissions": ["manage-people"]},
        {"permissions": ["own-account"]},
        {"permissions": []},
        {"days": "9999"},
        {"name": " "},
    ],
)
def test_a_token_that_a_person_may_not_make_is_not_made(changed):
    form = {"name": "x", "permissions": ["see"], "days": "30"} | changed

    assert signed_in(person("ông-phúc", Role.VIEWER)).post("/account/tokens/", form).status_code == 200
    assert not ApiToken.objects.exists()


def test_tokens_expire_and_are_not_endless():
    user = person("ông-phúc", Role.VIEWER)
    token = api_tokens.issue(user, "x", [Permission.SEE], 30)
    ApiToken.objects.update(expires_at=datetime.now(UTC) - timedelta(seconds=1))
    assert api_tokens.find(token) is None
    for _ in range(api_tokens.MOST):
        api_tokens.issue(user, "x", [Permission.SEE], 30)
    with pytest.raises(InputError):
        api_tokens.issue(user, "x", [Permission.SEE], 30)


def test_new_recovery_codes_need_the_second_factor_once_more():
    user = person("ông-phúc", Role.VIEWER)
    second_factor.begin(user)
    old = second_factor.confirm(user, code_of(user, -1))
    client = signed_in(user)

    assert client.post("/account/recovery-codes/", {"code": "000001"}).content.decode().count("<li><code>") == 0
    shown = client.post("/account/recovery-codes/", {"code": code_of(user)}).content.decode()
    assert shown.count("<li><code>") == 10
    assert not second_factor.use_recovery_code(user, old[0])


def test_an_officer_turns_the_second_factor_on_by_choice():
    user = person("cán-bộ-đức", Role.OFFICER)
    client = signed_in(user)
    assert '<svg class="qr"' in client.get("/account/second-factor/").content.decode()

    assert client.post("/account/second-factor/", {"code": code_of(user)}).content.decode().count("<li><code>") == 10
    assert client.get("/account/second-factor/").status_code == 302


def test_the_log_is_read_filtered_and_verified_on_its_page(boss):
    client = signed_in(boss)
    managing.add("cán-bộ-đức", Role.VIEWER)
    managing.deactivate(User.objects.get(username="cán-bộ-đức"))

    page = client.get("/security-log/", {"kind": "person-added", "verify": "1"})
    assert [event.subject for event, _ in page.context["lines"]] == ["cán-bộ-đức"]
    assert "Nhật ký nguyên vẹn" in page.content.decode()
    for hostile in ({"kind": "\0", "who": "\0"}, {"page": "x"}, {"who": "<script>" * 50}):
        assert client.get("/security-log/", hostile).status_code == 200
    SecurityEvent.objects.filter(sequence=1).update(subject="khác")
    assert "đã bị sửa" in client.get("/security-log/?verify=1").content.decode()
