"""`tuanthu-server units import|export|template|list|show`: the register of units."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter
from rich import box
from rich.console import Console
from rich.table import Table

from tuanthu_server.cli.acting import me
from tuanthu_server.cli.unit_changes import add_to
from tuanthu_server.errors import InputError

if TYPE_CHECKING:
    from tuanthu_server.units.difference import Difference
    from tuanthu_server.units.models import Unit


def register(app: App) -> None:
    """Add the commands."""
    units = App(name="units", help="Danh mục đơn vị. (The register of units.)")
    units.command(import_units, name="import")
    units.command(export_units, name="export")
    units.command(write_template, name="template")
    units.command(list_units, name="list")
    units.command(show_unit, name="show")
    add_to(units)
    app.command(units)


def import_units(
    file: Path, *, reason: str = "", by: str = "", dry_run: Annotated[bool, Parameter(negative="")] = False
) -> None:
    """Nhập đơn vị từ tệp CSV hoặc XLSX, tất cả hoặc không gì. (Import units from a CSV or XLSX file, all or nothing.)

    Parameters
    ----------
    file
        Tệp XLSX, hoặc CSV (UTF-8, dấu phân cách ; hoặc ,) – xem docs/units.md.
    reason
        Lý do, ví dụ số quyết định; mặc định: tên tệp. (Why; the file's name unless said.)
    by
        Người thực hiện; mặc định: tài khoản đang dùng. (Who.)
    dry_run
        Chỉ cho xem thay đổi, không ghi. (Show the difference only.)
    """
    from tuanthu_server.django_setup import setup

    setup()
    from tuanthu_server.organisation import register_file
    from tuanthu_server.organisation.person import checked
    from tuanthu_server.units.importing import read_units

    rows = read_units(file)
    if dry_run:
        print_difference(register_file.compare(rows, str(file)))
        return
    print_difference(register_file.take(rows, str(file), checked(me(by), reason or file.name)))


def export_units(file: Path) -> None:
    """Xuất danh mục hôm nay ra tệp CSV nhập lại được. (Write today's register as a CSV file that imports back.)

    Parameters
    ----------
    file
        Tệp CSV sẽ được ghi. (The file to write.)
    """
    from tuanthu_server.django_setup import setup

    setup()
    from tuanthu_server.units.exporting import register_csv, register_today

    _write(file, register_csv(register_today()))


def write_template(file: Path) -> None:
    """Ghi tệp Excel mẫu để điền. (Write an empty workbook to fill in.)

    Parameters
    ----------
    file
        Tệp XLSX sẽ được ghi. (The file to write.)
    """
    from tuanthu_server.django_setup import setup

    setup()
    from tuanthu_server.units.exporting import template

    _write(file, template())


def _write(file: Path, content: bytes) -> None:
    try:
        file.write_bytes(content)
    except OSError as error:
        raise InputError(f"Không ghi được {file}: {error.strerror}", f"Cannot write {file}: {error.strerror}") from None
    print(f"Đã ghi {file}. (Written.)")


def list_units() -> None:
    """Liệt kê đơn vị và cơ quan quản lý hôm nay. (List the units with today's links.)"""
    from tuanthu_server.django_setup import setup

    setup()
    from tuanthu_server.units.models import Relation
    from tuanthu_server.units.queries import expectations_on, links_on, today, units_on

    day = today()
    expected = expectations_on(day)
    links = {(link.unit_id, link.relation): link for link in links_on(day)}
    table = plain_table()
    table.add_column("Mã", no_wrap=True)
    table.add_column("Tên đơn vị", ratio=1)
    table.add_column("Loại")
    table.add_column("Quản lý\nchuyên môn", no_wrap=True)
    table.add_column("Số máy\nkhai báo", justify="right", no_wrap=True)
    for unit in units_on(day):
        link = links.get((unit.pk, Relation.SUPERVISOR.value))
        supervisor = (link.target.code if link.target else link.target_name) if link else "–"
        stated = expected.get(unit.pk)
        machines = "chưa khai báo" if stated is None or stated.machines is None else str(stated.machines)
        table.add_row(unit.code, unit.name, unit.get_kind_display(), supervisor, machines)
    if table.row_count:
        Console(markup=False, emoji=False, highlight=False).print(table)
    else:
        print("Chưa có đơn vị nào. Hãy chạy: tuanthu-server units import TỆP.csv (No unit yet.)")


def show_unit(code: str) -> None:
    """Xem một đơn vị: liên kết theo thời gian và số khai báo. (Show one unit with its history.)"""
    from tuanthu_server.django_setup import setup

    setup()
    from tuanthu_server.units.models import Unit

    try:
        unit = Unit.objects.get(code=code)
    except Unit.DoesNotExist:
        raise InputError(
            f"Không có đơn vị mã “{code}”. Xem danh sách: tuanthu-server units list",
            f"No unit has the code {code!r}. See: tuanthu-server units list",
        ) from None
    print_unit(unit)


def print_unit(unit: "Unit") -> None:
    """Print one unit with its links and numbers, oldest first."""
    console = Console(markup=False, emoji=False, highlight=False)
    mark = " · dữ liệu trình diễn" if unit.demonstration else ""
    console.print(f"{unit.code} · {unit.name} · {unit.get_kind_display()}{mark}")
    if unit.latitude is not None:
        console.print(f"Vĩ độ {unit.latitude}, kinh độ {unit.longitude} (WGS 84)")
    links = plain_table()
    links.add_column("Liên kết")
    links.add_column("Với", ratio=1)
    links.add_column("Từ ngày", no_wrap=True)
    links.add_column("Đến trước\nngày", no_wrap=True)
    for link in unit.links.select_related("target").order_by("relation", "valid_from"):
        target = f"{link.target.code} · {link.target.name}" if link.target else link.target_name
        links.add_row(link.get_relation_display(), target, _day(link.valid_from), _day(link.valid_to))
    console.print(links)
    numbers = plain_table()
    for heading in ("Từ ngày", "Nhân sự", "Máy tính", "Máy chủ", "Thiết bị khác"):
        numbers.add_column(heading, justify="left" if heading == "Từ ngày" else "right")
    for row in unit.expectations.order_by("valid_from"):
        counts = ("–" if value is None else str(value) for value in (row.staff, row.machines, row.servers, row.devices))
        numbers.add_row(_day(row.valid_from), *counts)
    console.print(numbers)


def print_difference(difference: "Difference") -> None:
    """Print what an import changes or changed: each changed field of the known units, and three totals."""
    console = Console(markup=False, emoji=False, highlight=False)
    for change in difference.new:
        console.print(f"+ {change.code}  {change.name}")
    for change in difference.changed:
        console.print(f"~ {change.code}  {change.name}")
        for item in change.fields:
            console.print(f"    {item.field}: {item.before or '–'} → {item.after or '–'}")
    verb = "Đã nhập" if difference.applied else "Xem trước, chưa ghi"
    console.print(
        f"{verb}: {len(difference.new)} đơn vị mới, {len(difference.changed)} thay đổi, "
        f"{len(difference.unchanged)} giữ nguyên.",
    )


def _day(value: date | None) -> str:
    return "–" if value is None else f"{value:%d/%m/%Y}"


def plain_table() -> Table:
    """A table without a frame, as wide as the terminal: names get the room."""
    return Table(box=box.SIMPLE_HEAD, expand=True, pad_edge=False, collapse_padding=True)
