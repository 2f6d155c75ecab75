"""Which interface stands for the machine in an inventory."""

from __future__ import annotations

from tuanthu_agent.collectors.lan.network import Item, Network

_REAL = ("ethernet", "wifi")


def primary_item(network: Network) -> Item | None:
    """The interface of the default route, else the first wired or wireless one that is up, else the first of them.

    Where the default route's own interface has no hardware behind it, the physical one that it is made of counts.
    """
    items = network.items or []
    item = network.default_item()
    if item is not None and item.get("kind") in ("bridge", "bond"):
        members = [one for one in items if one.get("master") == item["name"] and one.get("kind") in _REAL]
        return {**item, "mac": members[0]["mac"]} if members and "mac" in members[0] else item
    if item is not None and "mac" in item:
        return item
    real = [one for one in items if one.get("kind") in _REAL and "mac" in one]
    return next((one for one in real if one.get("up")), real[0] if real else None)
