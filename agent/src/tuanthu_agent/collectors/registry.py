"""All collectors, by kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tuanthu_agent.collectors import (
    accounts,
    antivirus,
    firewall,
    hardening,
    lan,
    machine,
    malware,
    reachability,
    updates,
    wan,
)
from tuanthu_agent.collectors.interface import Collector

REGISTRY: Final[Mapping[str, Collector]] = {
    "host": Collector("host", "Máy tính", machine.collect, deadline=45.0),
    "antivirus": Collector("antivirus", "Phần mềm diệt vi rút", antivirus.collect, deadline=30.0),
    "malware": Collector("malware", "Mã độc đã phát hiện", malware.collect, deadline=45.0),
    "firewall": Collector("firewall", "Tường lửa của máy", firewall.collect, deadline=40.0),
    "updates": Collector("updates", "Cập nhật hệ điều hành", updates.collect, deadline=60.0),
    "accounts": Collector("accounts", "Tài khoản và mật khẩu", accounts.collect, deadline=20.0),
    "hardening": Collector("hardening", "Cấu hình an toàn", hardening.collect, deadline=45.0),
    "lan": Collector("lan", "Mạng nội bộ", lan.collect, deadline=60.0),
    "wan": Collector("wan", "Đường truyền Internet", wan.collect, deadline=45.0),
    "reachability": Collector("reachability", "Kết nối tới các hệ thống ngành", reachability.collect, deadline=55.0),
}
"""Kind → collector. The kind is the name under which facts travel (policies/facts/<kind>.yml)."""
