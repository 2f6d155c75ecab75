"""`tuanthu-server demo`: the demonstration organisation and its simulated machines."""

import logging
import sys

from cyclopts import App


def register(app: App) -> None:
    """Add the command."""
    app.command(demo)


def demo(*, machines: int = 0) -> None:
    """Tạo tổ chức trình diễn: 31 đơn vị, 185 trạm y tế, mọi tên đều ghi rõ là trình diễn. (Make the demonstration.)

    Parameters
    ----------
    machines
        Số máy giả lập cần có; máy đã có được giữ nguyên. (How many simulated machines there shall be.)
    """
    from tuanthu_server.django_setup import setup

    setup()
    from tuanthu_server.demo.organisation import LABEL, load_organisation

    differences = load_organisation()
    new = sum(len(difference.new) for difference in differences)
    print(f"Tổ chức trình diễn: {new} đơn vị mới; mọi tên đều bắt đầu bằng “{LABEL}”.")
    add_people()
    if machines:
        print(f"Máy giả lập: {add(machines)} máy mới, ghi danh và gửi báo cáo có chữ ký như máy thật.")


def add_people() -> None:
    """Make one person of each role; passwords are shown once."""
    from tuanthu_server.demo import accounts

    made = accounts.add_people()
    if made:
        print("Người dùng trình diễn, mật khẩu chỉ hiện lần này (people of the demonstration):")
    for user, password in made:
        print(f"  {user.username:<20} {password}   {user.get_role_display()}")


def add(count: int) -> int:
    """Add simulated machines with progress on the terminal."""
    from rich.console import Console
    from rich.progress import Progress

    from tuanthu_server import logs
    from tuanthu_server.demo.machines import MARK, add_machines

    logs.configure(logging.WARNING)  # one line a machine would hide the progress

    with Progress(console=Console(file=sys.stderr), transient=True) as bar:
        task = bar.add_task(f"Máy {MARK}", total=count)
        return add_machines(count, lambda done: bar.advance(task, done))
