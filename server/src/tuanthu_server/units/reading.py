"""From the bytes of a CSV file to checked rows. Reads every line and reports every error, not only the first."""

import csv
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tuanthu_server.errors import InputError
from tuanthu_server.units.cells import (
    CellError,
    read_code,
    read_count,
    read_date,
    read_kind,
    read_latitude,
    read_longitude,
    read_name,
    read_target,
)
from tuanthu_server.units.models import Relation
from tuanthu_server.units.rows import (
    COUNT_COLUMNS,
    LINK_COLUMNS,
    POSITION_COLUMNS,
    REQUIRED_COLUMNS,
    Problem,
    UnitFileError,
    UnitRow,
    column_named,
)

MAX_BYTES = 16 * 1024 * 1024

_READERS: dict[str, Callable[[str], Any]] = {
    "code": read_code,
    "name": read_name,
    "kind": read_kind,
    "valid_from": read_date,
    **dict.fromkeys(LINK_COLUMNS, read_target),
    **dict.fromkeys(COUNT_COLUMNS, read_count),
    "latitude": read_latitude,
    "longitude": read_longitude,
}
_OPTIONAL = frozenset((*LINK_COLUMNS, *COUNT_COLUMNS, *POSITION_COLUMNS))


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
    """Rows of a file's bytes; `source` names it in errors. Raises UnitFileError."""
    text = _decode(data, source)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    problems: list[Problem] = []
    lines = _lines(reader, problems)
    header_line, header = next(lines, (1, []))
    columns = _columns(header_line, header, problems)
    if problems:
        raise UnitFileError(source, problems)
    rows = [row for line, cells in lines if (row := _read_row(line, cells, header, columns, problems)) is not None]
    problems += _repeated(rows, columns, header)
    if not rows and not problems:
        problems.append(Problem(header_line, 0, "tệp không có dòng dữ liệu nào", "the file holds no data line"))
    if problems:
        raise UnitFileError(source, problems)
    return rows


def _decode(data: bytes, source: str) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UnitFileError(
            source,
            [
                Problem(
                    line,
                    0,
                    "tệp không ở bảng mã UTF-8; trong Excel hãy chọn “CSV UTF-8 (Comma delimited)” khi lưu",
                    "the file is not UTF-8; in Excel save it as “CSV UTF-8 (Comma delimited)”",
                )
            ],
        ) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise UnitFileError(source, [Problem(line, 0, "tệp chứa byte 0", "the file holds a NUL byte")])
    return text


def _delimiter(text: str) -> str:
    header = text.lstrip().split("\n", 1)[0]
    return ";" if header.count(";") > header.count(",") else ","


def _lines(reader: Any, problems: list[Problem]) -> Iterator[tuple[int, list[str]]]:
    """Each line that is not blank, with the number of its first physical line."""
    start = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield start, cells
            start = reader.line_num + 1
    except csv.Error as error:
        vi = f"không phải là CSV hợp lệ (có thể thiếu dấu ngoặc kép đóng): {error}"
        problems.append(Problem(start, 0, vi, f"not valid CSV (perhaps a closing quote is missing): {error}"))


def _columns(line: int, header: list[str], problems: list[Problem]) -> dict[str, int]:
    """Index of each column; unknown, repeated and missing ones become problems."""
    columns: dict[str, int] = {}
    for index, cell in enumerate(header):
        name = column_named(cell)
        if name is None:
            vi, en = f"không biết cột “{cell.strip()[:40]}”", f"unknown column {cell.strip()[:40]!r}"
            problems.append(Problem(line, index + 1, vi, en))
        elif name in columns:
            vi, en = f"cột {name} xuất hiện hai lần", f"column {name} stands twice"
            problems.append(Problem(line, index + 1, vi, en, cell.strip()))
        else:
            columns[name] = index
    missing = ", ".join(name for name in REQUIRED_COLUMNS if name not in columns)
    if missing:
        problems.append(Problem(line, 0, f"thiếu cột: {missing}", f"missing column(s): {missing}"))
    return columns


def _read_row(
    line: int, cells: list[str], header: list[str], columns: dict[str, int], problems: list[Problem]
) -> UnitRow | None:
    if len(cells) != len(header):
        vi = f"có {len(cells)} ô, dòng tiêu đề có {len(header)}"
        problems.append(Problem(line, 0, vi, f"has {len(cells)} cells, the header has {len(header)}"))
        return None
    values: dict[str, Any] = {}
    before = len(problems)
    for name, index in columns.items():
        if name in _OPTIONAL and not cells[index].strip():
            continue
        try:
            values[name] = _READERS[name](cells[index])
        except CellError as error:
            problems.append(Problem(line, index + 1, error.vi, error.en, header[index].strip()))
    servers, machines = values.get("servers"), values.get("machines")
    if servers is not None and machines is not None and servers > machines:
        vi = f"{servers} máy chủ nhiều hơn {machines} máy tính (máy chủ nằm trong tổng số máy)"
        en = f"{servers} servers are more than {machines} machines (servers are among the machines)"
        problems.append(Problem(line, columns["servers"] + 1, vi, en, header[columns["servers"]].strip()))
    return _row(line, values, columns) if len(problems) == before else None


def _row(line: int, values: dict[str, Any], columns: dict[str, int]) -> UnitRow:
    return UnitRow(
        line=line,
        code=values["code"],
        name=values["name"],
        kind=values["kind"],
        valid_from=values["valid_from"],
        links={Relation(name): values[name] for name in LINK_COLUMNS if name in values},
        counts={name: values[name] for name in COUNT_COLUMNS if name in values},
        position={name: values[name] for name in POSITION_COLUMNS if name in values},
        columns=columns,
    )


def _repeated(rows: list[UnitRow], columns: dict[str, int], header: list[str]) -> list[Problem]:
    first: dict[str, int] = {}
    problems = []
    for row in rows:
        if row.code in first:
            vi = f"mã {row.code} đã có ở dòng {first[row.code]}"
            en = f"code {row.code} stands on line {first[row.code]} already"
            problems.append(Problem(row.line, columns["code"] + 1, vi, en, header[columns["code"]].strip()))
        first.setdefault(row.code, row.line)
    return problems
