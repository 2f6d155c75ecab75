"""`tuanthu-server units rename|move|merge|close|history|coverage`."""

from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from tuanthu_server.cli.acting import day_of, me
from tuanthu_server.cli.unit_previews import print_history, print_preview

if TYPE_CHECKING:
    from tuanthu_server.compliance.shares import Share


DryRun = Annotated[bool, Parameter(negative="")]


def add_to(units: App) -> None:
    """Add the commands to those of `units`."""
    for command, name in (
        (rename, "rename"),
        (move, "move"),
        (merge, "merge"),
        (close, "close"),
        (history, "history"),
        (coverage, "coverage"),
    ):
        units.command(command, name=name)


def rename(code: str, name: str, *, reason: str, by: str = "", day: str | None = None, dry_run: DryRun = False) -> None:
    """Đổi tên đơn vị; tên cũ còn trong lịch sử. (Rename a unit.)

    Parameters
    ----------
    code
        Mã đơn vị. (The unit's code.)
    name
        Tên mới. (The new name.)
    reason
        Lý do, ví dụ số quyết định. (Why.)
    by
        Người thực hiện; mặc định: tài khoản đang dùng. (Who.)
    day
        Từ ngày YYYY-MM-DD; mặc định hôm nay. (From which day.)
    dry_run
        Chỉ cho xem sẽ đổi gì. (Only show what it would change.)
    """
    from tuanthu_server.django_setup import setup

    setup()
    from tuanthu_server.organisation import units
    from tuanthu_server.organisation.person import checked

    if dry_run:
        print_preview(units.preview_rename(code, name, day_of(day)))
        return
    found = units.rename(code, name, checked(me(by), reason), day_of(day))
    print(f"Đơn vị {found.code} nay là “{found.name}”. (Renamed.)")


def move(
    code: str, *, relation: str, to: str, reason: str, by: str = "", day: str | None = None, dry_run: DryRun = False
) -> None:
    """Chuyển liên kết của đơn vị; liên kết cũ còn trong lịch sử. (Link a unit to another body.)

    Parameters
    ----------
    code
        Mã đơn vị. (The unit's code.)
    relation
        place, owner, operator hoặc supervisor.
    to
        Mã đơn vị, tên tự do, hoặc - để kết thúc liên kết. (A code, a free name, or - for none.)
    reason
        Lý do. (Why.)
    by
        Người thực hiện. (Who.)
    day
        Từ ngày YYYY-MM-DD. (From which day.)
    dry_run
        Chỉ cho xem sẽ đổi gì. (Only show what it would change.)
    """
    from tuanthu_server.django_setup import setup
    from tuanthu_server.errors import InputError

    setup()
    from tuanthu_server.organisation import units
    from tuanthu_server.organisation.person import checked
    from tuanthu_server.units.models import Relation

    if relation not in Relation.values:
        raise InputError(
            f"--relation phải là một trong {', '.join(Relation.values)}",
            f"--relation must be one of {', '.join(Relation.values)}",
        )
    if dry_run:
        print_preview(units.preview_move(code, Relation(relation), to, day_of(day)))
        return
    units.move(code, Relation(relation), to, checked(me(by), reason), day_of(day))
    print(f"Đã chuyển liên kết của {code}. (Moved.)")


