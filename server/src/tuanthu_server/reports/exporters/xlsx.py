"""XLSX: every table of the snapshot as a sheet with typed cells, frozen heads and filters."""

import io
from datetime import UTC, datetime
from typing import Any

import xlsxwriter

from tuanthu_server.reports.archive import repeatable_zip
from tuanthu_server.reports.document import words
from tuanthu_server.reports.document.compose import compose
from tuanthu_server.reports.document.model import Document
from tuanthu_server.reports.exporters.interface import Exporter
from tuanthu_server.reports.exporters.sheets import Sheet, SheetColumn, Value, share, sheets
from tuanthu_server.reports.snapshot import codec
from tuanthu_server.reports.snapshot.model import DepartmentReport

_FIRST_ROW = 4
"""Row of the columns' titles, counted from 0; title, agency and label stand above."""
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_STYLES: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 14},
    "label": {"bold": True, "font_color": "#C00000"},
    "plain": {},
    "head": {
        "bold": True,
        "align": "center",
        "valign": "vcenter",
        "text_wrap": True,
        "border": 1,
        "bg_color": "#E7EEF7",
    },
    "text": {"border": 1, "valign": "top", "text_wrap": True, "num_format": "@"},
    # The leading apostrophe keeps the cell a text even after somebody edits it or saves the sheet as CSV.
    "guarded": {"border": 1, "valign": "top", "text_wrap": True, "num_format": "@", "quote_prefix": True},
    "count": {"border": 1, "valign": "top", "num_format": "#,##0"},
    "share": {"border": 1, "valign": "top", "num_format": '[=0]0"%";[<0.001]"<0,1%";0.0%', "align": "right"},
    "moment": {"border": 1, "valign": "top", "num_format": "dd/mm/yyyy hh:mm", "align": "left"},
}


class XlsxExporter(Exporter):
    """A workbook, for those who sort and count on their own."""

    id = "xlsx"
    title = "Số liệu chi tiết (Excel)"
    filename = "bao-cao-tong-hop.xlsx"
    content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

    def content(self, snapshot: DepartmentReport) -> bytes:
        """All strings are written as strings: none becomes a formula, a number or a link."""
        written = io.BytesIO()
        options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        workbook = xlsxwriter.Workbook(written, options)
        _Writer(workbook, snapshot).write()
        workbook.close()
        return repeatable_zip(written.getvalue())


class _Writer:
    """Writes one workbook."""

    def __init__(self, workbook: Any, snapshot: DepartmentReport) -> None:
        self._workbook = workbook
        self._snapshot = snapshot
        self._document: Document = compose(snapshot)
        font = {"font_name": "Times New Roman", "font_size": 11}
        self._formats = {name: workbook.add_format(font | style) for name, style in _STYLES.items()}

    def write(self) -> None:
        """The overview, then a sheet for each table."""
        moment = self._snapshot.created_at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
        self._workbook.set_properties(
            {
                "title": self._document.file_title[:255],
                "author": self._document.author[:255],
                "keywords": self._document.label,
                "created": moment,
            }
        )
        self._write_sheet(_overview(self._snapshot, self._document))
        for sheet in sheets(self._snapshot):
            self._write_sheet(sheet)

    def _write_sheet(self, sheet: Sheet) -> None:
        page = self._workbook.add_worksheet(sheet.name)
        page.write_string(0, 0, sheet.title, self._formats["title"])
        page.write_string(1, 0, self._document.head.agency, self._formats["plain"])
        page.write_string(2, 0, self._document.label, self._formats["label"])
        for index, column in enumerate(sheet.columns):
            page.set_column(index, index, column.width)
            page.write_string(_FIRST_ROW, index, column.title, self._formats["head"])
        for number, row in enumerate(sheet.rows, _FIRST_ROW + 1):
            for index, value in enumerate(row):
                self._write_cell(page, number, index, value)
        page.freeze_panes(_FIRST_ROW + 1, 0)
        page.autofilter(_FIRST_ROW, 0, _FIRST_ROW + max(1, len(sheet.rows)), len(sheet.columns) - 1)
        page.repeat_rows(_FIRST_ROW)
        page.set_landscape()
        page.set_paper(9)  # A4
        page.fit_to_pages(1, 0)
        page.set_footer("&C&P/&N")
        if self._document.label:
            page.set_header(f"&C&B{self._document.label}")

    def _write_cell(self, page: Any, row: int, index: int, value: Value) -> None:
        if value is None:
            page.write_string(row, index, words.UNKNOWN, self._formats["text"])
        elif isinstance(value, str):
            guarded = value.startswith(_FORMULA_STARTS)
            page.write_string(row, index, value, self._formats["guarded" if guarded else "text"])
        elif isinstance(value, datetime):
            local = value.astimezone(words.ZONE).replace(tzinfo=None)
            page.write_datetime(row, index, local, self._formats["moment"])
        else:
            page.write_number(row, index, value, self._formats["share" if isinstance(value, float) else "count"])


def _overview(report: DepartmentReport, document: Document) -> Sheet:
    totals, framework = report.totals, report.framework
    rows: list[list[Value]] = [
        ["Số báo cáo", document.head.number.removeprefix("Số: ")],
        ["Nội dung", document.head.subject],
        ["Thời điểm số liệu", report.as_of],
        ["Thời điểm lập", report.created_at],
        ["Số đơn vị", totals.units],
        ["Số đơn vị có máy báo cáo", totals.units_reporting],
        ["Số đơn vị chưa có máy nào", totals.units_without_machines],
        ["Số đơn vị chưa khai báo số máy", totals.units_without_expectation],
        ["Số máy khai báo", totals.machines_expected],
        ["Số máy ghi nhận", totals.machines_enrolled],
        ["Số máy có báo cáo", totals.machines_reporting],
        ["Số máy mất liên lạc", totals.machines_silent],
        ["Số máy chưa báo cáo lần nào", totals.machines_never_reported],
        ["Bao phủ: tử số", totals.coverage.numerator],
        ["Bao phủ: mẫu số", totals.coverage.denominator],
        ["Bao phủ: tỷ lệ", share(totals.coverage)],
        ["Máy đạt toàn bộ tiêu chí", framework.counts.passed],
        ["Máy không đạt", framework.counts.failed],
        ["Máy chưa có kết luận", framework.counts.undetermined],
        ["Máy thuộc diện đánh giá", framework.counts.applicable],
        ["Tỷ lệ đạt trên máy thuộc diện", share(framework.rate)],
        ["Tỷ lệ đạt trên máy khai báo", share(framework.rate_of_expected)],
        ["Chính sách có hiệu lực từ", report.policy.in_force_from],
        ["Mã băm chính sách", report.policy.digest],
        ["Mã băm số liệu", codec.digest(report)],
    ]
    columns = [SheetColumn("Chỉ tiêu", 40), SheetColumn("Số liệu", 70)]
    return Sheet("Tổng hợp", "Báo cáo tổng hợp", columns, rows)
