"""From a table's lines of cells to checked rows. Reads every line and reports every error, not only the first."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec

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

Cell = str | CellError
"""What stands in a cell, or why that cannot be taken."""

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


def read_table(
    lines: Iterator[tuple[int, Sequence[Cell]]], source: str, problems: list[Problem], sheet: str = ""
) -> list[UnitRow]:
    """The rows of a table whose first line names its columns; raises UnitFileError.

    `problems` may grow while the lines are read; `sheet` names where a workbook's table stands.
    """
    header_line, first = next(lines, (1, []))
    header = ["" if isinstance(cell, CellError) else cell for cell in first]
    columns = _columns(header_line, header, problems)
    if not problems:
        rows = [row for line, cells in lines if (row := _read_row(line, cells, header, columns, problems)) is not None]
        problems += _repeated(rows, columns, header)
        if not rows and not problems:
            problems.append(Problem(header_line, 0, "tệp không có dòng dữ liệu nào", "the file holds no data line"))
    if problems:
        raise UnitFileError(source, [msgspec.structs.replace(one, sheet=sheet) for one in problems])
    return [msgspec.structs.replace(row, sheet=sheet) for row in rows] if sheet else rows


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
    line: int, cells: Sequence[Cell], header: list[str], columns: dict[str, int], problems: list[Problem]
) -> UnitRow | None:
    if len(cells) != len(header):
        vi = f"có {len(cells)} ô, dòng tiêu đề có {len(header)}"
        problems.append(Problem(line, 0, vi, f"has {len(cells)} cells, the header has {len(header)}"))
        return None
    values: dict[str, Any] = {}
    before = len(problems)
    for name, index in columns.items():
        cell = cells[index]
        if name in _OPTIONAL and isinstance(cell, str) and not cell.strip():
            continue
        try:
            values[name] = _READERS[name](_taken(cell))
        except CellError as error:
            problems.append(Problem(line, index + 1, error.vi, error.en, header[index].strip()))
    servers, machines = values.get("servers"), values.get("machines")
    if servers is not None and machines is not None and servers > machines:
        vi = f"{servers} máy chủ nhiều hơn {machines} máy tính (máy chủ nằm trong tổng số máy)"
        en = f"{servers} servers are more than {machines} machines (servers are among the machines)"
        problems.append(Problem(line, columns["servers"] + 1, vi, en, header[columns["servers"]].strip()))
    return _row(line, values, columns) if len(problems) == before else None


def _taken(cell: Cell) -> str:
    if isinstance(cell, CellError):
        raise cell
    return cell


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
