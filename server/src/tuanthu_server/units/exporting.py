"""The register as a file that imports back unchanged, and an empty workbook to fill in."""

import io
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

import msgspec
import xlsxwriter
from django.utils import timezone

from tuanthu_server.csv_files import csv_bytes
from tuanthu_server.units.models import Relation, Unit, UnitExpectation, UnitKind, UnitLink
from tuanthu_server.units.queries import expectations_on, links_on, today, units_on
from tuanthu_server.units.rows import COLUMNS, COUNT_COLUMNS, POSITION_COLUMNS

HEADERS: Final = {
    "code": "Mã",
    "name": "Tên đơn vị",
    "kind": "Loại",
    "place": "Địa bàn",
    "owner": "Cơ quan chủ quản",
    "operator": "Đơn vị vận hành",
    "supervisor": "Quản lý chuyên môn",
    "valid_from": "Từ ngày",
    "staff": "Nhân sự",
    "machines": "Số máy tính",
    "servers": "Số máy chủ",
    "devices": "Thiết bị mạng",
    "latitude": "Vĩ độ",
    "longitude": "Kinh độ",
}
"""What the columns are called in files that we write; the import knows these and others."""
EXAMPLES: Final = (
    ("SYT", "Sở Y tế", "Sở Y tế", "", "Ủy ban nhân dân tỉnh", "", "", date(2025, 7, 1), 60, 70, 3, 12, 12.67, 108.05),
    ("TYT-001", "Trạm Y tế xã Ea Tíu", "Trạm Y tế", "Xã Ea Tíu", "Ủy ban nhân dân xã Ea Tíu", "", "SYT",
     date(2025, 7, 1), 8, 5, 0, 2, "", ""),
)  # fmt: skip
NOTES: Final = (
    "Nhập vào trang “Đơn vị”, mỗi dòng một đơn vị; trang này không được đọc.",
    "Mã: chữ không dấu, số, dấu chấm, gạch dưới, gạch nối; không đổi về sau.",
    "Ô trống không nói gì: điều đang đúng vẫn đúng. Dấu - kết thúc liên kết hoặc rút lại con số.",
    "Liên kết (địa bàn, chủ quản, vận hành, quản lý chuyên môn): mã của một đơn vị, hoặc tên cơ quan ngoài ngành.",
    "Vĩ độ, kinh độ: số độ thập phân (12,67 và 108,05), có cả hai hoặc không; để đơn vị hiện trên bản đồ.",
    "Từ ngày: ngày mà liên kết và số liệu của dòng bắt đầu đúng. Số máy tính gồm cả máy chủ.",
)
SHEET: Final = "Đơn vị"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class RegisterLine(msgspec.Struct, frozen=True):
    """What the register says of a unit on a day, with the first day on which all of it holds."""

    unit: Unit
    valid_from: date
    links: dict[Relation, UnitLink]
    counts: dict[str, int | None]

    def target(self, relation: Relation) -> str:
        """The other end of a link as a file names it."""
        return target_of(self.links.get(relation))


def register_today() -> list[RegisterLine]:
    """The whole register; where there are real units, without those of the demonstration."""
    day = today()
    units = list(units_on(day))
    real = [unit for unit in units if not unit.demonstration]
    return register_lines(real or units, links_on(day), expectations_on(day))


def register_lines(
    units: Iterable[Unit], links: Iterable[UnitLink], stated: Mapping[int, UnitExpectation]
) -> list[RegisterLine]:
    """Units with the links and numbers that hold on a day."""
    of_unit: dict[int, dict[Relation, UnitLink]] = {}
    for link in links:
        of_unit.setdefault(link.unit_id, {})[Relation(link.relation)] = link
    return [_line(unit, of_unit.get(unit.pk, {}), stated.get(unit.pk)) for unit in units]


def _line(unit: Unit, links: dict[Relation, UnitLink], stated: UnitExpectation | None) -> RegisterLine:
    since = [link.valid_from for link in links.values()]
    if stated is not None:
        since.append(stated.valid_from)
    return RegisterLine(
        unit,
        max(since, default=timezone.localdate(unit.created_at)),
        links,
        {name: getattr(stated, name, None) for name in COUNT_COLUMNS},
    )


def target_of(link: UnitLink | None) -> str:
    """The other end of a link as a file names it: a unit's code, or a free name."""
    return "" if link is None else link.target.code if link.target else link.target_name


def register_csv(lines: Iterable[RegisterLine]) -> bytes:
    """One line a unit, with the columns of the import."""
    return csv_bytes([HEADERS[name] for name in COLUMNS], (_cells(line) for line in lines))


def _cells(line: RegisterLine) -> list[object]:
    links = [line.target(relation) for relation in Relation]
    kind = str(UnitKind(line.unit.kind).label)
    place = [getattr(line.unit, name) for name in POSITION_COLUMNS]
    return [line.unit.code, line.unit.name, kind, *links, line.valid_from.isoformat(), *line.counts.values(), *place]


def template() -> bytes:
    """An empty workbook with the columns of the import, and a second sheet with examples."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        looks = {"head": book.add_format({"bold": True, "bg_color": "#DCEBEA", "bottom": 1, "text_wrap": True})}
        looks["text"], looks["date"] = (
            book.add_format({"num_format": "@"}),
            book.add_format({"num_format": "dd/mm/yyyy"}),
        )
        sheet = book.add_worksheet(SHEET)
        _head(sheet, 0, looks)
        sheet.freeze_panes(1, 2)
        kinds = {"validate": "list", "source": [str(kind.label) for kind in UnitKind]}
        sheet.data_validation(1, 2, 2000, 2, kinds)
        guide = book.add_worksheet("Hướng dẫn")
        for row, note in enumerate(NOTES):
            guide.write_string(row, 0, note)
        _head(guide, len(NOTES) + 1, looks)
        for row, example in enumerate(EXAMPLES, len(NOTES) + 2):
            guide.write_row(row, 0, example)
            guide.write_datetime(row, COLUMNS.index("valid_from"), example[7], looks["date"])
    return out.getvalue()


def _head(sheet: "xlsxwriter.worksheet.Worksheet", row: int, looks: dict[str, object]) -> None:
    for column, name in enumerate(COLUMNS):
        sheet.write_string(row, column, HEADERS[name], looks["head"])
        look = looks["date"] if name == "valid_from" else looks["text"] if name == "code" else None
        sheet.set_column(column, column, 30 if name in ("name", "owner") else 18 if column < 8 else 12, look)
