"""`tuanthu-server users`: people who may sign in."""

from typing import TYPE_CHECKING

from cyclopts import App

if TYPE_CHECKING:
    from tuanthu_server.accounts.roles import Role


def register(app: App) -> None:
    """Add the commands."""
    people = App(name="users", help="Người dùng (people who sign in).")
    people.command(add)
    people.command(show, name="list")
    people.command(role)
    people.command(reset)
    people.command(deactivate)
    people.command(activate)
    app.command(people)


def add(
    username: str, *, role: str = "officer", unit: list[str] | None = None, name: str = "", email: str = ""
) -> None:
    """Thêm người dùng và in liên kết đặt mật khẩu, dùng một lần (add a person; prints a link that serves once).

    Parameters
    ----------
    username
        Tên đăng nhập (user name).
    role
        administrator, viewer, officer, auditor.
    unit
        Mã đơn vị phụ trách, có thể lặp lại (an officer's unit; may be repeated).
    name
        Họ và tên (full name).
    email
        Địa chỉ thư điện tử (e-mail).
    """
    from tuanthu_server.django_setup import setup

    setup()
    from tuanthu_server.accounts import managing

    wanted = role_named(role)
    user = managing.add(username, wanted, managing.units_named(unit or []), name=name, email=email)
    print(f"Đã thêm {user.username}: {wanted.label}.")
    print_link(username)


def show() -> None:
    """Liệt kê người dùng (list people)."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from tuanthu_server.django_setup import setup
    from tuanthu_server.local_time import shown

    setup()
    from tuanthu_server.accounts import managing

    table = Table("Tên đăng nhập", "Họ tên", "Vai trò", "Đơn vị", "Hai lớp", "Lần cuối", "Tình trạng")
    for line in managing.people():
        user = line.user
        cells = (
            user.username,
            user.first_name,
            user.get_role_display(),
            ", ".join(unit.code for unit in line.units),
            "có" if line.second_factor else "chưa",
            shown(user.last_login) if user.last_login else "chưa từng",
            "hoạt động" if user.is_active else "đã khóa",
        )
        table.add_row(*map(Text, map(str, cells)))
    Console().print(table)


def role(username: str, role: str, *, unit: list[str] | None = None) -> None:
    """Đổi vai trò và đơn vị; phiên đang mở kết thúc khi vai trò đổi (give another role and units).

    Parameters
    ----------
    username
        Tên đăng nhập (user name).
    role
        administrator, viewer, officer, auditor.
    unit
        Mã đơn vị phụ trách, thay cho các đơn vị cũ (the officer's units, instead of the former ones).
    """
    from tuanthu_server.django_setup import setup

    setup()
    from tuanthu_server.accounts import managing

    wanted = role_named(role)
    managing.change(managing.find(username), wanted, managing.units_named(unit or []))
    print(f"{username}: {wanted.label}.")


def reset(username: str, *, second_factor: bool = False) -> None:
    """In liên kết đặt lại mật khẩu, dùng một lần (print a link to set the password anew).

    Parameters
    ----------
    username
        Tên đăng nhập (user name).
    second_factor
        Đặt lại cả xác thực hai lớp (forget the second factor, too).
    """
    from tuanthu_server.django_setup import setup

    setup()
    from tuanthu_server.accounts import managing

    user = managing.find(username)
    if second_factor:
        managing.reset_second_factor(user)
        print("Đã đặt lại xác thực hai lớp.")
    print_link(username)


def deactivate(username: str) -> None:
    """Khóa tài khoản (let a person sign in no more)."""
    from tuanthu_server.django_setup import setup

    setup()
    from tuanthu_server.accounts import managing

    managing.deactivate(managing.find(username))
    print(f"Đã khóa {username}.")


def activate(username: str) -> None:
    """Mở lại tài khoản (let a person sign in again)."""
    from tuanthu_server.django_setup import setup

    setup()
    from tuanthu_server.accounts import managing

    managing.reactivate(managing.find(username))
    print(f"Đã mở lại {username}.")


def role_named(text: str) -> "Role":
    """A role by its name; raises InputError."""
    from tuanthu_server.accounts.roles import Role
    from tuanthu_server.errors import InputError

    if text not in Role.values:
        raise InputError(f"Không có vai trò {text}: {', '.join(Role.values)}", f"There is no role {text}")
    return Role(text)


def print_link(username: str) -> None:
    """Make and show the link by which a person sets their password."""
    from tuanthu_server.accounts import invitations, managing
    from tuanthu_server.config import load_config

    config = load_config()
    token = invitations.invite(managing.find(username))
    print(f"Liên kết đặt mật khẩu, dùng một lần trong {invitations.GOOD_FOR.days} ngày (link to set the password):")
    print(f"  https://{config.public_host}:{config.listen_port}/invitation/{token}/")
