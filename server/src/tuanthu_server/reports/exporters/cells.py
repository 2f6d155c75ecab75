"""What the sheets of the workbook consist of."""

from datetime import datetime
from typing import NamedTuple

Value = str | int | float | datetime | None
"""How a cell is written follows from its type: a float is a share, None a number that nobody knows."""


class SheetColumn(NamedTuple):
    """One column; the width in characters."""

    title: str
    width: int


class Sheet(NamedTuple):
    """One sheet."""

    name: str
    title: str
    columns: list[SheetColumn]
    rows: list[list[Value]]
    ragged: bool = False
    """Texts and numbers stand mixed in a column: all begin on the left."""
