"""`tuanthu-server devices`."""

from cyclopts import App


def register(app: App) -> None:
    """Add the commands."""
    devices = App(name="devices", help="Thiết bị mạng do quét tìm thấy (network devices that scans found).")
    devices.command(show_devices, name="list")
    devices.command(retire, name="retire")
    app.command(devices)


def show_devices(*, unit: str | None = None) -> None:
    """Liệt kê thiết bị mạng (list network devices).

    Parameters
    ----------
    unit
        Mã đơn vị; mặc định mọi đơn vị. (A unit's code; default: all.)
    """
    from rich.console import Console
    from rich.table import Table

    from tuanthu_policy.devices.labels import class_text
    from tuanthu_server.django_setup import setup
    from tuanthu_server.local_time import shown

    setup()
    from tuanthu_server.inventory.models import Asset, AssetRole

    table = Table("Số", "Đơn vị", "Loại", "Thiết bị", "Địa chỉ", "Khóa", "Thấy lần cuối")
    found = Asset.objects.filter(role=AssetRole.DEVICE, retired_at=None).select_related("unit")
    for one in (found if unit is None else found.filter(unit__code=unit)).order_by("unit__code", "address", "pk"):
        seen = shown(one.last_seen_at) if one.last_seen_at else ""
        kind = "máy có tác tử" if one.managed else class_text(one.device_class)
        table.add_row(str(one.pk), one.unit.code, kind, one.name, one.address, one.device_key, seen)
    Console().print(table)


def retire(number: int, *, reason: str) -> None:
    """Đưa một thiết bị ra khỏi số liệu (take a device out of the figures). Lịch sử được giữ lại.

    Parameters
    ----------
    number
        Số của thiết bị trong `devices list`. (The device's number.)
    reason
        Lý do, ví dụ: đã thanh lý. (Why.)
    """
    from tuanthu_server.django_setup import setup

    setup()
    from tuanthu_server.compliance.sweep import sweep
    from tuanthu_server.inventory.devices import retire_device

    found = retire_device(number, reason)
    sweep()
    print(f"Đã đưa {found.name} ({found.address}) ra khỏi số liệu. (Retired.)")
