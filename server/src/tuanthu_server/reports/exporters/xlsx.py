"""XLSX: every table of the snapshot as a sheet with typed cells, frozen heads and filters."""

import io
import math
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import xlsxwriter

from tuanthu_server.local_time import LOCAL
from tuanthu_server.reports.archive import repeatable_zip
from tuanthu_server.reports.document import words
from tuanthu_server.reports.document.compose import compose
from tuanthu_server.reports.document.model import Document
from tuanthu_server.reports.exporters.cells import Sheet, SheetColumn, Value
from tuanthu_server.reports.exporters.interface import Exporter
from tuanthu_server.reports.exporters.sheets import share, sheets
from tuanthu_server.reports.snapshot import codec
from tuanthu_server.reports.snapshot.model import DepartmentReport

_FIRST_ROW = 4
"""Row of the columns' titles, counted from 0; title, agency and label stand above."""
_LINE = 15.0
"""Points that a line of text is high."""
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
        self._ragged = {name: workbook.add_format(font | style | {"align": "left"}) for name, style in _STYLES.items()}

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
        page.set_row(_FIRST_ROW, _height(sheet.columns, [column.title for column in sheet.columns]))
        for number, row in enumerate(sheet.rows, _FIRST_ROW + 1):
            page.set_row(number, _height(sheet.columns, row))
            for index, value in enumerate(row):
                self._write_cell(page, number, index, value, self._ragged if sheet.ragged else self._formats)
        page.freeze_panes(_FIRST_ROW + 1, 0)
        page.autofilter(_FIRST_ROW, 0, _FIRST_ROW + max(1, len(sheet.rows)), len(sheet.columns) - 1)
        page.repeat_rows(_FIRST_ROW)
        page.set_landscape()
        page.set_paper(9)  # A4
        page.fit_to_pages(1, 0)
        page.set_margins(left=0.5, right=0.5)
        page.set_footer('&C&"Times New Roman"&11&P/&N')
        if self._document.label:
            page.set_header(f'&C&"Times New Roman,Bold"&11{self._document.label}')

    def _write_cell(self, page: Any, row: int, index: int, value: Value, formats: dict[str, Any]) -> None:
        if value is None:
            page.write_string(row, index, words.UNKNOWN, formats["text"])
        elif isinstance(value, str):
            guarded = value.startswith(_FORMULA_STARTS)
            page.write_string(row, index, value, formats["guarded" if guarded else "text"])
        elif isinstance(value, datetime):
            local = value.astimezone(LOCAL).replace(tzinfo=None)
            page.write_datetime(row, index, local, formats["moment"])
        else:
            page.write_number(row, index, value, formats["share" if isinstance(value, float) else "count"])


def _height(columns: list[SheetColumn], row: Sequence[Value]) -> float:
    """Points that the row needs for its longest text; not every program finds that out on its own."""
    lines = [
        math.ceil(len(value) * 0.95 / column.width)
        for column, value in zip(columns, row, strict=True)
        if isinstance(value, str)
    ]
    return _LINE * max([1, *lines])


def _on_lan(report: DepartmentReport) -> list[list[Value]]:
    """The other denominator; reports from before it was counted have no such rows."""
    lan = report.devices.lan if report.devices else None
    if lan is None:
        return []
    return [
        ["Bao phủ trong mạng: tử số", lan.coverage.numerator, "máy quét thấy có tác tử, không quá số máy có báo cáo"],
        ["Bao phủ trong mạng: mẫu số", lan.coverage.denominator, "máy tính thấy khi quét mạng"],
        ["Bao phủ trong mạng: tỷ lệ", share(lan.coverage), "máy có báo cáo ÷ máy tính thấy khi quét mạng"],
        ["Số đơn vị chưa có kết quả quét", lan.units_without_scan, "không tính vào bao phủ trong mạng"],
    ]


def _overview(report: DepartmentReport, document: Document) -> Sheet:
    totals, framework = report.totals, report.framework
    rows: list[list[Value]] = [
        ["Số báo cáo", document.head.number.removeprefix("Số: "), ""],
        ["Nội dung", document.head.subject.replace("\u00a0", " "), ""],
        ["Thời điểm số liệu", report.as_of, "giờ Việt Nam"],
        ["Thời điểm lập", report.created_at, "giờ Việt Nam"],
        ["Số đơn vị", totals.units, "trong phạm vi báo cáo"],
        ["Số đơn vị có máy báo cáo", totals.units_reporting, "trong 3 ngày gần nhất"],
        ["Số đơn vị chưa có máy nào", totals.units_without_machines, "chưa ghi nhận máy nào"],
        ["Số đơn vị chưa khai báo số máy", totals.units_without_expectation, "không tính vào tỷ lệ bao phủ"],
        ["Số máy khai báo", totals.machines_expected, "theo khai báo của đơn vị"],
        ["Số máy ghi nhận", totals.machines_enrolled, "đã cài phần mềm thu thập"],
        ["Số máy có báo cáo", totals.machines_reporting, "trong 3 ngày gần nhất"],
        ["Số máy mất liên lạc", totals.machines_silent, "đã từng báo cáo, quá 3 ngày không báo cáo"],
        ["Số máy chưa báo cáo lần nào", totals.machines_never_reported, ""],
        ["Bao phủ: tử số", totals.coverage.numerator, "máy có báo cáo, không quá số khai báo của từng đơn vị"],
        ["Bao phủ: mẫu số", totals.coverage.denominator, "máy khai báo"],
        ["Bao phủ: tỷ lệ", share(totals.coverage), "máy có báo cáo ÷ máy khai báo"],
        *_on_lan(report),
        ["Máy đạt toàn bộ tiêu chí", framework.counts.passed, "đạt mọi tiêu chí kỹ thuật áp dụng cho máy"],
        ["Máy không đạt", framework.counts.failed, "không đạt ít nhất một tiêu chí"],
        *_waived(report),
        ["Máy chưa có kết luận", framework.counts.undetermined, "chưa rõ + quá hạn + chưa kiểm tra + lỗi"],
        ["Máy thuộc diện đánh giá", framework.counts.applicable, "đạt + không đạt + chưa có kết luận"],
        ["Tỷ lệ đạt trên máy thuộc diện", share(framework.rate), "máy đạt ÷ máy thuộc diện đánh giá"],
        ["Tỷ lệ đạt trên máy khai báo", share(framework.rate_of_expected), "máy đạt ÷ máy khai báo"],
        ["Chính sách áp dụng từ", report.policy.in_force_from, "giờ Việt Nam"],
        ["Mã kiểm tra chính sách", report.policy.digest, "SHA-256"],
        ["Mã kiểm tra số liệu", codec.digest(report), "SHA-256"],
    ]
    columns = [SheetColumn("Chỉ tiêu", 34), SheetColumn("Số liệu", 68), SheetColumn("Cách tính", 48)]
    return Sheet("Tổng hợp", "Báo cáo tổng hợp", columns, rows, ragged=True)


def _waived(report: DepartmentReport) -> list[list[Value]]:
    if report.exceptions is None:
        return []
    return [["Trong đó đang được miễn trừ", report.exceptions.waived, "vẫn tính là không đạt"]]
