"""From the text of one cell to its value. Each function raises CellError with both languages."""

import re
import unicodedata
from datetime import date
from decimal import Decimal

from tuanthu_server.units.models import UnitKind
from tuanthu_server.units.rows import CLEAR, CODE, Target, kind_named

MAX_NAME = 300
MAX_COUNT = 10_000_000
_EARLIEST, _LATEST = date(1945, 1, 1), date(2200, 1, 1)
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_LOCAL = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")


class CellError(ValueError):
    """What is wrong with a cell, in both languages."""

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(en)
        self.vi = vi
        self.en = en


def read_text(cell: str) -> str:
    """A name: composed letters, single spaces, no control characters, at most 300 letters."""
    text = " ".join(unicodedata.normalize("NFC", cell).split())
    if any(unicodedata.category(letter).startswith("C") for letter in text):
        raise CellError("có ký tự điều khiển, hãy gõ lại ô này", "holds a control character; type the cell again")
    if len(text) > MAX_NAME:
        raise CellError(f"dài {len(text)} ký tự, tối đa {MAX_NAME}", f"is {len(text)} letters long, at most {MAX_NAME}")
    return text


def read_code(cell: str) -> str:
    """A unit's code: Latin letters, digits, `.`, `_` and `-`, at most 64."""
    text = cell.strip()
    if not CODE.fullmatch(text):
        raise CellError(
            f"mã “{text[:70]}” không hợp lệ: chỉ dùng chữ không dấu, số, dấu chấm, gạch dưới, gạch nối; tối đa 64",
            f"code {text[:70]!r} is not valid: only plain letters, digits, dot, underscore, hyphen; at most 64",
        )
    return text


def read_name(cell: str) -> str:
    """A unit's name; it may not be empty."""
    text = read_text(cell)
    if not text:
        raise CellError("thiếu tên đơn vị", "the unit's name is missing")
    return text


def read_kind(cell: str) -> UnitKind:
    """A unit's kind, in Vietnamese or by code; an empty cell is `other`."""
    if not cell.strip():
        return UnitKind.OTHER
    kind = kind_named(cell)
    if kind is None:
        labels = ", ".join(str(known.label) for known in UnitKind)
        raise CellError(
            f"loại “{cell.strip()[:40]}” không có trong danh sách: {labels}",
            f"kind {cell.strip()[:40]!r} is none of: {', '.join(UnitKind.values)}",
        )
    return kind


def read_date(cell: str) -> date:
    """A date, as `2026-07-01` or `01/07/2026` (day first)."""
    text = cell.strip()
    value = _date(text)
    if value is None:
        raise CellError(
            f"“{text[:40]}” không phải là ngày; viết 2026-07-01 hoặc 01/07/2026",
            f"{text[:40]!r} is no date; write 2026-07-01 or 01/07/2026",
        )
    if not _EARLIEST <= value < _LATEST:
        raise CellError(f"ngày {text} ngoài khoảng 1945–2199", f"date {text} is outside 1945 to 2199")
    return value


def _date(text: str) -> date | None:
    iso, local = _ISO.fullmatch(text), _LOCAL.fullmatch(text)
    try:
        if iso:
            return date(int(iso[1]), int(iso[2]), int(iso[3]))
        return date(int(local[3]), int(local[2]), int(local[1])) if local else None
    except ValueError:
        return None


def read_count(cell: str) -> int | None:
    """A whole number from 0; a hyphen withdraws the number (None)."""
    text = cell.strip()
    if text == CLEAR:
        return None
    if not (text.isascii() and text.isdigit()) or int(text) > MAX_COUNT:
        raise CellError(
            f"“{text[:40]}” không phải là số nguyên từ 0 đến {MAX_COUNT} (không dùng dấu phân cách hàng nghìn)",
            f"{text[:40]!r} is no whole number from 0 to {MAX_COUNT} (without separators)",
        )
    return int(text)


DEGREES = {"latitude": (8, 24), "longitude": (102, 115)}
"""Where Viet Nam lies, roughly: what is outside is a slip of the pen."""
_SIDES = {"latitude": ("vĩ độ", "latitude"), "longitude": ("kinh độ", "longitude")}
_DEGREES = re.compile(r"([0-9]{1,3})(?:[.,]([0-9]{1,15}))?")
_STEP = Decimal("0.00001")
"""About a metre."""


def read_latitude(cell: str) -> Decimal | None:
    """Degrees north, as `12.66667` or `12,66667`; a hyphen withdraws it (None)."""
    return _degrees(cell, "latitude", "longitude")


def read_longitude(cell: str) -> Decimal | None:
    """Degrees east; see `read_latitude`."""
    return _degrees(cell, "longitude", "latitude")


def _degrees(cell: str, column: str, other: str) -> Decimal | None:
    text = cell.strip()
    if text == CLEAR:
        return None
    (vi, en), found = _SIDES[column], _DEGREES.fullmatch(text)
    if found is None:
        raise CellError(
            f"{vi} “{text[:40]}” không phải là số độ thập phân, ví dụ 12.66667 (không viết độ, phút, giây)",
            f"{en} {text[:40]!r} is no number of decimal degrees, such as 12.66667 (no minutes and seconds)",
        )
    value = Decimal(f"{found[1]}.{found[2] or 0}").quantize(_STEP)
    (least, most), (first, last) = DEGREES[column], DEGREES[other]
    if not least <= value <= most:
        swapped = first <= value <= last
        raise CellError(
            f"{vi} {text[:40]} ngoài khoảng {least}–{most} của Việt Nam"
            + ("; có phải đã đổi chỗ vĩ độ và kinh độ?" if swapped else ""),
            f"{en} {text[:40]} is outside Viet Nam's {least} to {most}"
            + ("; were latitude and longitude swapped?" if swapped else ""),
        )
    return value


def read_target(cell: str) -> Target:
    """A link's target: a code (plain letters and digits without spaces), a free name, or a hyphen to end the link."""
    text = read_text(cell)
    if text == CLEAR:
        return Target()
    return Target(code=text) if CODE.fullmatch(text) else Target(name=text)
