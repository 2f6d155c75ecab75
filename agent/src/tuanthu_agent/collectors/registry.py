"""All collectors, by kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tuanthu_agent.collectors import antivirus, firewall, lan, machine, updates
from tuanthu_agent.collectors.interface import Collector

REGISTRY: Final[Mapping[str, Collector]] = {
    "host": Collector("host", "Máy tính", machine.collect, deadline=20.0),
    "antivirus": Collector("antivirus", "Phần mềm diệt vi rút", antivirus.collect, deadline=30.0),
    "firewall": Collector("firewall", "Tường lửa của máy", firewall.collect, deadline=40.0),
    "lan": Collector("lan", "Mạng nội bộ", lan.collect, deadline=45.0),
    "updates": Collector("updates", "Cập nhật hệ điều hành", updates.collect, deadline=60.0),
}
"""Kind → collector. The kind is the name under which facts travel (policies/facts/<kind>.yml)."""
