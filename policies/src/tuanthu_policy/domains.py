"""The domains of rules and kinds of facts, in the order in which people look through them."""

from collections.abc import Iterable, Mapping
from typing import Final

from tuanthu_policy.text import Text

DOMAINS: Final[Mapping[str, Text]] = {
    "antivirus": Text("Phòng, chống mã độc", "Antimalware"),
    "malware": Text("Mã độc đã phát hiện", "Malware found"),
    "firewall": Text("Tường lửa", "Firewall"),
    "updates": Text("Cập nhật hệ điều hành", "System updates"),
    "accounts": Text("Tài khoản và mật khẩu", "Accounts and passwords"),
    "hardening": Text("Cấu hình an toàn", "Secure configuration"),
    "host": Text("Máy tính", "Computer"),
    "lan": Text("Mạng nội bộ", "Local network"),
    "wan": Text("Đường truyền Internet", "Internet line"),
    "reachability": Text("Truy cập hệ thống y tế", "Reaching health systems"),
    "device": Text("Thiết bị mạng", "Network devices"),
    "scan": Text("Quét mạng", "Network scan"),
}


def domain_of(name: str) -> str:
    """`antivirus` of `antivirus.installed`."""
    return name.partition(".")[0]


def domain_title(domain: str, language: str = "vi") -> str:
    """Its name for people; the code where it has none."""
    words = DOMAINS.get(domain)
    return words.in_language(language) if words else domain


def in_order(domains: Iterable[str]) -> list[str]:
    """Known domains in the order above, others behind them by name."""
    places = {name: index for index, name in enumerate(DOMAINS)}
    return sorted(set(domains), key=lambda name: (places.get(name, len(places)), name))
