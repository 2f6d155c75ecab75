"""`tuanthu-agent run`."""

import os
import subprocess
import sys
import time
from typing import Annotated, Final

import cyclopts
from cyclopts import Parameter

from tuanthu_agent import identity, jobs
from tuanthu_agent.cli.console import collecting, errors, output
from tuanthu_agent.cli.wording import printable
from tuanthu_agent.config import Config, load_config
from tuanthu_agent.errors import TransportError
from tuanthu_agent.uplink import Delivery
from tuanthu_agent.watching import watch_seconds

TRIES: Final = 3
TRY_SECONDS: Final = 2.0


def register(app: cyclopts.App) -> None:
    """Add the command."""
    app.command(run, name="run")


def run(*, once: Annotated[bool, Parameter(negative="")] = False) -> int:
    """Chạy thường trú: kiểm tra định kỳ và gửi báo cáo. (Run as the resident service.)

    Parameters
    ----------
    once
        Kiểm tra và gửi một lần rồi dừng
    """
    config = load_config()
    identity.load(config.data_dir)
    if once:
        return run_once(config)
    return become_resident(config)


def run_once(config: Config) -> int:
    """Collect, deliver, tell; 0 if everything that waited was delivered."""
    spool = jobs.open_configured(config)
    try:
        with collecting() as done:
            sequence = jobs.collect(config, spool, done)
        with errors.status("Đang gửi báo cáo …"):
            delivery = jobs.deliver(config, spool)
            for _ in range(TRIES - 1):
                if delivery.error is None or delivery.error.permanent:
                    break
                time.sleep(TRY_SECONDS)
                delivery = jobs.deliver(config, spool)
        waiting = spool.size().reports
        refused = jobs.refresh_bundle(config, spool) if delivery.error is None else None
    finally:
        spool.close()
    if refused is not None and not isinstance(refused, TransportError):
        errors.print(f"{printable(refused.vi)}", style="red", markup=False, soft_wrap=True)
    return tell(sequence, delivery, waiting)


def tell(sequence: int, delivery: Delivery, waiting: int) -> int:
    """Say what happened; the exit code."""
    output.print(f"Đã kiểm tra máy này: báo cáo số {sequence}")
    if delivery.error is not None:
        errors.print(f"Chưa gửi được: {printable(delivery.error.vi)}", style="yellow", markup=False, soft_wrap=True)
        errors.print(f"{waiting} báo cáo còn chờ trong hàng đợi, sẽ gửi lại sau.", markup=False)
        return 3
    if delivery.refused:
        errors.print(f"{delivery.refused} báo cáo bị từ chối; xem: tuanthu-agent status", style="red", markup=False)
        return 3
    output.print("Đã gửi mọi báo cáo, máy chủ trung tâm đã xác nhận.")
    return 0


def become_resident(config: Config) -> int:
    """Replace this process, with all that it has loaded, by the lean resident; its exit code where that cannot be."""
    # The children read their settings from the environment, as this process did.
    os.environ["TUANTHU_AGENT_DATA_DIR"] = str(config.data_dir)
    module = ["-I", "-m", "tuanthu_agent.service"]
    arguments = [sys.executable, *module, str(config.data_dir), str(config.child_seconds), str(watch_seconds(config))]
    if os.name == "posix":
        os.execv(sys.executable, arguments)  # noqa: S606  no shell is what is wanted
    return keep_resident(arguments)


def keep_resident(arguments: list[str]) -> int:
    """Windows replaces no process: wait for the resident, which ends with this one; its exit code."""
    with subprocess.Popen(arguments, stdin=subprocess.PIPE) as resident:
        while True:
            try:
                return resident.wait()
            except KeyboardInterrupt:
                continue  # the console has told the resident, too
