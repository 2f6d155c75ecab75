"""The Internet lines in the snapshot, and the same numbers in every document."""

import io
import json

import docx
import msgspec
import openpyxl
import pytest
from tests.server.reports.conftest import read_pdf
from tests.server.reports.sample import Sector, passing

from tuanthu_server.compliance.lines.access import UnitAccess
from tuanthu_server.compliance.lines.words import duration_text, rate_text
from tuanthu_server.reports.document import layout
from tuanthu_server.reports.document.compose import compose
from tuanthu_server.reports.document.words import count
from tuanthu_server.reports.errors import ReportError
from tuanthu_server.reports.exporters.sheets import sheets
from tuanthu_server.reports.registry import EXPORTERS
from tuanthu_server.reports.snapshot import codec
from tuanthu_server.reports.snapshot.checks import check_sums
from tuanthu_server.reports.templates.make_docx import PARTS


@pytest.fixture(scope="session")
def report(tmp_path_factory):
    made = Sector(tmp_path_factory.mktemp("texts"))
    made.unit("Trạm Y tế xã Ea Súp", [("M1", passing())], expected=2, code="TYT-A")
    made.line((1_799_999, 1, 0, 600, 1, 1), (500_000, 100_000, 0, 0, 3, 90_000), access=UnitAccess("likely", 50.0, 7.5))
    made.unit("Bệnh viện =1+1", [("M2", passing())], expected=2, code="BV-B")
    made.line((900_000, 60_000, 40_000, 0, 9, 19_800))
    made.unit("Trạm Y tế chưa theo dõi", expected=2, code="TYT-C")
    return made.report()


@pytest.fixture(scope="session")
def files(report):
    return {name: exporter.render(report).content for name, exporter in EXPORTERS.items()}


def test_shares_are_of_the_time_watched_and_never_rounded_up(report):
    a, b, c = report.connectivity.units
    now, before = a.months[:2]
    assert (now.line.numerator, now.line.denominator, now.line.percent) == (1_799_999, 1_800_000, "99,9")
    assert (now.collector.numerator, now.collector.denominator) == (1_799_399, 1_799_999)
    watched = (now.watched.numerator, now.watched.denominator, now.watched.percent)
    assert watched == (1_800_000, 2_000_000, "90,0")
    assert (before.line.percent, before.month) == ("83,3", "2026-10")
    assert (b.months[0].line.percent, b.months[0].gateway.percent) == ("90,0", "96,0")
    assert {one.line.percent for one in c.months} == {""}
    assert (report.connectivity.units_watched, report.connectivity.worst) == (2, ["BV-B", "TYT-A"])


def test_word_pdf_workbook_and_json_tell_the_same_numbers(report, files, tmp_path):
    kept = {one["code"]: one for one in json.loads(files["json"])["connectivity"]["units"]}
    tables = docx.Document(io.BytesIO(files["docx"])).tables
    [table] = [table for table in tables if table.rows[0].cells[-1].text == "Tải lên, Mbit/s"]
    rows = {row.cells[1].text: [cell.text for cell in row.cells] for row in table.rows[1:]}
    text = read_pdf(files["pdf"], tmp_path)
    book = openpyxl.load_workbook(io.BytesIO(files["xlsx"]))["Đường truyền"]
    sheet = {(row[0], row[2]): row for row in book.iter_rows(min_row=6, values_only=True)}
    for unit in report.connectivity.units:
        assert kept[unit.code]["months"][0]["line"]["percent"] == unit.months[0].line.percent
        for month in unit.months:
            year, number = month.month.split("-")
            row = sheet[unit.code, f"{number}/{year}"]
            assert row[4:6] == (month.line.numerator, month.line.denominator)
            assert row[3] == ("chưa rõ" if month.line.fraction is None else month.line.fraction)
        line = unit.months[0].line
        if line.denominator:
            assert rows[unit.code][4] == f"{line.percent}%"
            assert rows[unit.code][5] == count(unit.months[0].outages)
            assert f"{line.percent}%" in text
        else:
            assert rows[unit.code][4] == "chưa rõ"
    assert sheet["", "11/2026"][10] == 0.999
    assert "KẾT NỐI INTERNET CỦA ĐƠN VỊ" in text
    assert sheet["BV-B", "11/2026"][1] == "Bệnh viện =1+1"


def test_the_section_stands_before_the_last_one_and_every_table_has_its_columns(report):
    document = compose(report)
    assert [part.heading.split(".")[0] for part in document.parts] == ["I", "II", "III", "IV", "V", "VI", "VII"]
    section = document.parts[-2]
    assert (section.id, tuple(table.id for table in section.tables)) == ("connectivity", PARTS["connectivity"])
    assert "Bảng 8" in section.tables[0].caption
    assert "Bảng 9" in document.parts[-1].tables[0].caption
    for table in (*section.tables, document.lines):
        assert table.rows
        assert all(len(row) == len(layout.TABLES[table.id]) for row in table.rows)
    assert "2/3 đơn vị" in section.paragraphs[0].replace("\u00a0", " ")


def test_where_nobody_watches_the_report_says_so(tmp_path):
    sector = Sector(tmp_path).unit("Trạm", [("M", passing())], expected=1)
    sector.line()
    section = compose(sector.report()).parts[-2]
    assert section.paragraphs[0].startswith("Chưa có máy nào theo dõi")
    assert (section.tables[0].rows, section.tables[0].empty) == ([], "Chưa có số liệu.")


def test_a_report_from_before_there_were_lines_keeps_its_bytes_and_has_no_such_section(report):
    old = msgspec.structs.replace(report, connectivity=None, schema_version=2)
    assert b'"connectivity"' not in codec.encode(old)
    assert codec.unpack(codec.pack(codec.encode(old)), codec.digest(old)) == old
    document = compose(old)
    assert "connectivity" not in {part.id for part in document.parts}
    assert document.lines.rows == []
    assert document.parts[-1].heading.startswith("VI. ")
    assert "Đường truyền" not in {sheet.name for sheet in sheets(old)}


def test_shares_that_cannot_be_are_not_issued(report):
    lines = report.connectivity
    month = lines.units[0].months[0]
    wrong = msgspec.structs.replace(month, watched=msgspec.structs.replace(month.watched, numerator=2_000_001))
    unit = msgspec.structs.replace(lines.units[0], months=[wrong, *lines.units[0].months[1:]])
    with pytest.raises(ReportError, match="TYT-A"):
        check_sums(msgspec.structs.replace(report, connectivity=msgspec.structs.replace(lines, units=[unit])))


@pytest.mark.parametrize(
    ("seconds", "vi", "en"),
    [
        (0, "0 giây", "0 s"), (59, "59 giây", "59 s"), (60, "1 phút", "1 min"), (3599, "59 phút", "59 min"),
        (3600, "1 giờ", "1 h"), (12_000, "3 giờ 20 phút", "3 h 20 min"), (86_400, "1 ngày", "1 d"),
        (187_200, "2 ngày 4 giờ", "2 d 4 h"),
    ],
)  # fmt: skip
def test_durations_are_cut_to_two_units(seconds, vi, en):
    assert (duration_text(seconds), duration_text(seconds, "en")) == (vi, en)


def test_rates_are_written_with_the_sign_of_the_language():
    assert (rate_text(80.0), rate_text(1.5), rate_text(1.5, "en"), rate_text(None)) == ("80", "1,5", "1.5", "")
