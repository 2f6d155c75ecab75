"""`tuanthu-agent status`, `export` and `version`."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import cyclopts
from rich.table import Table

from tuanthu_agent import __version__, jobs
from tuanthu_agent import identity as identities
from tuanthu_agent.cli.console import output
from tuanthu_agent.config import load_config
from tuanthu_agent.export import export as write_export
from tuanthu_agent.identity import Identity
from tuanthu_agent.spool.interface import Spool

SHOWN = 5
VIETNAM = timezone(timedelta(hours=7))
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
    config = load_config()
    spool = jobs.open_configured(config)
    try:
        count = write_export(spool, file)
    finally:
        spool.close()
    output.print(f"Đã ghi {count} báo cáo vào {file}. Báo cáo vẫn còn trong hàng đợi.", markup=False, soft_wrap=True)
    return 0


def status() -> int:
    """Máy này ghi danh ở đâu, lần kiểm tra và gửi gần nhất, còn gì trong hàng đợi. (Show the agent's state.)"""
    config = load_config()
    identity = identities.find(config.data_dir)
    spool = jobs.open_configured(config)
    try:
        output.print(state_table(identity, spool))
        for row in problems(spool):
            output.print(row, style="yellow", markup=False, soft_wrap=True)
    finally:
        spool.close()
    return 0


def state_table(identity: Identity | None, spool: Spool) -> Table:
    """The state in two columns."""
    table = Table(show_header=False, box=None)
    if identity is None:
        table.add_row("Ghi danh", "chưa ghi danh")
    else:
        table.add_row("Ghi danh tại", identity.server)
        table.add_row("Đơn vị", f"{identity.unit_name} ({identity.unit_code})")
        table.add_row("Mã máy", identity.agent)
        table.add_row("Tin cậy theo", "chứng thư gốc đã ghim" if identity.pinned else "kho chứng thư của máy")
    size = spool.size()
    table.add_row("Kiểm tra gần nhất", shown_time(spool.get("last:collect")))
    table.add_row("Kiểm tra kế tiếp", shown_seconds(spool.get("next:collect")))
    table.add_row("Gửi gần nhất", shown_time(spool.get("last:deliver")))
    table.add_row("Báo cáo mới nhất", f"số {spool.last_sequence()}" if spool.last_sequence() else "chưa có")
    table.add_row("Đang chờ gửi", f"{size.reports} báo cáo ({size.payload_bytes / 1024:.0f} KiB)")
    table.add_row("Bị từ chối", f"{len(spool.refused())} báo cáo")
    if spool.get("retry:error"):
        table.add_row("Lần gửi hỏng", spool.get("retry:error") or "")
        table.add_row("Thử lại lúc", shown_seconds(spool.get("retry:at")))
    return table


def problems(spool: Spool) -> list[str]:
    """The newest refusals and notes, one line each."""
    refused = [
        f"Báo cáo số {one.sequence} bị từ chối lúc {local(one.at)} ({one.code}): {one.reason}"
        for one in spool.refused()[:SHOWN]
    ]
    return refused + [f"{local(note.at)}: {note.vi}" for note in spool.notes()[:SHOWN]]


def shown_time(text: str | None) -> str:
    """A remembered moment (RFC 3339) in Vietnam's time."""
    return local(datetime.fromisoformat(text)) if text else "chưa có"


def shown_seconds(text: str | None) -> str:
    """A remembered moment (seconds since 1970) in Vietnam's time."""
    return local(datetime.fromtimestamp(float(text), UTC)) if text else "chưa định"


def local(moment: datetime) -> str:
    """As Vietnamese readers write it."""
    return moment.astimezone(VIETNAM).strftime("%H:%M %d/%m/%Y")
