"""`tuanthu-server catalogue test|list`: the device catalogue. Needs no data folder."""

import sys
from pathlib import Path
from typing import NoReturn

from cyclopts import App


def register(app: App) -> None:
    """Add the commands."""
    group = App(name="catalogue", help="Danh mục thiết bị (device catalogue).")
    group.command(check, name="test")
    group.command(show, name="list")
    app.command(group)


def check(folder: Path | None = None) -> None:
    """Kiểm tra danh mục và chạy mọi ví dụ; có sai thì mã thoát là 1 (check the catalogue and run every example).

    Parameters
    ----------
    folder
        Thư mục policies/devices (its folder); mặc định: danh mục đi kèm (the one shipped).
    """
    from tuanthu_policy.devices.examples import catalogue_problems
    from tuanthu_policy.devices.loader import load_devices, load_examples, owners
    from tuanthu_policy.errors import PolicyError

    try:
        families = load_devices(folder)
        examples = load_examples(folder)
        problems = catalogue_problems(families, examples, owners(families, folder))
    except PolicyError as error:
        _refuse(f"{error.vi}\n  ({error.en})")
    for one in problems:
        print(f"✗ {one.place}: {one.vi}\n  ({one.en})", file=sys.stderr)
    if problems:
        _refuse(f"{len(problems)} chỗ sai trong {len(families)} mục. ({len(problems)} problems.)")
    logins = sum(len(example.logins) for example in examples.values())
    print(
        f"Danh mục đúng: {len(families)} mục, {len(examples)} ví dụ, {logins} lần đăng nhập mẫu. "
        f"(The catalogue is right: {len(families)} entries, {len(examples)} examples, {logins} login transcripts.)"
    )


def _refuse(text: str) -> NoReturn:
    print(text, file=sys.stderr)
    sys.exit(1)


def show(folder: Path | None = None) -> None:
    """Liệt kê các mục của danh mục (list the entries).

    Parameters
    ----------
    folder
        Thư mục policies/devices (its folder); mặc định: danh mục đi kèm (the one shipped).
    """
    import msgspec
    from rich.console import Console
    from rich.table import Column, Table

    from tuanthu_policy.devices.loader import load_devices
    from tuanthu_policy.docs_devices import CLASS_LABELS, STATUS_LABELS
    from tuanthu_policy.errors import PolicyError

    try:
        families = load_devices(folder)
    except PolicyError as error:
        _refuse(f"{error.vi}\n  ({error.en})")
    table = Table(Column("Mục", no_wrap=True), "Hãng", "Loại", "Trạng thái", "Đăng nhập", "Tài khoản")
    for one in families.values():
        logins = ", ".join(dict.fromkeys(login.protocol for login in one.logins)) or "–"
        accounts = sum(account.password is not msgspec.UNSET for account in one.accounts)
        table.add_row(
            one.id, one.vendor, CLASS_LABELS[one.device_class], STATUS_LABELS[one.status], logins, str(accounts)
        )
    Console().print(table)
