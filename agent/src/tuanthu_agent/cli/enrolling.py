"""`tuanthu-agent enrol`."""

import sys
from pathlib import Path
from typing import Annotated, Literal

import cyclopts
from cyclopts import Parameter

from tuanthu_agent import enrolment, jobs, reenrolment, stating
from tuanthu_agent import identity as identities
from tuanthu_agent.cli.console import output
from tuanthu_agent.cli.wording import printable, unit_of
from tuanthu_agent.config import Config, load_config
from tuanthu_agent.errors import EnrolmentError
from tuanthu_agent.host import Host
from tuanthu_agent.identity import Identity


def register(app: cyclopts.App) -> None:
    """Add the command."""
    app.command(enrol, name="enrol")


def enrol(
    *,
    server: str,
    token: str = "",
    token_file: Annotated[Path | None, Parameter(allow_leading_hyphen=True)] = None,
    ca_fingerprint: str = "",
    ca: Path | None = None,
    role: Literal["workstation", "server"] | None = None,
    owner: str = "",
    location: str = "",
    again: Annotated[bool, Parameter(negative="")] = False,
) -> int:
    """Ghi danh máy này với máy chủ trung tâm. (Enrol this machine.)

    Parameters
    ----------
    server
        Địa chỉ máy chủ trung tâm: https://tên:cổng
    token
        Mã ghi danh do đơn vị cấp (người dùng khác trên máy có thể thấy trong danh sách tiến trình)
    token_file
        Tệp chứa mã ghi danh, thay cho --token; dấu - là đọc từ đầu vào chuẩn
    ca_fingerprint
        Dấu vân tay SHA-256 của chứng thư gốc (64 chữ số hệ 16)
    ca
        Tệp PEM chứa chứng thư gốc, thay cho dấu vân tay
    role
        workstation (máy trạm, mặc định) hoặc server (máy chủ); ghi danh lại thì giữ như trước nếu không nêu
    owner
        Người dùng chính hoặc bộ phận quản lý máy
    location
        Nơi đặt máy
    again
        Ghi danh lại máy đã ghi danh, với khoá mới; báo cáo đang chờ được giữ
    """
    config = load_config()
    secret = read_token(token, token_file)
    address = stating.check_server(server)
    reenrolment.finish(config.data_dir)
    former = identities.find(config.data_dir)
    if former is not None and not again:
        raise EnrolmentError(
            f"Máy này đã ghi danh với {former.server} ({former.unit_name}). Muốn ghi danh lại, thêm --again.",
            f"This machine is already enrolled at {former.server} ({former.unit_name}). Add --again to enrol anew.",
        )
    certificate = trusted_certificate(config, address, ca_fingerprint, ca)
    machine = enrolment.describe_machine(Host(config.host_root), config, *stated(former, role, owner, location))
    if former is None:
        identity = enrolment.enrol(config, address, secret, certificate, machine)
    else:
        identity = enrolment.enrol_again(config, address, secret, certificate, machine)
    adopt_spool(config)
    output.print(f"Đã ghi danh với {printable(identity.server)}", markup=False, soft_wrap=True)
    output.print(f"Đơn vị: {printable(unit_of(identity))}", markup=False, soft_wrap=True)
    output.print(f"Mã máy: {printable(identity.agent)}", markup=False)
    output.print("Bước kế tiếp, gửi báo cáo đầu tiên: tuanthu-agent run --once", markup=False)
    return 0


def stated(former: Identity | None, role: str | None, owner: str, location: str) -> tuple[str, str, str]:
    """Role, owner and location: as they are stated now, else as they were before."""
    before = (former.role, former.owner, former.location) if former else ("", "", "")
    return role or before[0] or "workstation", owner or before[1], location or before[2]


def read_token(token: str, file: Path | None) -> str:
    """The token, from wherever it was given; raises EnrolmentError if from nowhere or from both."""
    if bool(token) == (file is not None):
        raise EnrolmentError(
            "Cần mã ghi danh: thêm --token MÃ hoặc --token-file TỆP (chỉ một trong hai)",
            "A token is needed: add --token TOKEN or --token-file FILE (one of them)",
        )
    if file is None:
        return token
    try:
        text = sys.stdin.readline() if str(file) == "-" else file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise EnrolmentError(f"Không đọc được {file}: {error}", f"Cannot read {file}: {error}") from None
    if not text.strip():
        raise EnrolmentError(f"{file} không chứa mã ghi danh", f"{file} holds no token")
    return text


def trusted_certificate(config: Config, server: str, fingerprint: str, file: Path | None) -> bytes | None:
    """The CA certificate to pin, or None to rely on the machine's trust store."""
    if file is not None:
        pem = enrolment.read_ca_file(file)
        return enrolment.match_fingerprint(pem, stating.clean_fingerprint(fingerprint)) if fingerprint else pem
    if fingerprint:
        timeouts = (float(config.connect_seconds), float(config.read_seconds))
        return enrolment.fetch_ca(server, fingerprint, timeouts, config.proxy)
    return None


def adopt_spool(config: Config) -> None:
    """Reports that wait under a former identity will go out under this one, at once."""
    spool = jobs.open_configured(config)
    try:
        jobs.adopt(config, spool)
        spool.put({"retry:delay": "", "retry:at": "", "retry:error": ""})
    finally:
        spool.close()
