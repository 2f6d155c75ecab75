"""Measures of Nghị định 30/2020/NĐ-CP, Phụ lục I, and the columns of every table; millimetres and points."""

from typing import Final, Literal

import msgspec

from tuanthu_policy.labels import OUTCOME_LABELS
from tuanthu_policy.outcome import Outcome

PAGE_WIDTH: Final = 210
PAGE_HEIGHT: Final = 297
MARGIN_TOP: Final = 22
MARGIN_BOTTOM: Final = 20
MARGIN_LEFT: Final = 30
MARGIN_RIGHT: Final = 15
HEADER_DISTANCE: Final = 7
TEXT_WIDTH: Final = PAGE_WIDTH - MARGIN_LEFT - MARGIN_RIGHT
"""165 mm; a landscape page keeps the same margins and has 252 mm."""
HEAD_LEFT: Final = 70
HEAD_RIGHT: Final = TEXT_WIDTH - HEAD_LEFT
FIRST_LINE_INDENT: Final = 12.7
BODY_SIZE: Final = 14
PAGE_NUMBER_SIZE: Final = 13
PARAGRAPH_SPACE: Final = 6
LINE_SPACING: Final = 1.15
TABLE_SIZE: Final = 11
CELL_PADDING: Final = {"top": 1, "left": 3, "bottom": 1, "right": 3}
"""Points between a cell's border and its text."""
FONT: Final = "Times New Roman"
FONT_FAMILIES: Final = ("Times New Roman", "Tinos", "Liberation Serif")
"""For the PDF, the first that is installed; all three have the same widths."""


class Column(msgspec.Struct, frozen=True):
    """One column of a table."""

    title: str
    width: float
    align: Literal["left", "center", "right"] = "left"


def _number(title: str, width: float = 12.5) -> Column:
    return Column(title, width, "right")


_INDEX = Column("STT", 10, "center")
OUTCOMES: Final = (
    Outcome.PASS,
    Outcome.FAIL,
    Outcome.UNKNOWN,
    Outcome.STALE,
    Outcome.NOTCHECKED,
    Outcome.ERROR,
)
"""In the order of `rows.outcome_cells`."""
_OUTCOMES = tuple(
    _number(title)
    for title in (
        "Thuộc diện",
        *(OUTCOME_LABELS[outcome].vi for outcome in OUTCOMES),
    )
)
_RATE = _number("Tỷ lệ đạt", 15)

TABLES: Final[dict[str, tuple[Column, ...]]] = {
    "coverage": (_INDEX, Column("Chỉ tiêu", 105), Column("Đơn vị tính", 22, "center"), _number("Số liệu", 28)),
    "controls": (_INDEX, Column("Nội dung điều khoản", 52.5), *_OUTCOMES, _RATE),
    "rules": (_INDEX, Column("Tiêu chí kỹ thuật", 52.5), *_OUTCOMES, _RATE),
    "attested": (
        _INDEX,
        Column("Điều khoản", 55),
        Column("Nội dung cần xác nhận", 72),
        Column("Tình trạng", 28, "center"),
    ),
    "undetermined": (
        _INDEX,
        Column("Kết quả", 26),
        Column("Lý do", 54),
        Column("Tiêu chí", 45),
        _number("Số máy", 14),
        _number("Số đơn\u00a0vị", 16),
    ),
    "worst": (
        _INDEX,
        Column("Đơn vị", 59),
        _number("Máy ghi nhận", 16),
        _number("Thuộc diện", 16),
        _number("Đạt", 14),
        _number("Không đạt", 16),
        _number("Chưa có kết luận", 17),
        _number("Tỷ lệ đạt", 17),
    ),
    "indicators": (
        _INDEX,
        Column("Chỉ tiêu", 52),
        Column("Tử số/mẫu số", 24, "right"),
        Column("Kết quả", 18, "right"),
        Column("Trong đó", 61),
    ),
    "connectivity": (
        _INDEX,
        Column("Đơn vị", 61),
        _number("Theo dõi", 18),
        _number("Tỷ lệ thông", 18),
        _number("Số lần mất mạng", 17),
        _number("Lâu nhất", 24),
        _number("Cổng mạng", 17),
    ),
    "devices": (
        _INDEX,
        Column("Đơn vị", 46),
        _number("Thiết bị", 14),
        _number("Còn mặc định", 16),
        _number("Để ngỏ", 13),
        _number("Chưa kết luận", 15),
        _number("Đạt", 13),
        _number("Máy tính chưa có tác tử", 18),
        Column("Quét lần cuối", 20, "center"),
    ),
    "waived": (
        _INDEX,
        Column("Tiêu chí", 101),
        _number("Không đạt", 27),
        _number("Trong đó được miễn trừ", 27),
    ),
    "causes": (
        _INDEX,
        Column("Tiêu chí không đạt", 45),
        Column("Mức độ", 20, "center"),
        _number("Số máy", 14),
        _number("Số đơn\u00a0vị", 15),
        Column("Biện pháp khắc phục", 61),
    ),
    "units": (
        _INDEX,
        Column("Mã", 20),
        Column("Đơn vị", 44),
        _number("Máy khai báo", 16),
        _number("Máy ghi nhận", 14),
        _number("Có báo cáo", 13),
        _number("Mất liên lạc", 13),
        _number("Chưa báo cáo", 13),
        _number("Bao phủ", 14),
        *(_number(column.title, width) for column, width in zip(_OUTCOMES, (13, 11, 13, 11, 11, 12, 10), strict=True)),
        _number("Tỷ lệ đạt", 14),
    ),
    "lines": (
        _INDEX,
        Column("Mã", 20),
        Column("Đơn vị", 60),
        _number("Theo dõi", 17),
        _number("Tỷ lệ thông", 17),
        _number("Số lần mất mạng", 16),
        _number("Lâu nhất", 26),
        _number("Cổng mạng", 17),
        _number("Máy chủ trung tâm", 18),
        Column("Cáp quang", 25),
        _number("Tải xuống, Mbit/s", 13),
        _number("Tải lên, Mbit/s", 13),
    ),
    "device_list": (
        _INDEX,
        Column("Mã đơn vị", 24),
        Column("Thiết bị", 74),
        Column("Loại", 32),
        Column("Địa chỉ", 38),
        Column("Tài khoản mặc định", 26, "center"),
        Column("Kết quả xấu nhất", 26, "center"),
        Column("Thấy lần cuối", 22, "center"),
    ),
    "waivers": (
        _INDEX,
        Column("Số", 12, "center"),
        Column("Văn bản cho phép", 44),
        Column("Quy tắc, yêu cầu", 46),
        Column("Phạm vi", 46),
        Column("Lý do", 44),
        Column("Đến hết ngày", 22, "center"),
        Column("Người duyệt", 28),
    ),
    "statements": (
        _INDEX,
        Column("Số", 12, "center"),
        Column("Mã đơn vị", 24),
        Column("Đơn vị", 52),
        Column("Yêu cầu", 62),
        Column("Kết luận", 24, "center"),
        Column("Người xác nhận", 46),
        Column("Đến hết ngày", 22, "center"),
    ),
    "unit_controls": (_INDEX, Column("Nội dung điều khoản", 135.5), *_OUTCOMES, _number("Tỷ lệ đạt", 19)),
    "unit_failing": (
        _INDEX,
        Column("Tên máy", 45),
        Column("Loại", 20, "center"),
        Column("Tiêu chí không đạt và lý do", 177),
    ),
}
"""Portrait tables are 165 mm wide, those of the annex 252 mm."""
