"""The sheet of Internet lines: a row for each unit and month."""

from tuanthu_policy.value_labels import value_text
from tuanthu_server.reports.document.connectivity import UNKNOWN, month_text
from tuanthu_server.reports.exporters.cells import Sheet, SheetColumn, Value
from tuanthu_server.reports.snapshot.counts import Ratio
from tuanthu_server.reports.snapshot.model import DepartmentReport, LineMonthPart


def line_sheets(report: DepartmentReport) -> list[Sheet]:
    """None for a report from before there were lines."""
    if report.connectivity is None:
        return []
    columns = [
        SheetColumn("Mã", 12),
        SheetColumn("Đơn vị", 42),
        SheetColumn("Tháng", 10),
        SheetColumn("Tỷ lệ thông", 10),
        SheetColumn("Giây thông", 12),
        SheetColumn("Giây theo dõi", 12),
        SheetColumn("Theo dõi", 10),
        SheetColumn("Số lần mất mạng", 10),
        SheetColumn("Lâu nhất, giây", 12),
        SheetColumn("Cổng mạng", 10),
        SheetColumn("Máy chủ trung tâm", 11),
        SheetColumn("Cáp quang", 18),
        SheetColumn("Tải xuống, Mbit/s", 11),
        SheetColumn("Tải lên, Mbit/s", 11),
    ]
    names = {unit.code: unit.name for unit in report.units}
    rows: list[list[Value]] = [
        [
            unit.code,
            names[unit.code],
            month_text(month.month),
            *_figures(month),
            value_text("wan.access_grade", unit.fibre),
            _rate(unit.download_mbps),
            _rate(unit.upload_mbps),
        ]
        for unit in report.connectivity.units
        for month in unit.months
    ]
    sector = [
        ["", "Mọi đơn vị", month_text(month.month), *_figures(month), "", "", ""]
        for month in report.connectivity.collector
    ]
    return [Sheet("Đường truyền", "Đường truyền Internet theo đơn vị và tháng", columns, [*rows, *sector])]


def _figures(month: LineMonthPart) -> list[Value]:
    return [
        _share(month.line),
        month.line.numerator,
        month.line.denominator,
        _share(month.watched),
        month.outages,
        month.longest_seconds,
        _share(month.gateway),
        _share(month.collector),
    ]


def _share(ratio: Ratio) -> Value:
    return UNKNOWN if ratio.fraction is None else ratio.fraction


def _rate(rate: float | None) -> Value:
    """A text: a float would be written as a share."""
    return "—" if rate is None else f"{rate:g}".replace(".", ",")
