"""From the text of a CSV file to its lines of cells."""

import csv
import io
from collections.abc import Iterator
from typing import Any

from tuanthu_server.csv_files import unescaped
from tuanthu_server.units.rows import Problem, UnitFileError


def csv_lines(data: bytes, source: str, problems: list[Problem]) -> Iterator[tuple[int, list[str]]]:
    """Each line that is not blank, with the number of its first physical line; raises UnitFileError for no text."""
    text = _decode(data, source)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    return _lines(reader, problems)


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
                yield start, [unescaped(cell) for cell in cells]
            start = reader.line_num + 1
    except csv.Error as error:
        vi = f"không phải là CSV hợp lệ (có thể thiếu dấu ngoặc kép đóng): {error}"
        problems.append(Problem(start, 0, vi, f"not valid CSV (perhaps a closing quote is missing): {error}"))
