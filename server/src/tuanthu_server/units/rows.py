"""One row of a unit file, its columns under all the names that officers give them, and what can be wrong with it."""

import re
import unicodedata
from datetime import date
from decimal import Decimal

import msgspec

from tuanthu_server.errors import InputError
from tuanthu_server.units.models import Relation, UnitKind

LINK_COLUMNS = tuple(relation.value for relation in Relation)
COUNT_COLUMNS = ("staff", "machines", "servers", "devices")
POSITION_COLUMNS = ("latitude", "longitude")
COLUMNS = ("code", "name", "kind", *LINK_COLUMNS, "valid_from", *COUNT_COLUMNS, *POSITION_COLUMNS)
REQUIRED_COLUMNS = ("code", "name", "kind", "valid_from")
CLEAR = "-"
"""A cell with a hyphen ends what holds; an empty cell says nothing and changes nothing."""

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")

_ALIASES = {
    "code": ("ma", "ma don vi", "ma dv"),
    "name": ("ten", "ten don vi"),
    "kind": ("loai", "loai hinh", "loai don vi"),
    "place": ("dia ban", "noi dat", "xa phuong"),
    "owner": ("chu quan", "co quan chu quan"),
    "operator": ("van hanh", "don vi van hanh"),
    "supervisor": ("quan ly chuyen mon", "co quan quan ly chuyen mon"),
    "valid_from": ("tu ngay", "hieu luc tu", "ap dung tu", "ap dung tu ngay"),
    "staff": ("nhan su", "so nhan su", "can bo", "so can bo", "nhan vien", "so nhan vien"),
    "machines": ("may tinh", "so may", "so may tinh", "tong so may"),
    "servers": ("may chu", "so may chu"),
    "devices": ("thiet bi", "so thiet bi", "thiet bi mang"),
    "latitude": ("vi do", "lat"),
    "longitude": ("kinh do", "lon", "lng", "long"),
}
_KINDS = {
    UnitKind.DEPARTMENT: ("so y te", "so"),
    UnitKind.HOSPITAL: ("benh vien",),
    UnitKind.CENTRE: ("trung tam y te", "trung tam"),
    UnitKind.STATION: ("tram y te", "tram"),
    UnitKind.OTHER: ("don vi khac", "khac"),
}


class Target(msgspec.Struct, frozen=True):
    """The other end of a link: a unit's code, or the free name of a body that is no unit of the sector.

    Both empty means that the link ends.
    """

    code: str = ""
    name: str = ""


class UnitRow(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a unit file, checked by itself. What the cell left empty is absent here."""

    line: int
    code: str
    name: str
    kind: UnitKind
    valid_from: date
    links: dict[Relation, Target] = {}
    counts: dict[str, int | None] = {}
    """Stated numbers; None where the cell withdraws the number."""
    position: dict[str, Decimal | None] = {}
    """Coordinates by column; None where the cell withdraws it."""
    columns: dict[str, int] = {}
    """Where each column stands in the file, from 0: for errors that only the comparison with the register finds."""
    sheet: str = ""
    """Of a workbook: the sheet on which it stands."""

    def problem(self, column: str, vi: str, en: str) -> "Problem":
        """A problem at one of this row's cells."""
        return Problem(self.line, self.columns.get(column, -1) + 1, vi, en, column, self.sheet)


class Problem(msgspec.Struct, frozen=True, order=True):
    """One thing wrong with a file, at its line and column (both from 1; column 0 is the whole line)."""

    line: int
    column: int
    vi: str
    en: str
    header: str = ""
    sheet: str = ""
    """Of a workbook: the sheet, whose columns people know by letters."""

    @property
    def column_name(self) -> str:
        """The column as the program that shows the file names it; empty for a whole line."""
        return (column_letters(self.column) if self.sheet else str(self.column)) if self.column else ""

    def where(self) -> tuple[str, str]:
        """The place in Vietnamese and in English."""
        sheet_vi, sheet_en = (f"trang “{self.sheet}”, ", f"sheet {self.sheet!r}, ") if self.sheet else ("", "")
        vi, en = f"{sheet_vi}dòng {self.line}", f"{sheet_en}line {self.line}"
        if not self.column:
            return vi, en
        name = f" ({self.header})" if self.header else ""
        return f"{vi}, cột {self.column_name}{name}", f"{en}, column {self.column_name}{name}"


def column_letters(number: int) -> str:
    """A column's letters, by its number from 1: 27 is AA."""
    letters = ""
    while number:
        number, place = divmod(number - 1, 26)
        letters = chr(ord("A") + place) + letters
    return letters


class UnitFileError(InputError):
    """A unit file is wrong somewhere; nothing of it was imported. `problems` are in the order of the file."""

    def __init__(self, source: str, problems: list[Problem]) -> None:
        self.problems = sorted(problems)
        vi = "\n".join(f"  {problem.where()[0]}: {problem.vi}" for problem in self.problems)
        en = "\n".join(f"  {problem.where()[1]}: {problem.en}" for problem in self.problems)
        super().__init__(
            f"Tệp {source} có {len(self.problems)} lỗi; chưa nhập dòng nào. Hãy sửa rồi nhập lại:\n{vi}",
            f"{source} has {len(self.problems)} error(s); nothing was imported. Correct it and import again:\n{en}",
        )


def fold(text: str) -> str:
    """Lower case without diacritics and extra white space, so that `Mã đơn vị` equals `ma don vi`."""
    decomposed = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    plain = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return " ".join(plain.replace("_", " ").split())


_COLUMN_OF = {alias: column for column, aliases in _ALIASES.items() for alias in (fold(column), *aliases)}
_KIND_OF = {alias: kind for kind, aliases in _KINDS.items() for alias in (kind.value, *aliases)}


def column_named(header: str) -> str | None:
    """The column that a header cell names in Vietnamese or English, or None."""
    return _COLUMN_OF.get(fold(header))


def kind_named(text: str) -> UnitKind | None:
    """The kind that a cell names in Vietnamese or by its code, or None."""
    return _KIND_OF.get(fold(text))
