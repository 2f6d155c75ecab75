"""The register on pages: a file is looked at, then confirmed; so is each change of a unit; its history stays."""

import re
from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.assets.people import person, signed_in

from tuanthu_policy.loader import load_policy
from tuanthu_server.accounts.roles import Role
from tuanthu_server.compliance.policies import publish
from tuanthu_server.inventory.models import Asset
from tuanthu_server.security_log.models import SecurityEvent
from tuanthu_server.units.exporting import template
from tuanthu_server.units.models import Unit, UnitEvent

pytestmark = pytest.mark.django_db(transaction=True)
HEADER = "Mã;Tên đơn vị;Loại;Chủ quản;Từ ngày;Số máy\n"
FILE = (
    HEADER + "TYT-1;Trạm Y tế xã Đoàn Kết;Trạm Y tế;;01/07/2025;7\nTYT-9;Trạm Y tế <b>mới</b>;Trạm Y tế;;01/07/2025;\n"
)


@pytest.fixture
def hang(transactional_db):
    publish(load_policy())
    for code in ("TYT-1", "TYT-2"):
        Unit.objects.create(code=code, name=f"Trạm {code}", kind="station", created_at=datetime.now(UTC))
    return signed_in(person("bà-hằng", Role.ADMINISTRATOR))


def upload(client, text: str | bytes = FILE, name: str = "đơn vị.csv"):
    data = text.encode() if isinstance(text, str) else text
    return client.post("/register/", {"file": SimpleUploadedFile(name, data), "reason": "Quyết định 12/QĐ-SYT"})


def hidden(answer) -> dict[str, str]:
    """What the page's form sends again."""
    found = re.findall(r'<input type="hidden" name="(?!csrf)(\w+)" value="([^"]*)"', answer.content.decode())
    return dict(found)


def test_a_file_is_shown_cell_by_cell_and_then_taken_in_as_shown(hang):
    shown = upload(hang)
    page = shown.content.decode()

    assert "Trạm TYT-1" in page
    assert "<del>Trạm TYT-1</del>" in page
    assert "<ins>Trạm Y tế xã Đoàn Kết</ins>" in page
    assert "Trạm Y tế &lt;b&gt;mới" in page
    assert Unit.objects.count() == 2
    done = hang.post("/register/", hidden(shown), follow=True)
    assert "1 đơn vị mới, 1 thay đổi, 0 giữ nguyên" in done.content.decode()
    assert Unit.objects.get(code="TYT-1").name == "Trạm Y tế xã Đoàn Kết"
    assert {one.person for one in UnitEvent.objects.all()} == {"bà-hằng"}
    assert SecurityEvent.objects.get(kind="units-imported").detail["reason"] == "Quyết định 12/QĐ-SYT"
    assert "Tệp không thay đổi gì" in upload(hang).content.decode()


def test_what_the_register_says_otherwise_meanwhile_is_shown_again_and_not_overwritten(hang):
    shown = upload(hang)
    Unit.objects.filter(code="TYT-1").update(name="Trạm đã đổi tên")
    again = hang.post("/register/", hidden(shown))

    assert "Dữ liệu đã thay đổi" in again.content.decode()
    assert "<del>Trạm đã đổi tên</del>" in again.content.decode()
    assert Unit.objects.count() == 2
    hang.post("/register/", hidden(again))
    assert Unit.objects.count() == 3


def test_only_whoever_looked_confirms_and_nothing_that_was_tampered_with(hang):
    kept = hidden(upload(hang))
    other = signed_in(person("bà-lan", Role.ADMINISTRATOR))
    for client, sealed in ((other, kept["sealed"]), (hang, kept["sealed"][:-8] + "AAAAAAA="), (hang, "%%"), (hang, "")):
        told = client.post("/register/", {**kept, "sealed": sealed}, follow=True)
        assert "hãy chọn lại tệp" in told.content.decode()
    assert Unit.objects.count() == 2


def test_errors_are_a_list_with_sheet_line_and_column_and_files_to_begin_with_are_there(hang):
    page = upload(hang, HEADER + "TYT-1;;Trạm;;31/02/2025;x\n").content.decode()
    assert re.findall(r'data-label="Cột">([^<]+)<', page) == ["2 · Tên đơn vị", "5 · Từ ngày", "6 · Số máy"]
    assert "Đơn vị" in upload(hang, template(), "mẫu.xlsx").content.decode()

    book = hang.get("/register/template.xlsx")
    assert (book.content[:2], book.headers["Content-Disposition"]) == (
        b"PK", 'attachment; filename="mau-danh-muc-don-vi.xlsx"',
    )  # fmt: skip
    officer = signed_in(person("cán-bộ-đức", Role.OFFICER, Unit.objects.get(code="TYT-1")))
    assert "TYT-1" in officer.get("/register/units.csv").content.decode()
    assert "TYT-2" not in officer.get("/register/units.csv").content.decode()


def asked(client, change: str, **given):
    return client.post(f"/units/TYT-1/change/{change}/", {"day": datetime.now().date(), "reason": "QĐ 15", **given})


@pytest.mark.parametrize(
    ("change", "given", "told"),
    [
        ("rename", {"name": "Trạm Đoàn Kết"}, "Trạm Đoàn Kết"),
        ("move", {"relation": "owner", "name": "Ủy ban nhân dân xã Mẫu"}, "Ủy ban nhân dân xã Mẫu"),
        ("close", {}, "Đơn vị đã đóng"),
    ],
)
def test_a_unit_is_changed_once_it_was_shown_and_its_history_says_so(hang, change, given, told):
    shown = asked(hang, change, **given)
    assert not UnitEvent.objects.exists()
    done = hang.post(f"/units/TYT-1/change/{change}/", hidden(shown), follow=True).content.decode()

    assert told in done
    assert "QĐ 15 · bà-hằng" in done
    assert UnitEvent.objects.count() == 1
    assert "Lịch sử đơn vị" in hang.get("/units/TYT-1/").content.decode()


def test_a_merger_shows_what_goes_along_and_leads_to_the_unit_that_stays(hang):
    unit = Unit.objects.get(code="TYT-1")
    Asset.objects.create(unit=unit, name="MÁY-ĐÓN-TIẾP", created_at=datetime.now(UTC))
    shown = asked(hang, "merge", into="TYT-2")
    assert "MÁY-ĐÓN-TIẾP" in shown.content.decode()
    assert "btn-danger" in shown.content.decode()
    assert "btn-danger" not in asked(hang, "close").content.decode()

    done = hang.post("/units/TYT-1/change/merge/", hidden(shown), follow=True)
    assert done.redirect_chain[-1][0] == "/units/TYT-2/history/"
    assert "nhận TYT-1" in done.content.decode()
    closed = hang.get("/units/TYT-1/").content.decode()
    assert 'sáp nhập vào <a href="/units/TYT-2/">' in closed
    assert "/change/rename/" not in closed


def test_who_does_not_administer_is_offered_no_change(hang):
    officer = signed_in(person("cán-bộ-đức", Role.OFFICER, Unit.objects.get(code="TYT-1")))
    page = officer.get("/units/TYT-1/").content.decode()

    assert "/units/TYT-1/history/" in page
    assert "/change/" not in page
    assert officer.post("/units/TYT-1/change/close/", {"reason": "x"}).status_code == 403
