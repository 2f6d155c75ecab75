"""`tuanthu-agent scan`: audit the station's network within a signed authorisation."""

from pathlib import Path
from typing import Annotated, Final

import cyclopts
import msgspec
from cyclopts import Parameter

from tuanthu_agent.cli.console import errors, output, scanning
from tuanthu_agent.cli.scan_table import Remedies, blocks, closing
from tuanthu_agent.config import Config, load_config
from tuanthu_agent.errors import TuanthuError
from tuanthu_agent.scanner.child import Ended, Found, Gap, Order, Stage, run_child
from tuanthu_policy.devices.finding import ServiceFinding
from tuanthu_policy.devices.labels import standing

EXIT_PASS: Final = 0
EXIT_FAIL: Final = 1
EXIT_UNKNOWN: Final = 2


def register(app: cyclopts.App) -> None:
    """Add the command."""
    app.command(scan, name="scan")


def scan(
    *,
    scope: Path,
    trust: Path,
    discover_only: Annotated[bool, Parameter(negative="")] = False,
    json: Path | None = None,
    state: Path | None = None,
) -> int:
    """Kiểm tra thiết bị trên mạng của đơn vị, trong phạm vi đã được ký cho phép. (Audit the station's network.)

    Mã thoát: 0 không có thiết bị nào để mặc định, 1 có thiết bị để mặc định, 2 còn điều chưa rõ, 3 lỗi.

    Parameters
    ----------
    scope
        Tệp cho phép quét đã ký (scope.jws)
    trust
        Khóa công khai của cơ quan cho phép (authority.pub)
    discover_only
        Chỉ tìm thiết bị, không thử đăng nhập
    json
        Ghi kết quả ra tệp này, mỗi dòng một dịch vụ (JSON)
    state
        Thư mục giữ sổ lượt đăng nhập và nhật ký giữa các đêm
    """
    config = load_config()
    folder = state if state is not None else config.data_dir / "scan"
    order = Order(scope=scope, trust=trust, state=folder, discover_only=discover_only)
    findings: list[ServiceFinding] = []
    gaps: list[str] = []
    try:
        ended = follow(order, findings, gaps)
    except KeyboardInterrupt:
        errors.print("Đã dừng theo yêu cầu. Lượt đăng nhập đã gửi nằm trong sổ; chạy lại sẽ đi tiếp. (Stopped.)")
        raise
    findings.sort(key=place)
    if json is not None:
        write_lines(json, findings)
    for part in blocks(findings, remedies(findings, config), config.language):
        output.print(part)
    whole = ended is not None and ended.whole
    for line in closing(findings, gaps, config.language, whole=whole):
        output.print(line)
    return exit_code(findings, whole=whole)


def follow(order: Order, findings: list[ServiceFinding], gaps: list[str]) -> Ended | None:
    """Run the child, show how far it is, and take what it tells; None where it did not come to its end."""
    ended = None
    with scanning() as progress:
        for event in run_child(order):
            if isinstance(event, Found):
                findings.extend(event.findings)
            elif isinstance(event, Gap):
                gaps.append(event.text)
            elif isinstance(event, Ended):
                ended = event
            elif isinstance(event, Stage):
                progress(event)
    return ended


def remedies(findings: list[ServiceFinding], config: Config) -> Remedies:
    """What the catalogue says to do about what fails; its generic entries by `generic-<protocol>`."""
    if not any(standing(one.verdict) == "fail" for one in findings):
        return {}
    from tuanthu_agent.published.choosing import choose

    families = choose(config).devices()
    generic = {
        f"generic-{login.protocol}": family.remediation
        for family in families.values()
        if family.device_class == "generic"
        for login in family.logins
    }
    return generic | {name: family.remediation for name, family in families.items()}


def place(finding: ServiceFinding) -> tuple[bool, bytes, int]:
    """In the order of addresses and ports."""
    import ipaddress

    address = ipaddress.ip_address(finding.ip)
    return address.version == 6, address.packed, finding.port or 0


def write_lines(path: Path, findings: list[ServiceFinding]) -> None:
    """One line of JSON per finding; raises TuanthuError."""
    try:
        path.write_bytes(b"".join(msgspec.json.encode(one) + b"\n" for one in findings))
    except OSError as error:
        raise TuanthuError(
            f"Không ghi được {path}: {error.strerror}", f"Cannot write {path}: {error.strerror}"
        ) from None


def exit_code(findings: list[ServiceFinding], *, whole: bool) -> int:
    """1 if anything is on its default, else 2 if anything is not settled, else 0."""
    standings = {standing(one.verdict) for one in findings}
    if "fail" in standings:
        return EXIT_FAIL
    return EXIT_PASS if whole and "unknown" not in standings else EXIT_UNKNOWN
