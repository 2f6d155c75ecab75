"""`tuanthu-server attestations`."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

if TYPE_CHECKING:
    from tuanthu_server.compliance.models import Attestation


def register(app: App) -> None:
    """Add the commands."""
    group = App(name="attestations", help="Xác nhận của người có thẩm quyền, kèm minh chứng (attestations).")
    group.command(add)
    group.command(revoke)
    group.command(show, name="list")
    app.command(group)


def add(
    *,
    control: str,
    unit: str,
    attested_by: str,
    statement: str,
    file: Path,
    by: str,
    denied: Annotated[bool, Parameter(negative="")] = False,
    since: str | None = None,
    until: str | None = None,
    remind: str | None = None,
) -> None:
    """Ghi nhận xác nhận về một yêu cầu của đơn vị; thay xác nhận trước đó. (Record a statement on a clause.)

    Parameters
    ----------
    control
        Mã yêu cầu có phần phải xác nhận, dạng văn-bản/mã (framework/control).
    unit
        Mã đơn vị (unit code).
    attested_by
        Họ tên, chức vụ người xác nhận (who attests: name and office).
    statement
        Nội dung xác nhận (the statement).
    file
        Tệp minh chứng PDF, PNG hoặc JPEG, tối đa 10 MB (the evidence file).
    by
        Tên đăng nhập của người ghi nhận (who records it).
    denied
        Xác nhận rằng yêu cầu CHƯA được đáp ứng (the clause is stated not to be met).
    since
        Có từ ngày (since); mặc định: bây giờ (now).
    until
        Hết hạn (expiry); mặc định và tối đa: thời hạn mà yêu cầu cho phép (default and most: what the clause allows).
    remind
        Ngày nhắc (reminder); mặc định: 30 ngày trước khi hết hạn (30 days before).
    """
    from tuanthu_server.cli.evaluate import unit_id
    from tuanthu_server.django_setup import setup

    begin, end, reminder = moment(since, "--since"), moment(until, "--until"), moment(remind, "--remind")
    setup()
    from tuanthu_server.compliance import attestations
    from tuanthu_server.compliance.people import person

    draft = attestations.Draft(
        control=control,
        unit=unit_id(unit) or 0,
        fulfilled=not denied,
        statement=statement,
        attested_by=attested_by,
        valid_from=begin or datetime.now(UTC),
        expires_at=end,
        remind_at=reminder,
        file_name=file.name,
        content=read_evidence(file),
    )
    tell(attestations.add(draft, person(by)))


def moment(text: str | None, option: str) -> datetime | None:
    """The beginning of a day, or a moment; None where none is given."""
    from tuanthu_server.cli.moments import read_beginning

    return None if text is None else read_beginning(text, option)


def tell(made: "Attestation") -> None:
    """What was recorded."""
    from tuanthu_server.local_time import shown

    print(f"Đã ghi xác nhận số {made.pk}, hiệu lực đến {shown(made.expires_at)}, nhắc {shown(made.remind_at)}.")
    print(f"(Attestation {made.pk} is recorded; evidence {made.evidence_id[:12]}, {made.evidence.size} bytes.)")


def read_evidence(path: Path) -> bytes:
    """The file's bytes, no more than are kept and one; raises InputError."""
    from tuanthu_server.compliance.attestations import MOST_BYTES
    from tuanthu_server.errors import InputError

    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError as error:
        raise InputError(
            f"--file {path}: không đọc được: {error.strerror}", f"--file {path}: cannot be read: {error.strerror}"
        ) from None


def revoke(number: int, *, by: str, reason: str) -> None:
    """Thu hồi một xác nhận từ bây giờ. (Revoke an attestation from now on.)

    Parameters
    ----------
    number
        Số của xác nhận (its number).
    by
        Tên đăng nhập của người thu hồi (who revokes).
    reason
        Lý do (why).
    """
    from tuanthu_server.django_setup import setup

    setup()
    from tuanthu_server.compliance import attestations
    from tuanthu_server.compliance.people import person

    attestations.revoke(number, person(by), reason)
    print(f"Đã thu hồi xác nhận số {number}. (Attestation {number} is revoked.)")


def show(*, unit: str | None = None) -> None:
    """Liệt kê mọi xác nhận, cả đã hết hạn. (List every attestation, those that ended too.)

    Parameters
    ----------
    unit
        Chỉ một đơn vị (one unit by its code).
    """
    from rich.console import Console
    from rich.table import Table

    from tuanthu_server.cli.evaluate import unit_id
    from tuanthu_server.django_setup import setup
    from tuanthu_server.local_time import shown

    setup()
    from tuanthu_server.compliance import attestations
    from tuanthu_server.compliance.exception_words import STATEMENT_STATES

    only = unit_id(unit)
    table = Table("Số", "Yêu cầu", "Đơn vị", "Nội dung", "Người xác nhận", "Đến", "Nhắc", "Tình trạng", "Minh chứng")
    now = datetime.now(UTC)
    for one in attestations.listed(None if only is None else [only]):
        said = "" if one.fulfilled else "CHƯA đáp ứng: "
        table.add_row(
            str(one.pk),
            one.control,
            one.unit.code,
            said + one.statement,
            one.attested_by,
            shown(one.expires_at),
            shown(one.remind_at),
            STATEMENT_STATES[attestations.state_of(one, now)].vi,
            f"{one.file_name} {one.evidence_id[:12]}",
        )
    Console().print(table)
