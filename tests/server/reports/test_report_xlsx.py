import io

import openpyxl
import pytest
from tests.server.reports.sample import Sector, passing

from tuanthu_policy.outcome import Outcome
from tuanthu_server.reports.registry import EXPORTERS

HEAD = 5
"""The row of the columns' titles."""


def rows(page):
    titles = [cell.value for cell in page[HEAD]]
    return [dict(zip(titles, (cell.value for cell in row), strict=True)) for row in page.iter_rows(min_row=HEAD + 1)]


def test_its_figures_are_those_of_the_snapshot(workbook, snapshot):
    found = {row["Chỉ tiêu"]: row["Số liệu"] for row in rows(workbook["Tổng hợp"])}
    assert found["Số máy khai báo"] == snapshot.totals.machines_expected == 1204
    assert found["Bao phủ: tỷ lệ"] == snapshot.totals.coverage.fraction == 0.004
    assert found["Bao phủ: tử số"] == snapshot.totals.coverage.numerator
    assert found["Máy chưa có kết luận"] == snapshot.framework.counts.undetermined == 3


def test_every_unit_has_typed_figures(workbook, snapshot):
    for row, unit in zip(rows(workbook["Đơn vị"]), snapshot.units, strict=True):
        assert row["Mã"] == unit.code
        assert row["Máy ghi nhận"] == unit.machines_enrolled
        assert row["Máy khai báo"] == (
            unit.machines_expected if unit.machines_expected is not None else "chưa xác định"
        )
        assert row["Tỷ lệ đạt"] == ("—" if unit.rate.denominator == 0 else unit.rate.fraction)


def test_failing_machines_stand_apart_from_those_without_a_conclusion(workbook, snapshot):
    assert [row["Tên máy"] for row in rows(workbook["Máy không đạt"])] == [row.machine for row in snapshot.failing]
    undetermined = rows(workbook["Máy chưa kết luận"])
    assert len(undetermined) == len(snapshot.undetermined_machines)
    assert "Không đạt" not in {row["Kết quả"] for row in undetermined}
    assert all(row["Mã quan sát"] for row in undetermined)


def test_sums_of_the_sheet_are_those_of_the_snapshot(workbook, snapshot):
    assert sum(row["Đạt"] for row in rows(workbook["Đơn vị"])) == snapshot.framework.counts.passed


def test_every_ratio_of_the_overview_names_what_it_divides(workbook):
    found = {row["Chỉ tiêu"]: row["Cách tính"] for row in rows(workbook["Tổng hợp"])}
    assert [name for name, how in found.items() if "÷" in (how or "")] == [
        "Bao phủ: tỷ lệ", "Tỷ lệ đạt trên máy thuộc diện", "Tỷ lệ đạt trên máy khai báo"
    ]  # fmt: skip


def test_rows_are_high_enough_for_their_texts(workbook):
    page = workbook["Khuyến nghị"]
    needed = max(len(cell.value) / page.column_dimensions[cell.column_letter].width for cell in page[HEAD + 1] if
                 isinstance(cell.value, str))  # fmt: skip
    assert page.row_dimensions[HEAD + 1].height >= 15 * 0.9 * needed


def test_every_sheet_has_a_frozen_head_and_filters(workbook):
    assert len(workbook.sheetnames) == 11
    for page in workbook:
        assert page.freeze_panes == f"A{HEAD + 1}"
        assert page.auto_filter.ref.startswith(f"A{HEAD}:")


@pytest.mark.parametrize(
    "name", ['=HYPERLINK("http://evil.example","x")', "+1+1", "-2+3", "@SUM(A1)", "=cmd|'/c calc'!A1"]
)
def test_a_name_never_becomes_a_formula(tmp_path, name):
    report = Sector(tmp_path).unit(name, [(name, passing(antivirus__running=Outcome.FAIL))], expected=1).report()
    book = openpyxl.load_workbook(io.BytesIO(EXPORTERS["xlsx"].render(report).content))
    cell = next(cell for cell in book["Máy không đạt"][HEAD + 1] if cell.value == name)
    assert cell.data_type == "s"
    assert cell.quotePrefix


def test_numbers_and_links_in_names_stay_text(tmp_path):
    report = (
        Sector(tmp_path).unit("https://example.org/", [("0123", passing(antivirus__running=Outcome.FAIL))]).report()
    )
    book = openpyxl.load_workbook(io.BytesIO(EXPORTERS["xlsx"].render(report).content))
    row = rows(book["Máy không đạt"])[0]
    assert row["Tên máy"] == "0123"
    assert row["Đơn vị"] == "https://example.org/"
    assert not any(page._hyperlinks for page in book)
