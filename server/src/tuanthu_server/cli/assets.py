"""`tuanthu-server assets`: machines told apart, joined, moved and retired by a person."""

from datetime import UTC, datetime

from cyclopts import App

from tuanthu_server.cli.acting import me


def register(app: App) -> None:
    """Add the commands."""
    assets = App(name="assets", help="Máy trong danh mục: trùng, nhân bản, chuyển, loại (machines in the inventory).")
    for command, name in (
        (duplicates, "duplicates"),
        (merge, "merge"),
        (separate, "separate"),
        (retire, "retire"),
        (move, "move"),
    ):
        assets.command(command, name=name)
    app.command(assets)


def duplicates() -> None:
    """Máy có lẽ trùng nhau, máy nhân bản, máy đã loại mà vẫn báo cáo. (Probably one machine, or two.)"""
    from rich.console import Console
    from rich.table import Table

    from tuanthu_server.django_setup import setup
    from tuanthu_server.local_time import shown

    setup()
    from tuanthu_server.inventory.clones import REMEMBERED, clones
    from tuanthu_server.inventory.likeness import probable_pairs, returned

    console = Console(highlight=False, markup=False)
    pairs, copied, back = probable_pairs(), clones(datetime.now(UTC) - REMEMBERED), returned()
    table = Table("Cũ", "Mới", "Tên", "Đơn vị", "Dấu hiệu")
    for pair in pairs:
        signs = ", ".join(f"{sign.value} {value}" for sign, value in pair.signs)
        units = " / ".join(dict.fromkeys((pair.older.unit.code, pair.newer.unit.code)))
        names = " / ".join(dict.fromkeys((pair.older.name, pair.newer.name)))
        table.add_row(str(pair.older.pk), str(pair.newer.pk), names, units, signs)
    if pairs:
        console.print("Có lẽ là một máy (probably one machine): assets merge CŨ MỚI, hoặc assets separate CŨ MỚI")
        console.print(table)
    for clone in copied:
        console.print(f"NHÂN BẢN (two machines with one key): số {clone.asset.pk} {clone.asset.name}:")
        for machine in clone.machines:
            console.print(f"    {machine}")
    for one in back:
        console.print(f"Đã loại mà vẫn báo cáo (retired, yet reports): {one.asset.name}, {shown(one.last_seen_at)}")
    if not (pairs or copied or back):
        print("Không có gì cần quyết định. (Nothing to decide.)")


def merge(first: int, second: int, *, reason: str, by: str = "") -> None:
    """Xác nhận hai bản ghi là một máy: bản cũ hơn được loại, lịch sử giữ nguyên. (Confirm that two are one.)

    Parameters
    ----------
    first
        Số của một bản ghi. (A record's number.)
    second
        Số của bản ghi kia. (The other's.)
    reason
        Lý do. (Why.)
    by
        Người quyết định; mặc định: tài khoản đang dùng. (Who decides.)
    """
    from tuanthu_server.django_setup import setup

    setup()
    from tuanthu_server.organisation import machines
    from tuanthu_server.organisation.person import checked

    kept = machines.same_machine(first, second, checked(me(by), reason))
    print(f"Giữ máy số {kept.pk} ({kept.name}); bản ghi kia đã được loại. (The other record is retired.)")


def separate(first: int, second: int, *, reason: str, by: str = "") -> None:
    """Xác nhận hai bản ghi là hai máy khác nhau. (Say that two records are two machines.)

    Parameters
    ----------
    first
        Số của một bản ghi. (A record's number.)
    second
        Số của bản ghi kia. (The other's.)
    reason
        Lý do. (Why.)
    by
        Người quyết định. (Who decides.)
    """
    from tuanthu_server.django_setup import setup

    setup()
    from tuanthu_server.organisation import machines
    from tuanthu_server.organisation.person import checked

    machines.different_machines(first, second, checked(me(by), reason))
    print("Đã ghi nhận là hai máy khác nhau. (Two machines.)")


def retire(number: int, *, reason: str, by: str = "") -> None:
    """Loại một máy khỏi số liệu; lịch sử giữ nguyên. (Take a machine out of the figures.)

    Parameters
    ----------
    number
        Số của máy. (The machine's number.)
    reason
        Lý do, ví dụ: đã thanh lý. (Why.)
    by
        Người quyết định. (Who decides.)
    """
    from tuanthu_server.django_setup import setup

    setup()
    from tuanthu_server.organisation import machines
    from tuanthu_server.organisation.person import checked

    found = machines.retire(number, checked(me(by), reason))
    print(f"Đã loại máy {found.name} khỏi số liệu. (Retired.)")


def move(number: int, *, unit: str, reason: str, by: str = "", day: str | None = None) -> None:
    """Chuyển một máy sang đơn vị khác; trước ngày đó máy vẫn tính cho đơn vị cũ. (Move a machine to another unit.)

    Parameters
    ----------
    number
        Số của máy. (The machine's number.)
    unit
        Mã đơn vị mới. (The new unit's code.)
    reason
        Lý do. (Why.)
    by
        Người quyết định. (Who decides.)
    day
        Từ ngày YYYY-MM-DD; mặc định hôm nay. (From which day; default: today.)
    """
    from tuanthu_server.cli.acting import day_of
    from tuanthu_server.django_setup import setup

    setup()
    from tuanthu_server.organisation import machines
    from tuanthu_server.organisation.person import checked

    found = machines.move_machine(number, unit, checked(me(by), reason), day_of(day))
    print(f"Máy {found.name} thuộc đơn vị {found.unit.code}. (Moved.)")
