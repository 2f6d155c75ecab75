"""`tuanthu-agent status`, `export` and `version`."""

from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Annotated, Final

import cyclopts
import msgspec
from cyclopts import Parameter
from rich.table import Table
from rich.text import Text

from tuanthu_agent import __version__, jobs
from tuanthu_agent import identity as identities
from tuanthu_agent.cli.console import output
from tuanthu_agent.cli.wording import printable, unit_of
from tuanthu_agent.config import Config, load_config
from tuanthu_agent.errors import SpoolError
from tuanthu_agent.export import export as write_export
from tuanthu_agent.identity import Identity
from tuanthu_agent.spool.interface import Spool
from tuanthu_agent.state import State, read_state

SHOWN: Final = 5
VIETNAM: Final = timezone(timedelta(hours=7))
"""Asia/Ho_Chi_Minh, which has no summer time; Windows has no time zone database to ask."""


def register(app: cyclopts.App) -> None:
    """Add the commands."""
    app.command(status, name="status")
    app.command(export, name="export")
    app.command(version, name="version")


def version() -> int:
    """In phiên bản. (Print the version.)"""
    output.print(__version__)
    return 0


def export(file: Path) -> int:
    """Ghi các báo cáo chưa gửi ra tệp để mang đi bằng USB. (Write undelivered reports to a file.)

    Parameters
    ----------
    file
        Tệp sẽ ghi
    """
    spool = open_somehow(load_config())
    try:
        if not spool.size().reports:
            output.print("Không có báo cáo nào đang chờ gửi; không ghi tệp.")
            return 0
        count = write_export(spool, file)
    finally:
        spool.close()
    output.print(f"Đã ghi {count} báo cáo vào {file}. Báo cáo vẫn còn trong hàng đợi.", markup=False, soft_wrap=True)
    return 0


def open_somehow(config: Config) -> Spool:
    """The spool, repaired if need be; on a full or read-only disk as it is. Raises SpoolError."""
    if jobs.has_spool(config):
        try:
            return jobs.open_configured(config)
        except SpoolError:
            pass  # to look may still be possible; if not, that says why
    return jobs.view_configured(config)


def status(*, as_json: Annotated[bool, Parameter(name="--json", negative="")] = False) -> int:
    """Máy này ghi danh ở đâu, lần kiểm tra và gửi gần nhất, còn gì trong hàng đợi. (Show the agent's state.)

    Parameters
    ----------
    as_json
        In kết quả dạng JSON
    """
    config = load_config()
    identity = identities.find(config.data_dir)
    try:
        state = look(config, identity)
    except SpoolError:
        if not as_json and identity is not None:
            output.print(two_columns(identity_rows(identity)))
        raise
    if as_json:
        output.out(msgspec.json.format(msgspec.json.encode(state), indent=2).decode(), highlight=False)
        return 0
    output.print(two_columns(state_rows(state)))
    for row in problems(state):
        output.print(row, style="yellow", markup=False, soft_wrap=True)
    return 0


def look(config: Config, identity: Identity | None) -> State:
    """The state, without changing anything; raises SpoolError."""
    spool = jobs.view_configured(config)
    try:
        return read_state(config, identity, spool)
    finally:
        spool.close()


def two_columns(rows: list[tuple[str, str]]) -> Table:
    """Names and values; what others wrote is text, never markup."""
    table = Table(show_header=False, box=None)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for name, text in rows:
        table.add_row(name, Text(printable(text)))
    return table


def identity_rows(identity: Identity) -> list[tuple[str, str]]:
    """Where the machine is enrolled."""
    return [
        ("Ghi danh tại", identity.server),
        ("Đơn vị", unit_of(identity)),
        ("Mã máy", identity.agent),
        ("Tin cậy theo", "chứng thư gốc đã ghim" if identity.pinned else "kho chứng thư của máy"),
    ]


def state_rows(state: State) -> list[tuple[str, str]]:
    """Name and value of each row."""
    if state.enrolled is None:
        rows = [("Ghi danh", f"chưa ghi danh (không có danh tính trong {state.data_dir})")]
    else:
        rows = identity_rows(state.enrolled)
    rows += [
        ("Kiểm tra gần nhất", shown(state.last_collected, "chưa có")),
        ("Kiểm tra kế tiếp", shown(state.next_collection, "chưa định")),
        ("Gửi gần nhất", shown(state.last_delivered, "chưa có")),
        ("Báo cáo mới nhất", f"số {state.last_sequence}" if state.last_sequence else "chưa có"),
        ("Đang chờ gửi", f"{state.waiting} báo cáo ({state.waiting_bytes / 1024:.0f} KiB)"),
        ("Bị từ chối", f"{len(state.refused)} báo cáo"),
    ]
    if state.enrolled is not None and state.enrolled.authority:
        rows.append(("Quét mạng gần nhất", shown(state.last_scan, "chưa có")))
    if state.enrolled is not None:
        taken = f"gói của máy chủ trung tâm, phiên bản {state.bundle_version}" if state.bundle_version else "đi kèm"
        rows.append(("Chính sách tại máy", taken))
    if state.bundle_failure:
        rows.append(("Gói chính sách bị từ chối", state.bundle_failure))
    if state.scan_failure:
        rows.append(("Lệnh quét không dùng được", state.scan_failure))
    if state.failure:
        rows += [("Lần gửi hỏng", state.failure), ("Thử lại lúc", shown(state.next_try, "chưa định"))]
    return rows


def problems(state: State) -> list[str]:
    """The newest refusals and notes, one line each."""
    refused = [
        f"Báo cáo số {one.sequence} bị từ chối lúc {local(one.at)} ({one.code}): {one.reason}"
        for one in state.refused[:SHOWN]
    ]
    return [printable(row) for row in refused + [f"{local(note.at)}: {note.vi}" for note in state.notes[:SHOWN]]]


def shown(moment: datetime | None, otherwise: str) -> str:
    """A moment, or what to say where there is none."""
    return local(moment) if moment else otherwise


def local(moment: datetime) -> str:
    """In Vietnam's time, as Vietnamese readers write it."""
    return moment.astimezone(VIETNAM).strftime("%H:%M %d/%m/%Y")
