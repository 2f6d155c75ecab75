"""What a scan could not look at, in words."""

from collections.abc import Mapping
from typing import Final

from tuanthu_agent.cli.wording import printable
from tuanthu_policy.text import Text

GAPS: Final[Mapping[str, Text]] = {
    "icmp-failed": Text("không gửi được ping", "ping could not be sent"),
    "icmp-not-permitted": Text(
        "không được phép gửi ping (chạy với quyền quản trị thì được); thiết bị im lặng sau bộ định tuyến có thể bị sót",
        "ping is not permitted (an administrator may); silent devices behind a router may be missed",
    ),
    "interfaces-unreadable": Text(
        "không đọc được các cổng mạng của máy này", "this machine's interfaces are unreadable"
    ),
    "multicast-failed": Text("không hỏi được bằng multicast", "multicast questions failed"),
    "neighbours-unconfirmed": Text(
        "không xác nhận được bảng láng giềng; thiết bị vừa tắt có thể còn trong kết quả",
        "the neighbour table could not be confirmed; a device that just went may still be listed",
    ),
    "neighbours-unreadable": Text(
        "không đọc được bảng láng giềng; thiếu địa chỉ MAC", "the neighbour table is unreadable; no MAC addresses"
    ),
    "nmap-failed": Text("nmap không chạy được để đối chiếu", "nmap could not give its second opinion"),
    "out-of-scope": Text("địa chỉ mà giấy phép không cho quét lúc này", "addresses that the scope does not allow now"),
    "proxy-arp": Text(
        "một thiết bị trả lời thay cho nhiều địa chỉ (proxy ARP); đã hỏi từng địa chỉ",
        "one device answers for many addresses (proxy ARP); each was asked itself",
    ),
    "scope-closed": Text("giấy phép hoặc khung giờ hết giữa chừng", "scope or window closed on the way"),
    "sweep-not-sent": Text("kết nối không gửi được", "connections that could not be sent"),
}
"""Code → what it means."""


def gap_text(gap: str, language: str) -> str:
    """`không gửi được ping`, with its detail; a code without words as it is."""
    code, _, detail = gap.partition(": ")
    known = GAPS.get(code)
    if known is None:
        return printable(gap)
    return known.in_language(language) + (f" ({printable(detail)})" if detail and detail != "ping" else "")
