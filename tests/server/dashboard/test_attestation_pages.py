"""Attestations on pages: what must be stated, the form with its file, the file again, renewal and revocation."""

from datetime import UTC, datetime, timedelta

import pytest
import yaml
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.assets.people import person, signed_in
from tests.assets.policies import SMALL, read

from tuanthu_server.accounts.roles import Role
from tuanthu_server.compliance import attestations
from tuanthu_server.compliance.models import Attestation
from tuanthu_server.compliance.policies import publish
from tuanthu_server.security_log.models import SecurityEvent
from tuanthu_server.units.models import Unit

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 \x00\xff quy\xe1\xba\xbft \xc4\x91\xe1\xbb\x8bnh"


@pytest.fixture(autouse=True)
def asked(db):
    data = yaml.safe_load(SMALL)
    controls = data["frameworks"][0]["controls"]
    demand = {"what": {"vi": "Quyết định phân công", "en": "an order"}, "valid_for": "90d"}
    controls.append({**controls[0], "id": "said", "rules": [], "attestation": demand})
    publish(read(yaml.safe_dump(data, allow_unicode=True)), datetime.now(UTC) - timedelta(days=5))


@pytest.fixture
def unit(db):
    return Unit.objects.create(
        code="TYT-01", name="Trạm Y tế xã Đoàn Kết", kind="station", created_at=datetime.now(UTC)
    )


@pytest.fixture
def officer(unit):
    return signed_in(person("cán-bộ-đức", Role.OFFICER, unit))


@pytest.fixture
def stranger(unit):
    other = Unit.objects.create(code="BV-9", name="Bệnh viện khác", created_at=unit.created_at)
    return signed_in(person("người-ngoài", Role.OFFICER, other))


def form(unit, content=PDF, name="quyết định.pdf", where="", **changes):
    wanted = {"unit": where or unit.code, "control": "test/said", "fulfilled": "yes", "statement": "Đã phân công"}
    file = SimpleUploadedFile(name, content, "text/html")
    return {**wanted, "attested_by": "BS. Nguyễn Văn Đạt", "file": file, **changes}


def stated(client, unit, **changes):
    answer = client.post("/attestations/new/", form(unit, **changes))
    assert answer.status_code == 302, answer.content.decode()
    return Attestation.objects.latest("pk")


def test_what_is_missing_leads_to_a_form_and_the_form_to_a_statement(officer, unit):
    page = officer.get("/attestations/").content.decode()
    assert "chưa xác nhận" in page
    assert "/attestations/new/?unit=TYT-01&amp;control=test/said" in page
    assert "Quyết định phân công" in officer.get("/attestations/new/?unit=TYT-01&control=test/said").content.decode()
    assert "tối đa 10 MB" in officer.get("/attestations/new/").content.decode()

    one = stated(officer, unit)
    assert "còn hiệu lực" in officer.get("/attestations/").content.decode()
    page = officer.get(f"/attestations/{one.pk}/").content.decode()
    assert all(words in page for words in ("BS. Nguyễn Văn Đạt", "Đã phân công", "cán-bộ-đức", "quyết định.pdf"))
    assert SecurityEvent.objects.filter(kind="attested", actor="cán-bộ-đức", subject="test/said").count() == 1


def test_the_file_is_given_back_as_it_was_to_be_saved_and_to_nobody_out_of_reach(officer, stranger, unit):
    one = stated(officer, unit)
    answer = officer.get(f"/attestations/{one.pk}/file/")

    assert answer.content == PDF
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert stranger.get(f"/attestations/{one.pk}/file/").status_code == 404


def test_renewing_takes_the_former_ones_place_and_both_stay(officer, unit):
    first = stated(officer, unit)
    assert "Đã phân công</textarea>" in officer.get("/attestations/new/?unit=TYT-01&control=test/said").content.decode()
    second = stated(officer, unit, statement="Đã phân công lại")

    page = officer.get(f"/attestations/{first.pk}/").content.decode()
    assert "đã thay bằng xác nhận mới" in page
    assert f"/attestations/{second.pk}/" in page
    assert "Đã phân công lại" in officer.get(f"/attestations/{second.pk}/").content.decode()


def test_revoking_takes_a_reason(officer, unit):
    one = stated(officer, unit)
    assert "Cần nêu lý do" in officer.post(f"/attestations/{one.pk}/revoke/", follow=True).content.decode()
    officer.post(f"/attestations/{one.pk}/revoke/", {"reason": "ghi nhầm"})

    assert "đã thu hồi" in officer.get("/attestations/?state=revoked").content.decode()
    assert SecurityEvent.objects.get(kind="attestation-revoked").detail["reason"] == "ghi nhầm"


def test_what_ends_soon_is_listed(officer, unit):
    stated(officer, unit, ends=datetime.now(UTC).date() + timedelta(days=3))

    assert "Đã phân công" not in officer.get("/attestations/?state=missing").content.decode()
    assert "sắp hết hạn</span>" in officer.get("/attestations/?state=expiring").content.decode()
    assert "sắp hết hạn</span>" not in officer.get("/attestations/?state=holds").content.decode()


def test_a_statement_that_a_clause_is_not_met_says_so(officer, unit):
    stated(officer, unit, fulfilled="no")

    assert "xác nhận là chưa đáp ứng</span>" in officer.get("/attestations/").content.decode()


@pytest.mark.parametrize(
    "wrong",
    [
        {"content": b"MZ\x90"},
        {"content": b"<html>"},
        {"content": b""},
        {"where": "BV-9"},
        {"control": "test/one"},
        {"statement": ""},
        {"ends": "2099-01-01"},
        {"since": "2099-01-01"},
        {"fulfilled": "maybe"},
    ],
)
def test_a_wrong_form_says_so_and_records_nothing(officer, stranger, unit, wrong):
    answer = officer.post("/attestations/new/", form(unit, **wrong))

    assert answer.status_code == 200
    assert 'role="alert"' in answer.content.decode()
    assert not Attestation.objects.exists()


def test_a_file_that_is_too_large_is_not_kept(officer, unit, monkeypatch):
    monkeypatch.setattr(attestations, "MOST_BYTES", 20)
    answer = officer.post("/attestations/new/", form(unit))

    assert "quá lớn" in answer.content.decode()
    assert not Attestation.objects.exists()


def test_the_department_sees_clauses_first_and_then_units(officer, stranger, unit):
    for number in range(4):
        Unit.objects.create(code=f"TYT-1{number}", name=f"Trạm {number}", created_at=unit.created_at)
    stated(officer, unit)
    viewer = signed_in(person("ông-phúc", Role.VIEWER))
    page = viewer.get("/attestations/").content.decode()

    assert "<b>1</b> / 6 đơn vị" in page
    assert "/attestations/new/" not in page
    assert viewer.get("/attestations/?control=test/said").content.decode().count("chưa xác nhận</span>") == 5
    assert viewer.get("/attestations/?unit=TYT-01").content.decode().count("còn hiệu lực</span>") == 1
