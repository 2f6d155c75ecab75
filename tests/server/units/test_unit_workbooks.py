"""Units from Excel workbooks: what a workbook says is read as a CSV file would be, and no workbook does any harm."""

import io
import zipfile
from datetime import date, datetime, time

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuanthu_server.units import workbook
from tuanthu_server.units.models import Relation, UnitKind
from tuanthu_server.units.reading import parse_units
from tuanthu_server.units.rows import Target, UnitFileError, column_letters

HEADER = ["Mã", "Tên đơn vị", "Loại", "Chủ quản", "Từ ngày", "Số máy"]
ROW = ["TYT-001", "Trạm Y tế xã Ea Tíu", "Trạm Y tế", "UBND xã Ea Tíu", datetime(2025, 7, 1), 5]


def book(*rows, sheets=("Đơn vị",), hidden=()) -> bytes:
    made = openpyxl.Workbook()
    made.remove(made.active)
    for title in sheets:
        sheet = made.create_sheet(title)
        sheet.sheet_state = "hidden" if title in hidden else "visible"
        for row in rows:
            sheet.append(row if title not in hidden else ["?"])
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def repacked(data: bytes, part: str, change) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == part else old.read(name))
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


def problems_of(data: bytes) -> list[tuple[str, int, str]]:
    with pytest.raises(UnitFileError) as caught:
        parse_units(data, "đơn vị.xlsx")
    assert all(problem.vi and problem.en for problem in caught.value.problems)
    return [(problem.sheet, problem.line, problem.column_name) for problem in caught.value.problems]


def test_dates_and_numbers_of_the_first_visible_sheet_are_read_as_what_they_are():
    (row,) = parse_units(book(HEADER, [], ROW, sheets=("Ẩn", "Đơn vị", "Khác"), hidden=("Ẩn",)), "x")

    assert (row.code, row.kind, row.valid_from) == ("TYT-001", UnitKind.STATION, date(2025, 7, 1))
    assert row.links == {Relation.OWNER: Target(name="UBND xã Ea Tíu")}
    assert (row.counts, row.line, row.sheet) == ({"machines": 5}, 3, "Đơn vị")


def test_every_error_is_told_with_its_sheet_line_and_column():
    half = [*ROW[:4], datetime(2025, 7, 1, 8), 5.5]
    wrong = [True, "", "Trạm", "#REF!", time(8), "-"]

    assert problems_of(book(HEADER, half, wrong, [*ROW, "lạc"])) == [
        ("Đơn vị", 2, "E"), ("Đơn vị", 2, "F"), ("Đơn vị", 3, "A"), ("Đơn vị", 3, "B"), ("Đơn vị", 3, "D"),
        ("Đơn vị", 3, "E"), ("Đơn vị", 4, ""),
    ]  # fmt: skip
    with pytest.raises(UnitFileError, match=r"sheet .Đơn vị., line 2, column E"):
        parse_units(book(HEADER, wrong), "x")
    assert [column_letters(number) for number in (1, 26, 27, 703)] == ["A", "Z", "AA", "AAA"]


def test_a_formula_is_never_computed_and_one_without_a_result_is_no_empty_cell():
    formula = book(HEADER, [*ROW[:5], "=2+3"])
    assert problems_of(formula) == [("Đơn vị", 2, "F")]

    kept = repacked(formula, SHEET, lambda xml: xml.replace(b"<v></v>", b"<v>7</v>").replace(b"<v />", b"<v>7</v>"))
    assert parse_units(kept, "x")[0].counts == {"machines": 7}


ENTITIES = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "xl/styles.xml", "[Content_Types].xml"])
def test_a_workbook_with_entities_is_refused_or_they_stay_unread(part):
    def bombed(xml: bytes) -> bytes:
        body = xml.split(b"?>", 1)[-1]
        return ENTITIES + body.replace(b"Ea T\xc3\xadu", b"&b;&c;")

    try:
        rows = parse_units(repacked(book(HEADER, ROW), part, bombed), "x")
    except UnitFileError:
        return
    assert not [row for row in rows if "root:" in row.name or "aaaa" in row.name]


@pytest.mark.parametrize(("most", "ratio"), [(1, 10**6), (10**9, 200)])
def test_what_would_unpack_to_too_much_is_not_unpacked(monkeypatch, most, ratio):
    monkeypatch.setattr(workbook, "MOST_UNPACKED", most << 20)
    monkeypatch.setattr(workbook, "MOST_RATIO", ratio)
    spaces = b" " * (3 << 20)
    assert problems_of(repacked(book(HEADER, ROW), SHEET, lambda xml: xml + spaces)) == [("", 1, "")]


def test_a_row_or_column_far_out_ends_the_reading_and_not_the_collector(monkeypatch):
    monkeypatch.setattr(workbook, "MOST_LINES", 99)
    far = repacked(book(HEADER, ROW), SHEET, lambda xml: xml.replace(b'<row r="2"', b'<row r="999999999999"'))
    assert problems_of(far) == [("Đơn vị", workbook.MOST_LINES + 1, "")]
    wide = repacked(book(HEADER, ROW), SHEET, lambda xml: xml.replace(b'r="F2"', b'r="ZZZ2"'))
    assert parse_units(wide, "x")[0].counts == {}


@pytest.mark.parametrize("data", [b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1", book()[:900]])
def test_what_is_no_workbook_is_refused_with_what_to_do(data):
    assert problems_of(data) == [("", 1, "")]


WHOLE = book(HEADER, ROW)


@settings(max_examples=40)
@given(st.integers(0, 5), st.integers(0, 5000), st.binary(max_size=12))
def test_a_damaged_workbook_is_read_or_refused_with_a_place(number, place, bytes_):
    part = (SHEET, "xl/workbook.xml", "xl/styles.xml", "xl/sharedStrings.xml", "xl/_rels/workbook.xml.rels", "")[number]
    cut = repacked(WHOLE, part, lambda xml: xml[: place % len(xml)] + bytes_ + xml[place % len(xml) + len(bytes_) :])
    if not part:
        cut = WHOLE[: place % len(WHOLE)] + bytes_ + WHOLE[place % len(WHOLE) :]
    found, problems = [], []
    try:
        found = parse_units(cut, "x")
    except UnitFileError as error:
        problems = error.problems
    assert bool(found) is not bool(problems)
