"""From the bytes of an XLSX workbook to the lines of its first visible sheet.

A workbook is a ZIP archive of XML that somebody made somewhere: what it may unpack to is bounded before anything of it
is read, entities are refused (defusedxml), and nothing in it runs. Of a formula its kept result is taken.
"""

import io
import warnings
import zipfile
import zlib
from datetime import date, datetime, time
from typing import Any, Final

from tuanthu_server.units.cells import CellError
from tuanthu_server.units.rows import Problem, UnitFileError
from tuanthu_server.units.table import Cell

MOST_PARTS: Final = 500
MOST_UNPACKED: Final = 48 * 1024 * 1024
MOST_RATIO: Final = 200
"""So many times may a large part of the archive grow when it is unpacked."""
MOST_LINES: Final = 10_000
MOST_COLUMNS: Final = 60
"""What stands further to the right is not looked at."""
_LARGE: Final = 1024 * 1024
_BROKEN: Final = (
    ArithmeticError, AttributeError, EOFError, LookupError, OSError, RuntimeError, SyntaxError, TypeError, ValueError,
    zipfile.BadZipFile, zlib.error,
)  # fmt: skip
"""What the library raises over a workbook that is none: it promises no family of errors of its own."""


def workbook_lines(data: bytes, source: str) -> tuple[str, list[tuple[int, list[Cell]]]]:
    """The name of the sheet, and each of its lines that is not blank; raises UnitFileError.

    Every line is at least as wide as the first, which names the columns.
    """
    from openpyxl.utils.exceptions import CellCoordinatesException, InvalidFileException

    try:
        _check_archive(data, source)
        values, formulas = (_first_sheet(data, source, results=results) for results in (True, False))
        sheet = str(values.title)[:64]
        return sheet, _lines(values, formulas, source, sheet)
    except (*_BROKEN, CellCoordinatesException, InvalidFileException) as error:
        if isinstance(error, UnitFileError):
            raise
        raise _refusal(
            source,
            f"không đọc được như một tệp Excel ({type(error).__name__}); hãy mở bằng Excel rồi lưu lại dạng .xlsx",
            f"cannot be read as an Excel file ({type(error).__name__}); open it in Excel and save it as .xlsx again",
        ) from None


def _refusal(source: str, vi: str, en: str, line: int = 1, sheet: str = "") -> UnitFileError:
    return UnitFileError(source, [Problem(line, 0, vi, en, sheet=sheet)])


def _check_archive(data: bytes, source: str) -> None:
    """Refuse what would unpack to too much. Sizes are those of the directory: the library reads no byte beyond them."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = archive.infolist()
    unpacked = sum(part.file_size for part in parts)
    swollen = any(part.file_size > max(_LARGE, MOST_RATIO * part.compress_size) for part in parts)
    if len(parts) > MOST_PARTS or unpacked > MOST_UNPACKED or swollen:
        raise _refusal(
            source,
            f"tệp Excel bung ra quá lớn ({unpacked >> 20} MiB, {len(parts)} phần); hãy chép bảng sang một tệp mới",
            f"the Excel file unpacks to too much ({unpacked >> 20} MiB, {len(parts)} parts); copy the table to another",
        )


def _first_sheet(data: bytes, source: str, *, results: bool) -> Any:
    """The first sheet that is not hidden: with the kept results of formulas, or with the formulas."""
    import openpyxl

    warnings.filterwarnings("ignore", module="openpyxl")  # of looks that it does not know
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=results, keep_links=False)
    for sheet in book.worksheets:
        if sheet.sheet_state == "visible":
            return sheet
    raise _refusal(source, "tệp không có trang tính nào hiện ra", "the workbook has no visible sheet")


def _lines(values: Any, formulas: Any, source: str, sheet: str) -> list[tuple[int, list[Cell]]]:
    found: list[tuple[int, list[Cell]]] = []
    bounds = {"max_row": MOST_LINES + 1, "max_col": MOST_COLUMNS}
    rows = zip(values.iter_rows(**bounds), formulas.iter_rows(**bounds), strict=True)
    for line, pair in enumerate(rows, 1):
        if line > MOST_LINES:
            vi = f"trang tính dài hơn {MOST_LINES} dòng; hãy xóa các dòng trống đã định dạng ở cuối"
            en = f"the sheet is longer than {MOST_LINES} lines; delete the formatted empty lines at its end"
            raise _refusal(source, vi, en, line, sheet)
        cells = [_cell(value, formula) for value, formula in zip(*pair, strict=True)]
        used = max((place for place, cell in enumerate(cells, 1) if cell != ""), default=0)
        if used:
            width = len(found[0][1]) if found else used
            found.append((line, cells[: max(width, used)]))
    return found


def _cell(result: Any, formula: Any) -> Cell:
    """What a cell says, as a CSV file would; a formula whose result was never kept says nothing and must not pass."""
    value = result.value
    if value is None and formula.data_type == "f":
        return CellError(
            "có công thức chưa có kết quả; hãy mở bằng Excel rồi lưu lại, hoặc gõ giá trị",
            "holds a formula without a kept result; open and save it in Excel, or type the value",
        )
    if result.data_type == "e" or isinstance(value, bool):
        return CellError(f"có giá trị “{value}”, hãy gõ lại ô này", f"holds {str(value)!r}; type the cell again")
    text = _text(value)
    return (
        CellError("là giờ, không phải ngày hoặc số", "is a time, neither a day nor a number") if text is None else text
    )


def _text(value: object) -> str | None:
    """The text of a value; None for one that a CSV file has no words for."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else None
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else str(value)
    if isinstance(value, str):
        return value if value.strip() else ""
    return str(value) if isinstance(value, int | date) else None
