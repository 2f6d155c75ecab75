"""`tuanthu-server simulate`: a database as large as a province's after a year, for trying out and measuring."""

import os
import sys
import time

from cyclopts import App


def register(app: App) -> None:
    """Add the command."""
    app.command(simulate)


def simulate(*, units: int = 216, machines: int = 1000, days: int = 90) -> None:
    """Điền cơ sở dữ liệu bằng máy giả lập nhiều tháng, để thử tải. (Fill a database with months of simulated machines.)

    Parameters
    ----------
    units
        Số đơn vị trình diễn. (Demonstration units.)
    machines
        Số máy giả lập. (Simulated machines.)
    days
        Số ngày lịch sử đến hôm nay. (Days of history up to now.)
    """
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    from tuanthu_server.django_setup import setup

    setup()
    from tuanthu_server.demo.machines import MARK
    from tuanthu_server.demo.simulation import run
    from tuanthu_server.demo.simulation.remembered import remember

    began = time.monotonic()
    columns = (TextColumn(f"Máy {MARK}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(file=sys.stderr), transient=True) as bar:
        task = bar.add_task("", total=machines)
        assets = run.simulate(
            units, machines, days, processes=os.cpu_count() or 1, progress=lambda done: bar.advance(task, done)
        )
    remembered = remember(days)
    seconds = time.monotonic() - began
    print(f"Đã giả lập {machines} máy và {assets - machines} thiết bị mạng trong {days} ngày ({seconds:.0f} giây).")
    print(f"Biểu đồ có số liệu của {remembered} ngày đã qua. (Curves have the figures of {remembered} past days.)")
    print(f"(Simulated machines, all named {MARK}-…, with network devices; no agent's key was kept.)")
