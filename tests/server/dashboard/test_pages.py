import re
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tuanthu_policy.loader import load_policy
from tuanthu_server.accounts.models import User
from tuanthu_server.compliance.policies import publish
from tuanthu_server.demo.organisation import load_organisation
from tuanthu_server.inventory.models import Asset
from tuanthu_server.units.models import Relation, Unit, UnitExpectation, UnitLink

pytestmark = pytest.mark.django_db

HOSTILE = '<script>alert("Đắk")</script> {{ 7*7 }} [bold]x[/] \u202e%s'
ARGUMENTS = {
    "agent": "0199aaaa-0000-7000-8000-000000000001",
    "token": "abc",
    "rule": "antivirus.installed",
    "action": "invite",
    "change": "close",
    "code": "A-1",
    "asset_id": 1,
    "framework": "directive-14-2018",
    "control": "coverage",
    "number": 1,
    "before": 1,
    "after": 1,
}
OPEN = {"login", "login-code", "login-enrol", "login-oidc", "login-oidc-back", "invitation", "language", "metrics"}


def every_page(patterns=None):
    for pattern in patterns or get_resolver().url_patterns:
        if isinstance(pattern, URLResolver) and pattern.namespace == "api":
            continue  # tests/server/api asks every operation by itself
        if isinstance(pattern, URLResolver):
            yield from every_page(pattern.url_patterns)
        elif isinstance(pattern, URLPattern):
            names = pattern.pattern.converters
            yield pattern.name, reverse(pattern.name, kwargs={name: ARGUMENTS[name] for name in names})


@pytest.fixture
def officer() -> Client:
    client = Client()
    client.force_login(User.objects.create_user("cán-bộ-ngọc", role="viewer"))
    return client


@pytest.fixture
def policy():
    publish(load_policy())


@pytest.fixture
def machine(policy) -> Asset:
    unit = Unit.objects.create(code="A-1", name="Trạm Y tế xã Đắk Mẫu", kind="station", created_at=datetime.now(UTC))
    UnitExpectation.objects.create(unit=unit, valid_from="2025-07-01", machines=4, staff=5)
    return Asset.objects.create(unit=unit, name="MÁY-ĐÓN-TIẾP", created_at=datetime.now(UTC))


def test_every_page_asks_an_outsider_to_sign_in(machine):
    pages = dict(every_page())

    assert {
        "overview",
        "units",
        "unit",
        "asset",
        "lines",
        "devices",
        "unit-devices",
        "computers",
        "controls",
        "control",
        "password",
    } <= pages.keys()
    for name, address in pages.items():
        answer = Client().get(address)
        if name not in OPEN:
            assert answer.status_code == 302, name
            assert answer.headers["Location"].startswith("/login/?next="), name


def test_an_empty_collector_says_what_to_do(officer, policy):
    page = officer.get("/").content.decode()

    assert "Chưa có đơn vị nào" in page
    assert "tuanthu-server units import" in page
    assert officer.get("/units/").status_code == 200
    assert "Không tìm thấy đơn vị nào" in officer.get("/units/").content.decode()


@pytest.mark.parametrize(
    "address", ["/", "/units/", "/lines/", "/controls/", "/units/A-1/", "/devices/", "/devices/A-1/", "/computers/"]
)
def test_a_collector_without_a_policy_explains_itself(officer, address):
    Unit.objects.create(code="A-1", name="Đơn vị", created_at=datetime.now(UTC))

    answer = officer.get(address)

    assert answer.status_code == 200
    assert "policies publish" in answer.content.decode()


def test_units_without_machines_are_told_how_to_enrol(officer, policy):
    load_organisation()

    overview = officer.get("/").content.decode()

    assert "Chưa có máy nào báo cáo" in overview
    assert "Dữ liệu trình diễn" in overview
    assert "Chưa có máy nào ghi danh ở đơn vị này" in officer.get("/units/TD-X017/").content.decode()


def test_a_machine_that_never_reported_is_shown_as_not_checked_and_never_as_passing(officer, machine):
    unit = officer.get("/units/A-1/").content.decode()
    page = officer.get(f"/assets/{machine.pk}/").content.decode()

    assert "MÁY-ĐÓN-TIẾP" in unit
    assert "Chưa từng báo cáo" in unit
    assert 'class="outcome o-notchecked"' in page
    assert 'class="outcome o-pass"' not in page
    assert "Chưa có số liệu" in page


def test_coverage_shows_numerator_and_denominator(officer, machine):
    text = re.sub(r"\s+", " ", officer.get("/").content.decode())

    assert "0 máy đang báo cáo / 4 máy khai báo" in text


def test_the_clause_page_quotes_the_text_and_lists_what_a_person_must_attest(officer, machine):
    page = officer.get("/controls/directive-14-2018/coverage/").content.decode()

    assert "100% máy chủ" in page
    assert "diễn đạt lại, chưa phải nguyên văn" in page
    assert "Chưa xác nhận" in page
    assert "MÁY-ĐÓN-TIẾP" in page


