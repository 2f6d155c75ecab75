"""`tuanthu-agent catalogue record`: an officer's own unit into a draft entry of the device catalogue."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cyclopts

from tuanthu_agent.cli.auditing import STATE_FOLDER
from tuanthu_agent.cli.console import errors, output
from tuanthu_agent.cli.wording import printable
from tuanthu_agent.config import load_config
from tuanthu_agent.errors import TuanthuError
from tuanthu_agent.files import write_private
from tuanthu_agent.host import Host
from tuanthu_agent.host_error import HostError
from tuanthu_agent.scanner.interface import OutOfScopeError


def register(app: cyclopts.App) -> None:
    """Add the commands."""
    group = cyclopts.App(name="catalogue", help="Danh mục thiết bị. (The device catalogue.)")
    group.command(record, name="record")
    app.command(group)


def record(
    url: str,
    *,
    scope: Path,
    trust: Path,
    vendor: str = "",
    family: str = "",
    device_class: str = "unknown",
    source: str = "",
    out: Path = Path("devices"),
) -> int:
    """Chụp trang của một thiết bị của đơn vị thành mục nháp của danh mục; không đăng nhập. (Capture a draft entry.)

    Mã thoát: 0 mục nháp dùng được, 1 mục nháp chưa qua kiểm tra của danh mục, 3 lỗi.

    Parameters
    ----------
    url
        http://10.1.2.3 hoặc https://10.1.2.3:8443, trong phạm vi đã được ký cho phép
    scope
        Tệp cho phép quét đã ký (scope.jws)
    trust
        Khóa công khai của cơ quan cho phép (authority.pub)
    vendor
        Hãng; không nêu thì theo địa chỉ MAC
    family
        Mã của mục: chữ thường, số và gạch nối; không nêu thì theo hãng và địa chỉ trang
    device_class
        camera, nvr, router, ont, switch, ap, firewall, nas, printer, ups …
    source
        Kiểu máy và phiên bản phần mềm của thiết bị
    out
        Thư mục ghi mục nháp
    """
    from tuanthu_agent.scanner import recording
    from tuanthu_agent.scanner.door import ScopedDoor
    from tuanthu_agent.scanner.gate import Gate
    from tuanthu_agent.scanner.scope import load_authority, read_scope
    from tuanthu_agent.scanner.turn import alone

    service = recording.service_of(url)
    door = ScopedDoor(Gate(read_scope(scope, load_authority(trust), datetime.now(UTC))))
    try:
        with alone(load_config().data_dir / STATE_FOLDER):
            captured = recording.capture(door, service, mac_of(service.address))
    except OutOfScopeError as error:
        raise TuanthuError(
            f"Giấy phép không cho phép hỏi {url} lúc này ({error}); không gói tin nào được gửi",
            f"The scope does not allow {url} now ({error}); no packet was sent",
        ) from None
    maker = vendor or captured.subjects.get("mac.vendor", "Unknown")
    name = recording.slug(family or f"{maker.split()[0]} web {service.port}")
    told = source or f"own unit, captured {datetime.now(UTC):%Y-%m-%d}"
    entry = recording.entry(captured, name, maker, device_class, f"{name}-captured")
    files = written(out / recording.slug(maker), name, entry, recording.example(captured, name, told))
    for path in files:
        output.print(f"Đã ghi {printable(str(path))}", markup=False, soft_wrap=True)
    output.print("Địa chỉ, MAC và số sê-ri đã được bỏ trong chừng mực nhận ra được; hãy đọc lại trước khi gửi đi.")
    return told_problems(out, name)


def mac_of(address: str) -> str | None:
    """By the neighbour table; None where it is not known."""
    from tuanthu_agent.scanner.discovery.neighbours import LiveNeighbourhood

    try:
        return LiveNeighbourhood(Host(load_config().host_root)).table().get(address)
    except HostError:
        return None


def written(folder: Path, name: str, entry: dict[str, Any], example: dict[str, Any]) -> list[Path]:
    """The two files; raises TuanthuError, also where one of them is there: nothing is overwritten."""
    import yaml

    paths = [folder / f"{name}.yml", folder / "examples" / f"{name}-captured.yml"]
    for path in paths:
        if path.exists():
            raise TuanthuError(
                f"{path} đã có; hãy nêu --family hoặc --out khác", f"{path} is there; name another --family or --out"
            )
    for path, document in zip(paths, (entry, example), strict=True):
        write_private(path, yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=120).encode())
    return paths


def told_problems(out: Path, name: str) -> int:
    """Check what was written as the catalogue checks itself; 0, or 1 after saying what is wrong."""
    from tuanthu_policy.devices.examples import catalogue_problems
    from tuanthu_policy.devices.loader import load_devices, load_examples, owners
    from tuanthu_policy.errors import PolicyError

    try:
        drafts = load_devices(out)
        examples = {key: one for key, one in load_examples(out).items() if one.family == name}
        found = catalogue_problems({**load_devices(), **drafts}, examples, owners(drafts, out))
    except PolicyError as error:
        errors.print(f"Mục nháp chưa đúng: {printable(error.vi)}", style="yellow", markup=False, soft_wrap=True)
        return 1
    mine = [one for one in found if one.place in examples or one.place == name]
    for one in mine:
        errors.print(f"{one.place}: {printable(one.vi)}", style="yellow", markup=False, soft_wrap=True)
    if not mine:
        output.print("Mục nháp nhận ra thiết bị này và qua mọi kiểm tra của danh mục.")
    return 1 if mine else 0
