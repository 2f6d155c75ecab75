"""The sheets of waivers and attestations: what is waived of what fails, and every one with its words."""

from tuanthu_server.reports.document.exceptions import where_words
from tuanthu_server.reports.exporters.cells import Sheet, SheetColumn, Value
from tuanthu_server.reports.snapshot.exception_model import WaivedCount
from tuanthu_server.reports.snapshot.model import DepartmentReport


def exception_sheets(report: DepartmentReport) -> list[Sheet]:
    """None for a report without them, as those from before they were reported."""
    found = report.exceptions
    if found is None:
        return []
    whole: list[list[Value]] = [["Toàn bộ tiêu chí", "", "", found.failed, found.waived]]
    counts = [
        *whole,
        *_counts("Điều khoản", found.controls),
        *_counts("Tiêu chí", found.rules),
        *_counts("Tiêu chí về thiết bị mạng", found.devices),
        *_counts("Đơn vị", found.units),
    ]
    waivers: list[list[Value]] = [
        [
            row.number,
            row.authority,
            row.code,
            row.title.vi,
            row.unit,
            where_words(row).replace("\n", ": "),
            row.reason,
            row.valid_from,
            row.expires_at,
            row.approved_by,
            row.approved_at,
        ]
        for row in found.waivers
    ]
    statements: list[list[Value]] = [
        [
            row.number,
            row.unit,
            row.unit_name,
            row.title.vi,
            "Đã đáp ứng" if row.fulfilled else "Chưa đáp ứng",
            row.statement,
            row.attested_by,
            row.recorded_at,
            row.expires_at,
            row.evidence,
        ]
        for row in found.statements
    ]
    return [
        Sheet("Được miễn trừ", "Trong số không đạt, số đang được miễn trừ (vẫn tính là không đạt)", _COUNTS, counts),
        Sheet("Miễn trừ", "Miễn trừ đang hiệu lực", _WAIVERS, waivers),
        Sheet("Xác nhận", "Xác nhận đang hiệu lực", _STATEMENTS, statements),
    ]


def _counts(sort: str, found: list[WaivedCount]) -> list[list[Value]]:
    return [[sort, row.code, row.title.vi, row.failed, row.waived] for row in found]


_COUNTS = [
    SheetColumn("Tính theo", 26),
    SheetColumn("Mã", 30),
    SheetColumn("Nội dung", 56),
    SheetColumn("Không đạt", 12),
    SheetColumn("Được miễn trừ", 12),
]
_WAIVERS = [
    SheetColumn("Số", 8),
    SheetColumn("Văn bản cho phép", 36),
    SheetColumn("Mã", 28),
    SheetColumn("Quy tắc, yêu cầu", 40),
    SheetColumn("Mã đơn vị", 12),
    SheetColumn("Phạm vi", 36),
    SheetColumn("Lý do", 44),
    SheetColumn("Từ lúc", 18),
    SheetColumn("Đến lúc", 18),
    SheetColumn("Người duyệt", 28),
    SheetColumn("Duyệt lúc", 18),
]
_STATEMENTS = [
    SheetColumn("Số", 8),
    SheetColumn("Mã đơn vị", 12),
    SheetColumn("Đơn vị", 36),
    SheetColumn("Yêu cầu", 44),
    SheetColumn("Kết luận", 14),
    SheetColumn("Nội dung xác nhận", 60),
    SheetColumn("Người xác nhận", 32),
    SheetColumn("Ghi lúc", 18),
    SheetColumn("Đến lúc", 18),
    SheetColumn("SHA-256 tệp minh chứng", 28),
]
