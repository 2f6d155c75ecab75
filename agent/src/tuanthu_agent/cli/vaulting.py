"""`tuanthu-agent vault add`, `vault list` and `vault remove`: the site's own credentials of its devices."""

import getpass
from pathlib import Path
from typing import Annotated

import cyclopts
from cyclopts import Parameter
from rich import box
from rich.table import Table

from tuanthu_agent.cli.auditing import STATE_FOLDER
from tuanthu_agent.cli.console import errors, output
from tuanthu_agent.cli.wording import printable
from tuanthu_agent.config import load_config
from tuanthu_agent.scanner.vault import Vault, VaultError, device_of

_STATE_HELP = "Thư mục trạng thái của việc quét (state folder of the scan)"
State = Annotated[Path | None, Parameter(help=_STATE_HELP)]


def register(app: cyclopts.App) -> None:
    """Add the commands."""
    group = cyclopts.App(name="vault", help="Tài khoản riêng của đơn vị trên thiết bị. (The site's own credentials.)")
    group.command(add, name="add")
    group.command(show, name="list")
    group.command(remove, name="remove")
    app.command(group)


def opened(state: Path | None) -> Vault:
    """The vault; raises VaultError."""
    return Vault(state if state is not None else load_config().data_dir / STATE_FOLDER)


def add(*, device: str, login: str, user: str, state: State = None) -> int:
    """Cất mật khẩu riêng của một thiết bị; mật khẩu được hỏi ở màn hình. (Keep a credential; asks for the password.)

    Parameters
    ----------
    device
        Địa chỉ MAC hoặc IP của thiết bị
    login
        Mã cách đăng nhập trong danh mục, hoặc giao thức: http, ssh, telnet, ftp, snmp, rtsp …
    user
        Tên tài khoản
    """
    vault = opened(state)
    place = device_of(device)
    vault.add(place, login, user, asked())
    output.print(f"Đã cất tài khoản {printable(user)} của {place} ({printable(login)}).", markup=False)
    return 0


def asked() -> str:
    """The password, twice the same; raises VaultError."""
    try:
        password = getpass.getpass("Mật khẩu (password): ")
        again = getpass.getpass("Nhập lại (again): ")
    except EOFError:
        raise VaultError("Không có mật khẩu nào được nhập", "No password was entered") from None
    if password != again:
        raise VaultError("Hai lần nhập không giống nhau; chưa cất", "The two differ; nothing was kept")
    if not password:
        raise VaultError("Mật khẩu trống; chưa cất", "The password is empty; nothing was kept")
    return password


def show(*, state: State = None) -> int:
    """Xem các tài khoản đã cất, không có mật khẩu. (List them, without passwords.)"""
    entries = opened(state).entries()
    if not entries:
        output.print("Chưa cất tài khoản nào.")
        return 0
    table = Table(box=box.SIMPLE)
    for column in ("Thiết bị", "Đăng nhập", "Tài khoản"):
        table.add_column(column, overflow="fold")
    for one in entries:
        table.add_row(one.device, printable(one.login), printable(one.user))
    output.print(table)
    return 0


def remove(*, device: str, login: str | None = None, state: State = None) -> int:
    """Bỏ tài khoản của một thiết bị. Mã thoát 1: không có gì để bỏ. (Forget a device's credentials.)

    Parameters
    ----------
    device
        Địa chỉ MAC hoặc IP của thiết bị
    login
        Chỉ bỏ của cách đăng nhập này
    """
    count = opened(state).remove(device_of(device), login)
    if not count:
        errors.print("Không có tài khoản nào của thiết bị ấy.")
        return 1
    output.print(f"Đã bỏ {count} tài khoản.")
    return 0
