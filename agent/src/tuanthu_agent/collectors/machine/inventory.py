"""What TCVN wants in an inventory: whose the machine is, where it stands, its address, and what is not stated of it."""

from __future__ import annotations

from tuanthu_agent.collectors.interface import Findings, Settings
from tuanthu_agent.collectors.lan.network import Network
from tuanthu_agent.collectors.lan.primary import primary_item


def put_inventory(found: Findings, settings: Settings, network: Network, *, serial_known: bool) -> None:
    """Role, owner, location, main address, and the facts `inventory_missing` and `inventory_missing_count`.

    What is missing is only listed where all of it could be looked for: what could not be read is not missing. A
    virtual machine has no serial number of its own.
    """
    found.put("role", settings.role)
    found.put("owner", settings.owner.strip())
    found.put("location", settings.location.strip())
    item = primary_item(network)
    if item is not None:
        found.put("primary_mac", item.get("mac"))
        found.put("address_assignment", item.get("assignment"))
    if network.items is None or not serial_known or "virtual" not in found.facts:
        found.miss("inventory-unclear")
        return
    wanted = ["location", "owner", "primary_mac", "role"]
    if not found.facts["virtual"]:
        wanted.append("serial")
    missing = [name for name in wanted if name not in found.facts]
    found.put("inventory_missing_count", len(missing))
    found.put("inventory_missing", missing)
