"""The section on Internet lines, and their table in Annex I."""

from tuanthu_policy.value_labels import value_text
from tuanthu_server.compliance.lines.words import duration_text, rate_text
from tuanthu_server.reports.document.indicators import has_indicators
from tuanthu_server.reports.document.model import Part, Table
from tuanthu_server.reports.document.rows import numbered
from tuanthu_server.reports.document.words import count
from tuanthu_server.reports.snapshot.counts import Ratio
from tuanthu_server.reports.snapshot.model import ConnectivityPart, DepartmentReport, LineMonthPart, UnitLinePart

UNKNOWN = "chưa rõ"
NOTHING = "—"


def has_lines(report: DepartmentReport) -> bool:
    """Whether there is such a section; reports from before there were lines have none."""
    return report.connectivity is not None


def connectivity(report: DepartmentReport) -> Part:
    """V or VI: how far the units had Internet in the month of the report, the worst of them, and the collector."""
    lines = report.connectivity or ConnectivityPart(units=[], units_watched=0, worst=[], collector=[])
    names = {unit.code: unit.name for unit in report.units}
    by_code = {unit.code: unit for unit in lines.units}
    rows = [[names[code], *_cells(by_code[code].months[0])[:5]] for code in lines.worst]
    number, table = ("VI", "Bảng 8") if has_indicators(report) else ("V", "Bảng 7")
    return Part(
        id="connectivity",
        heading=f"{number}. KẾT NỐI INTERNET CỦA ĐƠN VỊ",
        paragraphs=[_reach(report, lines), _method(), *_collector(lines)],
        tables=[
            Table(
                id="connectivity",
                caption=f"{table}. Các đơn vị có tỷ lệ thông của đường truyền thấp nhất trong tháng",
                rows=numbered(rows),
                empty=_nothing(lines),
            )
        ],
        notes=["Số liệu của tất cả đơn vị nằm tại Phụ lục I; sáu tháng gần nhất nằm trong tệp bảng tính kèm theo."],
    )


def all_lines(report: DepartmentReport) -> Table:
    """Annex I, second table: every unit's line in the month of the report."""
    if report.connectivity is None:
        return Table(id="lines", caption="", rows=[])
    names = {unit.code: unit.name for unit in report.units}
    rows = [
        [unit.code, names[unit.code], *_cells(unit.months[0]), *_access(unit)] for unit in report.connectivity.units
    ]
    month = month_text(report.connectivity.collector[0].month)
    return Table(id="lines", caption=f"Đường truyền Internet của các đơn vị, tháng {month}", rows=numbered(rows))


def month_text(month: str) -> str:
    """`11/2026`."""
    year, number = month.split("-")
    return f"{number}/{year}"


def _reach(report: DepartmentReport, lines: ConnectivityPart) -> str:
    if not lines.units_watched:
        return "Chưa có máy nào theo dõi đường truyền trong tháng, nên chưa rõ tình trạng kết nối của các đơn vị."
    month = month_text(lines.collector[0].month)
    told = f"Trong tháng {month}, {count(lines.units_watched)}/{count(report.totals.units)} đơn vị có máy theo dõi"
    return f"{told} đường truyền. Các đơn vị còn lại chưa rõ, không được coi là thông."


def _nothing(lines: ConnectivityPart) -> str:
    """What stands in place of an empty table: to have seen no outage and not to have looked are two things."""
    if not lines.units_watched:
        return "Chưa có số liệu."
    return "Trong thời gian được theo dõi không ghi nhận đơn vị nào bị gián đoạn."


def _method() -> str:
    return (
        "Đường truyền của đơn vị được coi là thông tại một thời điểm khi có ít nhất một máy thấy thông, là đứt khi mọi "
        "máy đang theo dõi đều thấy đứt. Tỷ lệ thông là thời gian thông chia cho thời gian có máy theo dõi; cột “Theo "
        "dõi” là phần của tháng, tính đến thời điểm báo cáo, có máy theo dõi."
    )


def _collector(lines: ConnectivityPart) -> list[str]:
    month = lines.collector[0] if lines.collector else None
    if month is None or not month.collector.denominator:
        return []
    return [
        (
            f"Máy chủ trung tâm trả lời {_percent(month.collector)} thời gian mà có đơn vị kết nối được Internet; lúc "
            "máy chủ trung tâm ngừng không tính là đơn vị mất mạng."
        )
    ]


def _cells(month: LineMonthPart) -> list[str]:
    """Watched, line, outages, longest, gateway, collector."""
    if not month.line.denominator:
        return [_percent(month.watched), UNKNOWN, NOTHING, NOTHING, UNKNOWN, UNKNOWN]
    return [
        _percent(month.watched),
        _percent(month.line),
        count(month.outages),
        duration_text(month.longest_seconds) if month.longest_seconds else NOTHING,
        _percent(month.gateway),
        _percent(month.collector),
    ]


def _access(unit: UnitLinePart) -> list[str]:
    return [
        value_text("wan.access_grade", unit.fibre),
        rate_text(unit.download_mbps) or NOTHING,
        rate_text(unit.upload_mbps) or NOTHING,
    ]


def _percent(ratio: Ratio) -> str:
    return f"{ratio.percent}%" if ratio.percent else UNKNOWN