def test_every_clause_has_a_page(officer, machine):
    for framework in load_policy().frameworks.values():
        for control in framework.controls:
            assert officer.get(f"/controls/{framework.id}/{control.id}/").status_code == 200


def test_hostile_names_are_shown_as_text_and_break_no_page(officer, machine):
    unit = machine.unit
    unit.name = HOSTILE
    unit.save()
    machine.name = HOSTILE
    machine.os = machine.owner = machine.location = machine.serial = HOSTILE
    machine.macs = [HOSTILE]
    machine.save()
    device = Asset.objects.create(unit=unit, role="device", created_at=datetime.now(UTC), device_key="ip:10.0.0.1")
    device.name = device.vendor = device.model = device.family = HOSTILE
    device.device_class = "computer"
    device.save()
    UnitLink.objects.create(unit=unit, relation=Relation.OWNER, target_name=HOSTILE, valid_from="2025-07-01")

    for address in (
        "/",
        "/units/",
        "/lines/",
        "/devices/",
        "/devices/A-1/",
        "/computers/",
        f"/assets/{device.pk}/",
        "/units/A-1/",
        f"/assets/{machine.pk}/",
        "/controls/directive-14-2018/coverage/",
    ):
        answer = officer.get(address)
        assert answer.status_code == 200, address
        assert "<script>" not in answer.content.decode(), address
    assert officer.get("/units/", {"q": HOSTILE}).status_code == 200


@pytest.mark.parametrize("code", ["a/b", "%2e%2e", "mã có dấu", "<b>"])
def test_a_unit_with_an_odd_code_still_has_a_page(officer, policy, code):
    Unit.objects.create(code=code, name="Đơn vị lạ", created_at=datetime.now(UTC))

    assert officer.get(reverse("unit", args=[code])).status_code == 200
    assert officer.get("/").status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "/units/KHONG-CO/",
        "/units/%00/",
        "/devices/KHONG-CO/",
        "/devices/%00/",
        "/controls/%00/a/",
        "/assets/999/",
        "/controls/a/b/",
        "/không-có",
        "/assets/9999999999999999999999/",
    ],
)
def test_what_does_not_exist_is_a_vietnamese_page(officer, policy, address):
    answer = officer.get(address)

    assert answer.status_code == 404
    assert "Không tìm thấy trang" in answer.content.decode()


def test_an_error_of_the_server_is_told_in_vietnamese_without_its_details(officer, policy, monkeypatch):
    monkeypatch.setattr("tuanthu_server.access.reach.standing", lambda _: 1 / 0)
    officer.raise_request_exception = False

    answer = officer.get("/")

    assert answer.status_code == 500
    assert "Máy chủ gặp lỗi" in answer.content.decode()
    assert "ZeroDivision" not in answer.content.decode()


@pytest.mark.parametrize(
    "address", ["/", "/units/", "/lines/", "/controls/", "/devices/", "/devices/A-1/", "/computers/"]
)
def test_a_page_only_answers_to_reading(officer, policy, address):
    assert officer.post(address).status_code == 405


def test_the_list_of_units_is_searched_without_diacritics(officer, policy):
    load_organisation()

    page = officer.get("/units/", {"q": "TRAM mau 017", "kind": "station"}).content.decode()

    assert "Trạm Y tế xã Mẫu 017" in page
    assert "Trạm Y tế xã Mẫu 018" not in page


def test_no_page_holds_a_script_or_a_style_or_takes_anything_from_elsewhere(officer, machine):
    addresses = ("/", "/units/", "/lines/", "/devices/", "/devices/A-1/", "/computers/", "/units/A-1/", "/controls/")
    for address in (*addresses, f"/assets/{machine.pk}/", "/login/"):
        page = officer.get(address, follow=True).content.decode()
        scripts = re.findall(r"<script[^>]*>[^<]*</script>", page)
        assert all(re.fullmatch(r'<script src="/static/[^"]+" defer></script>', one) for one in scripts), scripts
        assert page.count("<script") == len(scripts)
        assert not re.search(r" (style|on[a-z]+)=", page)
        assert not re.search(r'(src|href)="(https?:)?//', page)


def test_pages_of_216_units_ask_the_database_no_more_than_pages_of_two(officer, policy, machine):
    addresses = ("/", "/to-do/", "/units/", "/lines/", "/devices/", "/computers/", "/indicators/", "/controls/")
    few = [questions(officer, address) for address in addresses]
    load_organisation()

    assert [questions(officer, address) for address in addresses] == few


def questions(officer, address) -> int:
    officer.get(address)  # what is made once
    with CaptureQueriesContext(connection) as asked:
        officer.get(address)
    return len(asked)
