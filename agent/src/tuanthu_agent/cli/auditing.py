"""`tuanthu-agent audit-log verify` and `audit-log show`: who logged in where, and whether the log can be believed."""

from pathlib import Path
from typing import Annotated, Final

import cyclopts
from cyclopts import Parameter
from rich import box
from rich.table import Table
from rich.text import Text

from tuanthu_agent.cli.console import errors, output
from tuanthu_agent.cli.looking import local
from tuanthu_agent.cli.wording import printable, said
from tuanthu_agent.config import load_config
from tuanthu_agent.scanner.audit_check import Report, check
from tuanthu_agent.scanner.audit_log import FILE_NAME
from tuanthu_agent.scanner.audit_record import Record
from tuanthu_agent.scanner.budget import read_head
from tuanthu_agent.scanner.errors import AuditLogError
from tuanthu_policy.devices.verdict import AttemptOutcome

STATE_FOLDER: Final = "scan"
"""Where a scan keeps ledger and log: this folder of the agent's data folder, unless `--state` names another."""
EXIT_TAMPERED: Final = 1
MOST_FAULTS: Final = 20
OUTCOMES: Final = {
    AttemptOutcome.ACCEPTED: ("được chấp nhận", "accepted"),
    AttemptOutcome.MUST_CHANGE: ("được chấp nhận, buộc đổi mật khẩu", "accepted, must change"),
    AttemptOutcome.REFUSED: ("bị từ chối", "refused"),
    AttemptOutcome.LOCKED: ("thiết bị báo khóa", "locked"),
    AttemptOutcome.NO_AUTH: ("không cần đăng nhập", "no authentication"),
    AttemptOutcome.MISMATCH: ("không đúng giao thức", "protocol mismatch"),
    AttemptOutcome.UNCLEAR: ("trả lời không rõ", "unclear answer"),
    AttemptOutcome.UNREACHABLE: ("không kết nối được", "unreachable"),
    AttemptOutcome.UNSENT: ("chưa gửi: không mở được kết nối", "not sent: no connection"),
}
_STATE_HELP: Final = "Thư mục trạng thái của việc quét (state folder of the scan)"


def register(app: cyclopts.App) -> None:
    """Add the commands."""
    group = cyclopts.App(name="audit-log", help="Nhật ký các lần thử đăng nhập thiết bị. (The log of login attempts.)")
    group.command(verify, name="verify")
    group.command(show, name="show")
    app.command(group)


def verify(*, state: Annotated[Path | None, Parameter(help=_STATE_HELP)] = None) -> int:
    """Kiểm tra nhật ký có bị sửa, xóa, đổi chỗ hay cắt bớt không. Mã thoát: 0 nguyên vẹn, 1 bị sửa, 3 lỗi."""
    language = load_config().language
    report = read_report(folder_of(state))
    tell(report, language)
    return EXIT_TAMPERED if report.faults else 0


def show(*, state: Annotated[Path | None, Parameter(help=_STATE_HELP)] = None) -> int:
    """Xem các lần thử đăng nhập: ai cho phép, lúc nào, thiết bị, tài khoản, kết quả; không có mật khẩu."""
    language = load_config().language
    report = read_report(folder_of(state))
    output.print(attempts_table(report.records, language))
    tell(report, language)
    return EXIT_TAMPERED if report.faults else 0


def folder_of(state: Path | None) -> Path:
    """The folder that was named, or the agent's own."""
    return state if state is not None else load_config().data_dir / STATE_FOLDER


def read_report(folder: Path) -> Report:
    """The log against its ledger; raises AuditLogError where there is neither, LedgerError where that is damaged."""
    path, head = folder / FILE_NAME, read_head(folder)
    try:
        with path.open("rb") as lines:
            return check(lines, head)
    except FileNotFoundError:
        if head is not None:
            return check([], head)
        raise AuditLogError(
            f"Không có nhật ký quét trong {folder}: chưa từng quét, hoặc --state nêu nhầm thư mục",
            f"There is no scan log in {folder}: nothing was scanned yet, or --state names another folder",
        ) from None
    except OSError as error:
        raise AuditLogError(
            f"Không đọc được {path}: {error.strerror}", f"Cannot read {path}: {error.strerror}"
        ) from None


def tell(report: Report, language: str) -> None:
    """Say whether the log can be believed."""
    for fault in report.faults[:MOST_FAULTS]:
        place = said(f"Dòng {fault.line}: ", f"Line {fault.line}: ", language) if fault.line else ""
        errors.print(f"{place}{said(fault.vi, fault.en, language)}", style="red", markup=False, soft_wrap=True)
    count = len(report.records)
    if report.faults:
        vi = f"Nhật ký KHÔNG nguyên vẹn: {len(report.faults)} chỗ sai trong {count} dòng. Giữ nguyên tệp, báo Sở Y tế."
        en = f"The log is NOT sound: {len(report.faults)} faults in {count} lines. Keep the files, tell the department."
        errors.print(said(vi, en, language), style="bold red", markup=False, soft_wrap=True)
        return
    output.print(said(f"Nhật ký nguyên vẹn: {count} dòng.", f"The log is sound: {count} lines.", language))
    if report.torn:
        vi = f"{report.torn} dòng ghi dở do máy hoặc chương trình bị ngắt, được giữ lại làm chứng cứ."
        en = f"{report.torn} half-written lines of crashes are kept as evidence."
        output.print(said(vi, en, language), style="yellow", markup=False)
    if report.unconfirmed:
        vi = "Dòng cuối được ghi ngay trước khi bị ngắt."
        output.print(said(vi, "The last line was written just before a crash.", language), style="yellow")


def attempts_table(records: list[Record], language: str) -> Table:
    """One row a login, with what came of it."""
    outcomes = {record.attempt: record for record in records if record.phase == "outcome"}
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    headings = (
        *(("Lúc", "When"), ("Thiết bị", "Device"), ("Dịch vụ", "Service"), ("Tài khoản", "Account")),
        *(("Kết quả", "Outcome"), ("Căn cứ", "Authorised by")),
    )
    for vi, en in headings:
        table.add_column(said(vi, en, language), overflow="fold")
    for record in records:
        if record.phase == "intent":
            table.add_row(*(Text(printable(cell)) for cell in cells(record, outcomes.get(record.attempt), language)))
    return table


def cells(intent: Record, outcome: Record | None, language: str) -> tuple[str, ...]:
    """The texts of one row."""
    device = intent.device if intent.device == intent.address else f"{intent.address} ({intent.device})"
    service = f"{intent.protocol}:{intent.port} {intent.login}"
    result = outcome_text(outcome.outcome if outcome else None, language)
    return local(intent.at), device, service, intent.account, result, intent.authorisation


def outcome_text(outcome: str | None, language: str) -> str:
    """An outcome in words; what this version does not know as it stands."""
    if outcome is None:
        return said("không rõ: bị ngắt giữa chừng", "unknown: interrupted", language)
    try:
        return said(*OUTCOMES[AttemptOutcome(outcome)], language)
    except (ValueError, KeyError):
        return outcome
