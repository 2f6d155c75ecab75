"""The register through the interface: looked at, taken in, changed, all with the reasons of the pages."""

from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.assets.people import person, signed_in

from tuanthu_server.accounts.roles import Role
from tuanthu_server.units.models import Unit

pytestmark = pytest.mark.django_db(transaction=True)
FILE = "code,name,kind,supervisor,valid_from,machines\nSYT,Sở Y tế,department,,2025-07-01,70\nT1,Trạm,station,SYT,2025-07-01,5\n"


@pytest.fixture
def hang(transactional_db):
    return signed_in(person("bà-hằng", Role.ADMINISTRATOR))


def taken(client, text=FILE, **given):
    file = SimpleUploadedFile("don-vi.csv", text.encode())
    return client.post("/api/v1/register/import", {"file": file, **given})


def sent(client, address, **body):
    return client.post(f"/api/v1{address}", body, content_type="application/json")


def test_a_file_is_looked_at_and_then_taken_as_it_was_shown(hang):
    looked = taken(hang).json()
    assert (looked["applied"], looked["new"], Unit.objects.count()) == (False, 2, 0)

    assert taken(hang, dry_run=False, digest="0" * 64).status_code == 409
    assert taken(hang, dry_run=False, digest=looked["digest"], reason="QĐ 12").json()["applied"] is True
    lines = hang.get("/api/v1/register").json()["items"]
    assert [(one["code"], one["supervisor"], one["machines"]) for one in lines] == [("SYT", "", 70), ("T1", "SYT", 5)]
    events = hang.get("/api/v1/units/T1/events").json()["items"]
    assert [(one["what"], one["person"], one["reason"]) for one in events] == [("entered", "bà-hằng", "QĐ 12")]


def test_what_is_wrong_with_a_file_is_told_cell_by_cell(hang):
    answer = taken(hang, FILE + "T 2,,trạm,SYT,2025-07-01,x\n")

    assert (answer.status_code, answer.headers["Content-Type"]) == (422, "application/problem+json")
    assert [one["where"] for one in answer.json()["faults"]] == ["14", "24", "64"]


def test_a_unit_is_changed_as_shown_or_not_at_all(hang):
    taken(hang, dry_run=False)
    Unit.objects.create(code="T2", name="Trạm Hai", created_at=datetime.now(UTC))
    shown = sent(hang, "/units/T1/merge", into="T2", reason="NQ 5", dry_run=True).json()
    assert (shown["applied"], shown["links"], shown["sums"]["machines"]) == (False, ["supervisor"], 5)

    assert sent(hang, "/units/SYT/close", reason="x").status_code == 409
    assert sent(hang, "/units/SYT/close", reason="x", dry_run=True).json()["problems"][0]["en"].startswith("Units are")
    assert sent(hang, "/units/T1/move", relation="owner", to="UBND xã Mẫu", reason="x").status_code == 200
    assert sent(hang, "/units/T1/merge", into="T2", reason="NQ 5", digest=shown["digest"]).status_code == 409
    assert sent(hang, "/units/T1/merge", into="T2", reason="NQ 5").json()["applied"] is True
    assert Unit.objects.get(code="T1").closed_at is not None


def test_an_officer_sees_their_lines_and_changes_nothing(hang):
    taken(hang, dry_run=False)
    officer = signed_in(person("cán-bộ-đức", Role.OFFICER, Unit.objects.get(code="T1")))

    assert [one["code"] for one in officer.get("/api/v1/register").json()["items"]] == ["T1"]
    assert officer.get("/api/v1/units/SYT/events").status_code == 404
    assert sent(officer, "/units/T1/rename", name="Khác", reason="x").status_code == 403
    assert taken(officer).status_code == 403
