"""Network devices in the snapshot: the same numbers in every document and on the pages, and never among machines."""

import io
import json
import re
from datetime import UTC, datetime, timedelta

import docx
import msgspec
import openpyxl
import pytest
from django.test import Client
from tests.assets.collector import deliver, enrol_agent
from tests.assets.devices import device, scan
from tests.assets.signing import observation
from tests.server.reports.conftest import read_pdf

from tuanthu_policy.loader import load_policy
from tuanthu_server.accounts.models import User
from tuanthu_server.compliance.policies import publish
from tuanthu_server.inventory.models import Asset
from tuanthu_server.reports.document import layout
from tuanthu_server.reports.document.compose import compose
from tuanthu_server.reports.errors import ReportError
from tuanthu_server.reports.exporters.sheets import sheets
from tuanthu_server.reports.registry import EXPORTERS
from tuanthu_server.reports.snapshot import codec, take_snapshot
from tuanthu_server.reports.snapshot.checks import check_sums
from tuanthu_server.units.models import Unit

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def scanned(intake, unit):
    """Two units: one with five devices of every sort and a machine, one that was never scanned."""
    publish(load_policy(), datetime.now(UTC) - timedelta(days=9))
    Unit.objects.create(code="TYT-02", name="Trạm Y tế Ea Kao", kind="station", created_at=datetime.now(UTC))
    agent = enrol_agent(unit, "MÁY-QUÉT")
    seen = [
        device(f"mac:44:19:b6:00:00:0{place}", address=f"10.1.2.{place}", login=login, **facts)
        for place, (login, facts) in enumerate(
            [
                ("fail", {"model": "=DS-2CD"}),
                ("pass", {}),
                ("unknown", {"device_class": "router", "vendor": "MikroTik"}),
                (None, {"device_class": "computer", "vendor": "Dell"}),
                ("fail", {"managed": True}),
            ],
            1,
        )
    ]
    deliver(intake, agent, agent.report([*seen, observation("host", {"os_family": "linux"}), scan()]))
    return unit


def test_pages_and_every_document_tell_the_same_numbers(scanned, tmp_path):
    report = take_snapshot("department")
    found = report.devices
    assert (report.schema_version, found.devices, found.computers, found.units_scanned) == (5, 4, 1, 1)
    numbers = (found.counts.applicable, found.counts.failed, found.counts.passed, found.counts.undetermined)
    assert numbers == (3, 1, 1, 1)
    assert (report.totals.machines_enrolled, len(found.rows)) == (1, 4)
    client = Client()
    client.force_login(User.objects.create_user("cán-bộ-ngọc", role="viewer"))
    page = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", client.get("/devices/").content.decode()))
    assert "1 / 3" in page
    assert re.search(r"TYT-01 4 1 0 1 ", page)
    assert "TYT-02 – – – – Chưa quét" in page
    files = {name: exporter.render(report).content for name, exporter in EXPORTERS.items()}
    kept = json.loads(files["json"])["devices"]
    assert (kept["devices"], kept["counts"]["failed"], len(kept["rows"])) == (4, 1, 4)
    text = read_pdf(files["pdf"], tmp_path)
    assert "THIẾT BỊ MẠNG CỦA ĐƠN VỊ" in text
    assert "Hikvision =DS-2CD" in text
    tables = docx.Document(io.BytesIO(files["docx"])).tables
    [table] = [one for one in tables if [cell.text for cell in one.rows[0].cells][1:3] == ["Mã đơn vị", "Thiết bị"]]
    assert [row.cells[5].text for row in table.rows[1:]] == ["Không đạt", "Chưa rõ", "Đạt", "Không áp dụng"]
    book = openpyxl.load_workbook(io.BytesIO(files["xlsx"]))
    rows = {row[0]: row for row in book["Thiết bị theo đơn vị"].iter_rows(min_row=6, values_only=True)}
    assert rows["TYT-01"][2:10] == (4, 3, 1, 0, 1, 1, 1, 0)
    assert rows["TYT-02"][2:11] == (0, 0, 0, 0, 0, 0, 0, 0, "chưa quét")
    assert book["Thiết bị mạng"].max_row == 5 + 4


def test_a_report_of_an_earlier_moment_counts_devices_as_they_were(scanned, intake):
    before = datetime.now(UTC)
    agent = enrol_agent(scanned, "MÁY-QUÉT-2")
    later = before + timedelta(seconds=1)
    deliver(intake, agent, agent.report([device("mac:44:19:b6:00:00:01", later, login="pass")]))
    now, then = take_snapshot("department"), take_snapshot("department", before)
    assert (now.devices.counts.failed, then.devices.counts.failed) == (0, 1)
    assert then.devices.units[0].scanned_whole
    assert {row.address for row in then.devices.rows} == {"10.1.2.1", "10.1.2.2", "10.1.2.3", "10.1.2.4"}


def test_the_section_has_its_number_and_every_row_its_columns(scanned):
    document = compose(take_snapshot("department"))
    section = document.parts[-2]
    assert (section.id, section.heading.split(".")[0]) == ("devices", "VII")
    assert "Bảng 9" in section.tables[0].caption
    assert "Bảng 10" in document.parts[-1].tables[0].caption
    assert document.parts[-1].heading.startswith("VIII. ")
    for table in (*section.tables, document.devices):
        assert table.rows
        assert all(len(row) == len(layout.TABLES[table.id]) for row in table.rows)
    assert sum(column.width for column in layout.TABLES["devices"]) == layout.TEXT_WIDTH
    assert sum(column.width for column in layout.TABLES["device_list"]) == 252


def test_a_unit_that_was_never_scanned_is_not_said_to_be_well(unit, policy):
    publish(load_policy(), datetime.now(UTC))
    section = compose(take_snapshot("department")).parts[-2]
    assert section.paragraphs[0].startswith("Chưa có đơn vị nào được quét mạng")
    assert (section.tables[0].rows, section.tables[0].empty) == ([], "Chưa có số liệu.")


def test_a_report_from_before_there_were_devices_keeps_its_bytes_and_has_no_such_section(scanned):
    old = msgspec.structs.replace(take_snapshot("department"), devices=None, schema_version=3)
    assert b'"devices"' not in codec.encode(old)
    assert codec.unpack(codec.pack(codec.encode(old)), codec.digest(old)) == old
    document = compose(old)
    assert "devices" not in {part.id for part in document.parts}
    assert document.devices.rows == []
    assert document.parts[-1].heading.startswith("VII. ")
    assert "Thiết bị mạng" not in {sheet.name for sheet in sheets(old)}


def test_a_list_that_contradicts_the_counts_is_not_issued(scanned):
    report = take_snapshot("department")
    shorter = msgspec.structs.replace(report.devices, rows=report.devices.rows[1:])
    with pytest.raises(ReportError, match="TYT-01"):
        check_sums(msgspec.structs.replace(report, devices=shorter))


def test_hostile_names_of_devices_are_text_in_every_document(scanned):
    Asset.objects.filter(role="device").update(name='<b>{{ 1 }}</b> #set "x" \u202e=1+1')
    report = take_snapshot("department")
    assert "\u202e" not in report.devices.rows[0].name
    for exporter in EXPORTERS.values():
        assert exporter.render(report).content
