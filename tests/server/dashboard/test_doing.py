"""Pages on which something is done or decided: enrolment, scans, versions of the policy."""

import re

import msgspec
import pytest
from tests.assets.people import person, signed_in
from tests.assets.policies import small_policy
from tests.assets.signing import TestAgent

from tuanthu_policy.policy import Policy
from tuanthu_server.accounts.roles import Role
from tuanthu_server.compliance.policies import publish, versions
from tuanthu_server.compliance.policy_difference import policy_difference
from tuanthu_server.ingest.enrolment import enrol
from tuanthu_server.inventory import tokens
from tuanthu_server.inventory.models import EnrolToken
from tuanthu_server.units.models import Unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(unit, policy):
    return signed_in(person("cán-bộ-đức", Role.OFFICER, unit))


@pytest.fixture
def stranger(unit, policy):
    other = Unit.objects.create(code="BV-9", name="Bệnh viện khác", created_at=unit.created_at)
    return signed_in(person("người-ngoài", Role.OFFICER, other))


def test_a_token_from_the_page_enrols_a_machine_and_is_shown_once(officer, unit):
    page = officer.post("/enrolment/", {"unit": unit.code, "uses": 2, "days": 7, "label": "Tầng 2"}).content.decode()
    token = re.search(r'<code id="token">(TT-[^<]+)<', page)[1]
    response, _ = enrol(*TestAgent().enrolment(token, "MÁY-1"))

    assert response.agent
    assert re.search(rf"enrol --server https://\S+ --ca-fingerprint [0-9a-f]{{64}} --token {token}", page)
    again = officer.get("/enrolment/").content.decode()
    assert token not in again
    assert "Tầng 2" in again


@pytest.mark.parametrize("wrong", [{"unit": "BV-9"}, {"uses": "0"}, {"days": "366"}, {"uses": "nhiều"}, {"unit": ""}])
def test_a_form_that_is_wrong_says_so_and_makes_no_token(officer, stranger, unit, wrong):
    answer = officer.post("/enrolment/", {"unit": unit.code, "uses": "1", "days": "1", **wrong})

    assert answer.status_code == 200
    assert "field-error" in answer.content.decode()
    assert not EnrolToken.objects.exists()


def test_a_token_is_revoked_by_who_reaches_its_unit_only(officer, stranger, unit):
    tokens.issue(unit)
    number = EnrolToken.objects.get().pk

    assert stranger.post(f"/enrolment/{number}/revoke/").status_code == 404
    assert EnrolToken.objects.get().revoked_at is None
    assert "Đã thu hồi" in officer.post(f"/enrolment/{number}/revoke/", follow=True).content.decode()
    assert EnrolToken.objects.get().revoked_at is not None


def test_the_menu_shows_nobody_what_they_may_not_open(officer, unit, policy):
    auditor = signed_in(person("cô-kiểm", Role.AUDITOR))

    assert "/enrolment/" in officer.get("/").content.decode()
    assert "/enrolment/" not in auditor.get("/").content.decode()
    assert "/scans/" in auditor.get("/").content.decode()


def changed(policy: Policy) -> Policy:
    rules = [msgspec.structs.replace(policy.rules["alpha.good"], max_age="9d")]
    renamed = msgspec.structs.replace(policy.frameworks["test"].controls[0], clause="1a", rules=["alpha.good"])
    frameworks = [msgspec.structs.replace(policy.frameworks["test"], controls=[renamed])]
    return Policy(policy.kinds.values(), rules, frameworks)


def test_a_difference_names_every_change_and_whether_it_can_change_results():
    before = small_policy()
    found = policy_difference(before, changed(before))

    assert [rule.id for rule in found.removed] == ["both.good"]
    assert [(one.rule.id, [field.name for field in one.fields]) for one in found.changed] == [
        ("alpha.good", ["max_age"])
    ]
    assert found.changed[0].judges_otherwise
    assert [one.control.id for one in found.controls_removed] == ["two"]
    assert [field.name for one in found.controls_changed for field in one.fields] == ["clause"]
    assert policy_difference(before, before).is_empty
    assert [rule.id for rule in policy_difference(changed(before), before).added] == ["both.good"]


def test_words_alone_change_no_result():
    before = small_policy()
    rule = msgspec.structs.replace(before.rules["alpha.good"], title=before.rules["both.good"].title, severity="low")
    after = Policy(before.kinds.values(), [rule, before.rules["both.good"]], before.frameworks.values())

    assert not any(one.judges_otherwise for one in policy_difference(before, after).changed)


def test_versions_are_listed_with_the_one_in_force_and_their_differences(officer, policy):
    publish(changed(policy), note="Bớt một quy tắc")
    newest, oldest = versions()
    page = officer.get("/policies/").content.decode()
    change = officer.get(f"/policies/{oldest.number}/{newest.number}/").content.decode()

    assert "Bớt một quy tắc" in page
    assert page.count("đang hiệu lực") == 1
    assert "both.good" in change
    assert "có thể đổi kết quả" in change
    assert officer.get("/policies/999/1/").status_code == 404


def test_scans_of_all_units_are_on_one_page(officer, policy):
    assert "Chưa có lần quét nào" in officer.get("/scans/").content.decode()