def merge(code: str, *, into: str, reason: str, by: str = "", day: str | None = None, dry_run: DryRun = False) -> None:
    """Sáp nhập đơn vị vào đơn vị khác; ngày trước đó giữ nguyên cấu trúc cũ. (Merge a unit into another.)

    Parameters
    ----------
    code
        Mã đơn vị bị sáp nhập. (The unit that goes.)
    into
        Mã đơn vị nhận. (The unit that stays.)
    reason
        Lý do. (Why.)
    by
        Người thực hiện. (Who.)
    day
        Từ ngày YYYY-MM-DD. (From which day.)
    dry_run
        Chỉ cho xem sẽ đổi gì. (Only show what it would change.)
    """
    from tuanthu_server.django_setup import setup

    setup()
    from tuanthu_server.organisation.merging import merge as merge_units
    from tuanthu_server.organisation.merging import preview_merge
    from tuanthu_server.organisation.person import checked

    if dry_run:
        print_preview(preview_merge(code, into, day_of(day)))
        return
    done = merge_units(code, into, checked(me(by), reason), day_of(day))
    print(f"{code} → {into}: {done.assets} máy và thiết bị, {done.tokens} mã ghi danh, {done.units} đơn vị liên kết.")
    print(f"({done.assets} assets, {done.tokens} tokens, {done.units} linked units went along.)")
    if done.doubles:
        print(
            f"{done.doubles} thiết bị cả hai đơn vị đều có: bản ghi của {code} đã được loại. (Known to both: retired.)"
        )
    if done.scopes:
        print(f"{done.scopes} giấy phép quét đã thu hồi: phải cấp mới. (Scopes were revoked: issue new ones.)")


def close(code: str, *, reason: str, by: str = "", day: str | None = None, dry_run: DryRun = False) -> None:
    """Đóng đơn vị không còn máy. (Close a unit without machines.)

    Parameters
    ----------
    code
        Mã đơn vị. (The unit's code.)
    reason
        Lý do. (Why.)
    by
        Người thực hiện. (Who.)
    day
        Từ ngày YYYY-MM-DD. (From which day.)
    dry_run
        Chỉ cho xem sẽ đổi gì. (Only show what it would change.)
    """
    from tuanthu_server.django_setup import setup

    setup()
    from tuanthu_server.organisation import units
    from tuanthu_server.organisation.person import checked

    if dry_run:
        print_preview(units.preview_close(code, day_of(day)))
        return
    units.close(code, checked(me(by), reason), day_of(day))
    print(f"Đã đóng đơn vị {code}. (Closed.)")


def history(code: str) -> None:
    """Xem lịch sử của đơn vị: ai làm gì, từ ngày nào, vì sao. (Show what was done to a unit.)

    Parameters
    ----------
    code
        Mã đơn vị. (The unit's code.)
    """
    from tuanthu_server.django_setup import setup

    setup()
    from tuanthu_server.organisation.person import any_unit

    print_history(any_unit(code))


def coverage() -> None:
    """Độ phủ từng đơn vị: máy có báo cáo trên số khai báo, và trên số máy tính thấy trong mạng. (Coverage by unit.)"""
    from rich.console import Console

    from tuanthu_server.cli.units import plain_table
    from tuanthu_server.django_setup import setup

    setup()
    from tuanthu_server.compliance.standing import standing
    from tuanthu_server.compliance.totals import coverage_of, on_lan
    from tuanthu_server.units.queries import day_of as local_day
    from tuanthu_server.units.queries import machines_on, units_on

    now = standing()
    day = local_day(now.as_of)
    expected, units = machines_on(day), list(units_on(day))
    table = plain_table()
    for heading in (
        "Mã",
        "Báo cáo",
        "Mất liên lạc",
        "Chưa từng",
        "Khai báo",
        "Độ phủ",
        "Thấy trong mạng",
        "Độ phủ mạng",
    ):
        table.add_column(heading, justify="left" if heading == "Mã" else "right")
    rows = [(unit.code, [now.units[unit.pk]]) for unit in units if unit.pk in now.units]
    for code, parts in [*rows, ("Tổng", [part for _, found in rows for part in found])]:
        stated, seen = coverage_of(parts, expected), on_lan(parts)
        table.add_row(
            code,
            str(sum(part.reporting for part in parts)),
            str(sum(part.silent for part in parts)),
            str(sum(part.never_reported for part in parts)),
            "–" if stated.expected is None else str(stated.expected),
            _percent(stated.share),
            "chưa quét" if seen.seen is None and not seen.units_without_computer else str(seen.seen or 0),
            _percent(seen.share),
        )
    Console(highlight=False).print(table)


def _percent(share: "Share") -> str:
    return f"{share.number()}%" if share.number() else "–"
