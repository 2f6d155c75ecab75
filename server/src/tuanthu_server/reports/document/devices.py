"""The section on network devices, and their table in Annex I."""

from tuanthu_policy.devices.labels import class_text
from tuanthu_server.reports.document.connectivity import has_lines
from tuanthu_server.reports.document.indicators import has_indicators
from tuanthu_server.reports.document.model import Part, Table
from tuanthu_server.reports.document.rows import numbered
from tuanthu_server.reports.document.words import OUTCOMES, count, percent, short_date
from tuanthu_server.reports.snapshot.device_model import DeviceRow, DevicesPart, UnitDevicesPart
from tuanthu_server.reports.snapshot.model import DepartmentReport

MOST_UNITS = 10


def has_devices(report: DepartmentReport) -> bool:
    """Whether there is such a section; reports from before there were devices have none."""
    return report.devices is not None


def devices(report: DepartmentReport, found: DevicesPart) -> Part:
    """The section before the last: devices on factory accounts, open ones, and what is not settled."""
    before = has_indicators(report) + has_lines(report)
    names = {unit.code: unit.name for unit in report.units}
    rows = [_unit_row(unit, names[unit.code]) for unit in _worst(found)]
    return Part(
        id="devices",
        heading=f"{('V', 'VI', 'VII')[before]}. THIẾT BỊ MẠNG CỦA ĐƠN VỊ",
        paragraphs=[_reach(report, found), *_result(found), *_computers(found)],
        tables=[
            Table(
                id="devices",
                caption=f"Bảng {7 + before}. Các đơn vị có nhiều thiết bị còn mặc định hoặc chưa rõ nhất",
                rows=numbered(rows),
                empty="Chưa có số liệu." if not found.units_scanned else "Không có đơn vị nào như vậy.",
            )
        ],
        notes=["Thiết bị mạng được tính riêng, không nằm trong số máy nào của báo cáo. Danh sách nằm tại Phụ lục I."],
    )


def all_devices(report: DepartmentReport) -> Table:
    """Annex I, last table: every device on record."""
    if report.devices is None:
        return Table(id="device_list", caption="", rows=[])
    return Table(
        id="device_list",
        caption="Thiết bị mạng của các đơn vị",
        rows=numbered([_device_row(row) for row in report.devices.rows]),
    )


def _reach(report: DepartmentReport, found: DevicesPart) -> str:
    if not found.units_scanned:
        return "Chưa có đơn vị nào được quét mạng, nên chưa biết thiết bị mạng nào đang dùng cấu hình mặc định."
    told = f"{count(found.units_scanned)}/{count(report.totals.units)} đơn vị đã được quét mạng"
    told = f"{told}; ghi nhận {count(found.devices)} thiết bị"
    return f"{told}. Đơn vị chưa được quét thì chưa rõ, không được coi là đạt."


def _result(found: DevicesPart) -> list[str]:
    counts = found.counts
    if not counts.applicable:
        return []
    return [
        (
            f"Trong {count(counts.applicable)} thiết bị có đăng nhập: {count(counts.failed)} thiết bị còn tài khoản "
            f"mặc định, chưa thiết lập hoặc để ngỏ; {count(counts.passed)} thiết bị đã từ chối mọi tài khoản mặc định "
            f"trong danh mục ({percent(found.rate)}); {count(counts.undetermined)} thiết bị chưa có kết luận. "
            f"{count(found.open.failed)} thiết bị vào được không cần mật khẩu."
        )
    ]


def _computers(found: DevicesPart) -> list[str]:
    if not found.computers:
        return []
    return [
        (
            f"Quét mạng còn thấy {count(found.computers)} máy tính chưa cài phần mềm thu thập; các máy này không nằm "
            "trong số liệu nào về máy của báo cáo."
        )
    ]


def _worst(found: DevicesPart) -> list[UnitDevicesPart]:
    some = [unit for unit in found.units if unit.counts.failed or unit.counts.undetermined]
    some.sort(key=lambda unit: (-unit.counts.failed, -unit.counts.undetermined, unit.code))
    return some[:MOST_UNITS]


def _unit_row(unit: UnitDevicesPart, name: str) -> list[str]:
    counts = unit.counts
    numbers = (unit.devices, counts.failed, unit.open.failed, counts.undetermined, counts.passed, unit.computers)
    return [name, *(count(number) for number in numbers), short_date(unit.scanned_at) or "—"]


def _device_row(row: DeviceRow) -> list[str]:
    return [
        row.unit,
        row.name,
        class_text(row.device_class or "unknown"),
        "\n".join(part for part in (row.address, row.mac) if part) or "—",
        OUTCOMES[row.credentials],
        OUTCOMES[row.worst],
        short_date(row.last_seen) or "—",
    ]
