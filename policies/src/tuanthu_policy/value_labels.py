"""Words for the closed values of facts (`values` in `policies/facts/`): codes travel, people read words."""

from collections.abc import Mapping
from typing import Final

from tuanthu_policy.text import Text

VALUES: Final[Mapping[str, Text]] = {
    "active": Text("Đang bảo vệ", "Protecting"),
    "builtin": Text("Có sẵn trong hệ điều hành", "Built into the system"),
    "confirmed": Text("Đã xác nhận", "Confirmed"),
    "database": Text("Từ chính cơ sở dữ liệu", "The database itself"),
    "disabled": Text("Đã tắt", "Switched off"),
    "domain": Text("Miền", "Domain"),
    "dynamic": Text("Động", "Dynamic"),
    "enabled": Text("Đang bật", "Switched on"),
    "ethernet": Text("Có dây", "Wired"),
    "expired": Text("Hết hạn", "Expired"),
    "free": Text("Miễn phí", "Free"),
    "full": Text("Toàn phần", "Full"),
    "half": Text("Bán phần", "Half"),
    "licensed": Text("Có bản quyền", "Licensed"),
    "likely": Text("Nhiều khả năng", "Likely"),
    "linux": Text("Linux", "Linux"),
    "macos": Text("macOS", "macOS"),
    "not-fibre": Text("Không phải cáp quang", "Not fibre"),
    "other": Text("Khác", "Other"),
    "passive": Text("Thụ động, không bảo vệ", "Passive, protects nothing"),
    "private": Text("Riêng", "Private"),
    "product": Text("Do sản phẩm tự báo", "As the product says"),
    "public": Text("Công cộng", "Public"),
    "server": Text("Máy chủ", "Server"),
    "snoozed": Text("Tạm ngừng", "Snoozed"),
    "static": Text("Tĩnh", "Static"),
    "unknown": Text("Chưa rõ", "Unknown"),
    "vendor": Text("Từ công cụ của hãng", "The vendor's tool"),
    "virtual": Text("Ảo", "Virtual"),
    "wifi": Text("Không dây", "Wireless"),
    "windows": Text("Windows", "Windows"),
    "workstation": Text("Máy trạm", "Workstation"),
}
"""By value. One value means the same in most facts; where it does not, `SPECIAL` has the fact's own word."""

SPECIAL: Final[Mapping[str, Mapping[str, Text]]] = {}
"""By full name of the fact (`antivirus.products.state`), then by value."""


def value_text(name: str, value: str, language: str = "vi") -> str:
    """The word for a value of the fact with that full name; the value itself where it has none."""
    words = SPECIAL.get(name, {}).get(value) or VALUES.get(value)
    return words.in_language(language) if words else value
