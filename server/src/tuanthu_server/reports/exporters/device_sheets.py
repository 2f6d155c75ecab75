"""The sheets of network devices: a row for each unit, and one for each device."""

from tuanthu_policy.devices.labels import class_text
from tuanthu_server.reports.document.words import OUTCOMES
from tuanthu_server.reports.exporters.cells import Sheet, SheetColumn, Value
from tuanthu_server.reports.snapshot.device_model import LanPart
from tuanthu_server.reports.snapshot.model import DepartmentReport


def device_sheets(report: DepartmentReport) -> list[Sheet]:
    """None for a report from before there were devices."""
    if report.devices is None:
        return []
    names = {unit.code: unit.name for unit in report.units}
    of_units: list[list[Value]] = [
        [
            unit.code,
            names[unit.code],
            unit.devices,
            unit.counts.applicable,
            unit.counts.failed,
            unit.open.failed,
            unit.counts.undetermined,
            unit.counts.passed,
            unit.computers,
            unit.silent,
            "chưa quét" if unit.scanned_at is None else unit.scanned_at,
            "có" if unit.scanned_whole else "không",
            *([] if unit.lan is None else _lan(unit.lan)),
        ]
        for unit in report.devices.units
    ]
    of_devices: list[list[Value]] = [
        [
            row.unit,
            names[row.unit],
            row.name,
            class_text(row.device_class or "unknown"),
            row.address,
            row.mac,
            OUTCOMES[row.credentials],
            OUTCOMES[row.worst],
            "" if row.last_seen is None else row.last_seen,
        ]
        for row in report.devices.rows
    ]
    return [
        Sheet(
            "Thiết bị theo đơn vị",
            "Thiết bị mạng theo đơn vị",
            [*_UNITS, *(_LAN if report.devices.lan else [])],
            of_units,
        ),
        Sheet("Thiết bị mạng", "Thiết bị mạng", _DEVICES, of_devices),
    ]


def _lan(found: LanPart) -> list[Value]:
    seen = found.coverage.denominator
    unknown = "không thấy máy tính" if found.units_without_computer else "chưa có kết quả quét"
    return [found.coverage.numerator, seen, found.coverage.fraction] if seen else [unknown, unknown, unknown]


_UNITS = [
    SheetColumn("Mã", 12),
    SheetColumn("Đơn vị", 42),
    SheetColumn("Thiết bị", 10),
    SheetColumn("Có đăng nhập", 10),
    SheetColumn("Còn mặc định", 10),
    SheetColumn("Để ngỏ", 10),
    SheetColumn("Chưa kết luận", 10),
    SheetColumn("Đạt", 10),
    SheetColumn("Máy tính chưa có tác tử", 12),
    SheetColumn("Không còn thấy", 10),
    SheetColumn("Quét lần cuối", 18),
    SheetColumn("Trọn vẹn", 10),
]
_LAN = [
    SheetColumn("Máy báo cáo thấy khi quét", 12),
    SheetColumn("Máy tính thấy khi quét", 12),
    SheetColumn("Bao phủ trong mạng", 12),
]
_DEVICES = [
    SheetColumn("Mã đơn vị", 12),
    SheetColumn("Đơn vị", 42),
    SheetColumn("Thiết bị", 32),
    SheetColumn("Loại", 16),
    SheetColumn("Địa chỉ", 16),
    SheetColumn("MAC", 20),
    SheetColumn("Tài khoản mặc định", 18),
    SheetColumn("Kết quả xấu nhất", 18),
    SheetColumn("Thấy lần cuối", 18),
]
