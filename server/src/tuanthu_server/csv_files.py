"""Tables as CSV that officers' spreadsheets open rightly: with a byte order mark, and with no formula in any cell."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final, TextIO

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula (OWASP, CSV injection)."""


def csv_bytes(head: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """UTF-8 with its mark, lines ended by CR LF (RFC 4180)."""
    text = io.StringIO(newline="")
    write_csv(text, head, rows)
    return text.getvalue().encode("utf-8-sig")


def write_csv(file: TextIO, head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """The same, row by row, into a file that writes the mark itself and changes no end of line."""
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows([_cell(value) for value in row] for row in rows)


def _cell(value: object) -> object:
    """The value; a text that begins like a formula gets an apostrophe before it, and so does one with apostrophes."""
    if isinstance(value, str) and value.lstrip("'").startswith(FORMULA):
        return f"'{value}"
    return "" if value is None else value


def unescaped(cell: str) -> str:
    """What a cell said before `csv_bytes` put an apostrophe before it."""
    return cell[1:] if cell.startswith("'") and cell.lstrip("'").startswith(FORMULA) else cell
