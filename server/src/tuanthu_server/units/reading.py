"""From a file of units, CSV or XLSX, to checked rows."""

from pathlib import Path
from typing import Final

from tuanthu_server.errors import InputError
from tuanthu_server.units.csv_table import csv_lines
from tuanthu_server.units.rows import Problem, UnitFileError, UnitRow
from tuanthu_server.units.table import read_table
from tuanthu_server.units.workbook import workbook_lines

MAX_BYTES: Final = 16 * 1024 * 1024
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
"""How a file begins that is a ZIP archive, as XLSX is, or of Excel before 2007, as an XLSX with a password is, too."""


def read_units(path: Path) -> list[UnitRow]:
    """Rows of a file; raises InputError where it cannot be read and UnitFileError where a line is wrong."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputError(f"{path} lớn hơn {MAX_BYTES >> 20} MiB", f"{path} is larger than {MAX_BYTES >> 20} MiB")
        data = path.read_bytes()
    except OSError as error:
        raise InputError(
            f"Không đọc được {path}: {error.strerror}. Hãy kiểm tra đường dẫn và quyền đọc tệp.",
            f"Cannot read {path}: {error.strerror}. Check the path and your right to read it.",
        ) from None
    return parse_units(data, str(path))


def parse_units(data: bytes, source: str) -> list[UnitRow]:
    """Rows of a file's bytes; `source` names it in errors. Raises UnitFileError. Its first bytes tell what it is."""
    problems: list[Problem] = []
    if data.startswith(_ZIP):
        sheet, lines = workbook_lines(data, source)
        return read_table(iter(lines), source, problems, sheet)
    if data.startswith(_OLE):
        vi = "tệp Excel cũ (.xls) hoặc có mật khẩu; hãy bỏ mật khẩu và lưu lại dạng .xlsx"
        raise UnitFileError(
            source, [Problem(1, 0, vi, "an old Excel file (.xls), or one with a password; save it as .xlsx without")]
        )
    return read_table(csv_lines(data, source, problems), source, problems)
