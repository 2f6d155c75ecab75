"""The section on waivers, and the tables of waivers and attestations in Annex I."""

from tuanthu_server.local_time import LOCAL
from tuanthu_server.reports.document.connectivity import has_lines
from tuanthu_server.reports.document.devices import has_devices
from tuanthu_server.reports.document.indicators import has_indicators
from tuanthu_server.reports.document.model import Part, Table
from tuanthu_server.reports.document.rows import numbered
from tuanthu_server.reports.document.words import count, last_day
from tuanthu_server.reports.snapshot.exception_model import ExceptionsPart, StatementRow, WaiverRow
from tuanthu_server.reports.snapshot.model import DepartmentReport

MOST_ROWS = 300
"""Of each list in Annex I; the workbook has all."""


def has_exceptions(report: DepartmentReport) -> bool:
    """Whether there is such a section; without a waiver or an attestation there is none."""
    return report.exceptions is not None


def exceptions(report: DepartmentReport, found: ExceptionsPart) -> Part:
    """The section before the last: of what fails, what is waived."""
    before = has_indicators(report) + has_lines(report) + has_devices(report)
    rows = [
        *([row.title.vi, count(row.failed), count(row.waived)] for row in found.rules),
        *([f"{row.title.vi} (thiết bị mạng)", count(row.failed), count(row.waived)] for row in found.devices),
    ]
    return Part(
        id="exceptions",
        heading=f"{('V', 'VI', 'VII', 'VIII')[before]}. MIỄN TRỪ VÀ XÁC NHẬN",
        paragraphs=[_waived(found), *_lists(found)],
        tables=[
            Table(
                id="waived",
                caption=f"Bảng {7 + before}. Nội dung không đạt đang được miễn trừ (đơn vị tính: máy, thiết bị)",
                rows=numbered(rows),
                empty="Không có nội dung không đạt nào đang được miễn trừ.",
            )
        ],
    )


def waived_words(report: DepartmentReport) -> str:
    """What is added where the failing machines are told; empty where none of them is waived."""
    if report.exceptions is None or not report.exceptions.waived:
        return ""
    return f" (trong đó {count(report.exceptions.waived)} máy đang được miễn trừ, vẫn tính là không đạt)"


def waiver_of(report: DepartmentReport) -> dict[tuple[int, str], int]:
    """Machine and rule → number of the waiver that names its failure."""
    found = report.exceptions.results if report.exceptions else ()
    return {(one.asset, one.rule): one.waiver for one in found}


def all_waivers(report: DepartmentReport) -> Table:
    """Annex I: the waivers in force."""
    rows = report.exceptions.waivers if report.exceptions else []
    return Table(
        id="waivers",
        caption=_caption("Miễn trừ đang hiệu lực", len(rows)),
        rows=numbered([_waiver(row) for row in rows[:MOST_ROWS]]),
    )


def all_statements(report: DepartmentReport) -> Table:
    """Annex I: the attestations that hold."""
    rows = report.exceptions.statements if report.exceptions else []
    return Table(
        id="statements",
        caption=_caption("Xác nhận đang hiệu lực", len(rows)),
        rows=numbered([_statement(row) for row in rows[:MOST_ROWS]]),
    )


def _caption(name: str, rows: int) -> str:
    if rows <= MOST_ROWS:
        return name
    return f"{name} ({count(MOST_ROWS)} dòng đầu trong {count(rows)}; đủ trong tệp bảng tính kèm theo)"


def _waived(found: ExceptionsPart) -> str:
    return (
        f"Trong {count(found.failed)} máy không đạt, {count(found.waived)} máy có mọi nội dung không đạt đang được "
        "miễn trừ có thời hạn theo văn bản. Miễn trừ không làm thay đổi kết quả: máy, thiết bị được miễn trừ vẫn được "
        "tính là không đạt trong mọi số liệu của báo cáo."
    )


def _lists(found: ExceptionsPart) -> list[str]:
    told = []
    if found.waivers:
        told.append(f"{count(len(found.waivers))} miễn trừ đang hiệu lực")
    if found.statements:
        told.append(f"{count(len(found.statements))} xác nhận đang hiệu lực của các đơn vị")
    return [f"Danh sách {' và '.join(told)} nằm tại Phụ lục I."] if told else []


def where_words(row: WaiverRow) -> str:
    """What a waiver reaches."""
    if row.scope == "everything":
        return "Mọi đơn vị"
    return f"{row.unit_name}\n{row.machine}" if row.machine else row.unit_name


def _waiver(row: WaiverRow) -> list[str]:
    until = f"{last_day(row.expires_at):%d/%m/%Y}"
    approved = f"{row.approved_by}\n{row.approved_at.astimezone(LOCAL):%d/%m/%Y}"
    return [str(row.number), row.authority, row.title.vi, where_words(row), row.reason, until, approved]


def _statement(row: StatementRow) -> list[str]:
    said = "Đã đáp ứng" if row.fulfilled else "Chưa đáp ứng"
    return [
        str(row.number),
        row.unit,
        row.unit_name,
        row.title.vi,
        said,
        row.attested_by,
        f"{last_day(row.expires_at):%d/%m/%Y}",
    ]
