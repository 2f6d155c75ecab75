"""The demonstration organisation: 31 units and 185 commune stations with invented names, as the text of CSV files.

The numbers are drawn with a fixed seed, so every demonstration is the same, and a second import changes nothing.
"""

import csv
import io
import random

from tuanthu_server.demo.positions import position_of
from tuanthu_server.units.difference import Difference
from tuanthu_server.units.importing import apply_units, parse_units
from tuanthu_server.units.rows import COLUMNS

LABEL = "[Trình diễn]"
"""Every name of the demonstration begins so, wherever it is printed."""
DEPARTMENT = "TD-SYT"
HOSPITALS = ("Đa khoa tỉnh", "Đa khoa khu vực 1", "Đa khoa khu vực 2", "Y học cổ truyền", "Sản Nhi", "Phổi", "Mắt")
SPECIAL_HOSPITALS = ("Tâm thần", "Phục hồi chức năng")
AGENCIES = (
    "Kiểm soát bệnh tật",
    "Kiểm nghiệm",
    "Giám định Y khoa",
    "Pháp y",
    "Cấp cứu 115",
    "Giám định Pháp y tâm thần",
)
CENTRES = 15
STATIONS = 185
_BEFORE, _AFTER = "2021-01-01", "2025-07-01"
"""Districts were abolished on the second date: stations got another owner then."""

Row = dict[str, str]


def organisation_files(count: int = STATIONS) -> tuple[str, str]:
    """Two CSV files: how things stood from 2021, and what changed on 1 July 2025; with so many commune stations."""
    draw = random.Random(20251)  # noqa: S311 - invented numbers, no secrets
    units = [_department(draw), *_hospitals(draw), *_agencies(draw), *_centres(draw)]
    stations = [_station(draw, number, count) for number in range(1, count + 1)]
    for row in (*units, *stations):
        row.update(position_of(row["code"], row["supervisor"]))
    return _csv([*units, *(_before(station) for station in stations)]), _csv([_after(station) for station in stations])


def load_organisation() -> list[Difference]:
    """Import the organisation as an officer's files would be; raises UnitFileError where a code is a real unit's."""
    return [
        apply_units(parse_units(text.encode(), "demo"), dry_run=False, demonstration=True, source="dữ liệu trình diễn")
        for text in organisation_files()
    ]


def _csv(rows: list[Row]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def _row(code: str, name: str, kind: str, **cells: str | int) -> Row:
    base = dict.fromkeys(COLUMNS, "") | {"code": code, "name": f"{LABEL} {name}", "kind": kind, "valid_from": _BEFORE}
    return base | {key: str(value) for key, value in cells.items()}


def _department(draw: random.Random) -> Row:
    owner = "Ủy ban nhân dân tỉnh Mẫu"
    return _row(
        DEPARTMENT, "Sở Y tế tỉnh Mẫu", "Sở Y tế", place="Phường Mẫu 001", owner=owner, **_counts(draw, 62, 70, 3)
    )


def _hospitals(draw: random.Random) -> list[Row]:
    rows = []
    for index, name in enumerate((*HOSPITALS, *SPECIAL_HOSPITALS), start=1):
        staff = draw.randrange(420, 760) if index <= 3 else draw.randrange(90, 260)
        counts = _counts(draw, staff, int(staff * draw.uniform(0.45, 0.7)), draw.randint(1, 3))
        place = f"Phường Mẫu {draw.randint(1, 14):03}"
        rows.append(_row(f"TD-BV{index:02}", f"Bệnh viện {name} Mẫu", "Bệnh viện", place=place, **_above(), **counts))
    return rows


def _agencies(draw: random.Random) -> list[Row]:
    rows = []
    for index, name in enumerate(AGENCIES, start=1):
        staff = draw.randrange(20, 130)
        counts = _counts(draw, staff, int(staff * draw.uniform(0.6, 0.95)), draw.randint(0, 1))
        rows.append(
            _row(
                f"TD-TT{index:02}", f"Trung tâm {name} Mẫu", "Đơn vị khác", place="Phường Mẫu 002", **_above(), **counts
            )
        )
    return rows


def _centres(draw: random.Random) -> list[Row]:
    rows = []
    for index in range(1, CENTRES + 1):
        staff = draw.randrange(90, 240)
        counts = _counts(draw, staff, int(staff * draw.uniform(0.5, 0.8)), draw.randint(1, 2))
        name, place = f"Trung tâm Y tế khu vực Mẫu {index:02}", f"Xã Mẫu {(index - 1) * STATIONS // CENTRES + 1:03}"
        rows.append(_row(f"TD-KV{index:02}", name, "Trung tâm y tế", place=place, **_above(), **counts))
    return rows


def _station(draw: random.Random, number: int, count: int) -> Row:
    staff = draw.randint(5, 12)
    centre = f"TD-KV{(number - 1) * CENTRES // count + 1:02}"
    counts = _counts(draw, staff, max(2, staff - draw.randint(0, 5)), 0)
    name, place = f"Trạm Y tế xã Mẫu {number:03}", f"Xã Mẫu {number:03}"
    links = {"operator": centre, "supervisor": centre, "place": place}
    return _row(f"TD-X{number:03}", name, "Trạm y tế", **links, **counts)


def _before(station: Row) -> Row:
    return station | {"owner": f"Ủy ban nhân dân huyện Mẫu {station['supervisor'][-2:]}"}


def _after(station: Row) -> Row:
    owner = f"Ủy ban nhân dân {station['place'].lower().replace('mẫu', 'Mẫu')}"
    return station | {"owner": owner, "operator": "-", "valid_from": _AFTER}


def _above() -> dict[str, str]:
    return {"owner": DEPARTMENT, "supervisor": DEPARTMENT}


def _counts(draw: random.Random, staff: int, workstations: int, servers: int) -> dict[str, int]:
    devices = max(2, workstations // draw.randint(6, 12))
    return {"staff": staff, "machines": workstations + servers, "servers": servers, "devices": devices}
