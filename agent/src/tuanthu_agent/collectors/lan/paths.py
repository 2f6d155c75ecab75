"""Second paths to the Internet beside the unit's line, from what was read of interfaces and routes. Pure.

Counted are: a default route on another interface than the one in use (unless both lead to the same gateway of the same
network), a mobile modem, tethered telephone or Bluetooth network that is up, and a bridge that joins two or more
physical interfaces. A tunnel is no second line: it runs over one. A dial-up (PPP) interface or one that is not listed
may be either, so that its default route makes a count of zero unsayable.
"""

from __future__ import annotations

from typing import Final

from tuanthu_agent.collectors.interface import Findings
from tuanthu_agent.collectors.lan.network import Item, Network, Route, usable_addresses

PHYSICAL: Final = ("ethernet", "wifi", "mobile", "bluetooth")
_OWN_LINES: Final = ("mobile", "bluetooth")
MOST_PATHS: Final = 32


def put_second_paths(found: Findings, network: Network) -> None:
    """The facts `bridge_count`, `second_paths` and `second_path_count`; none of them where it cannot be told."""
    if network.items is None:
        return
    if not network.kinds_certain:
        found.miss("not-available: interface kinds")
        return
    doubts = list(network.paths_doubtful)
    bridges, unclear = joining_bridges(network.items)
    doubts += [f"bridge-unclear: {name}" for name in unclear]
    if bridges or not unclear:
        found.put("bridge_count", len(bridges))
    paths = [{"kind": "bridge", "interface": name} for name in bridges] + list(network.paths)
    paths += own_lines(network.items, doubts)
    if network.routes is None:
        doubts.append("not-available: default routes")
    else:
        paths += other_routes(network, doubts)
    for doubt in doubts:
        found.miss(doubt)
    if doubts and not paths:
        return
    put_paths(found, paths)


def put_paths(found: Findings, paths: list[Item]) -> None:
    """One item for each kind and interface, sorted."""
    unique = sorted({(path["kind"], path["interface"]) for path in paths})
    if len(unique) > MOST_PATHS:
        found.miss("too-many: second_paths")
    found.put("second_path_count", len(unique))
    found.put("second_paths", [{"kind": kind, "interface": name} for kind, name in unique[:MOST_PATHS]])


def joining_bridges(items: list[Item]) -> tuple[list[str], list[str]]:
    """Bridges that join two or more physical interfaces, and those of which that cannot be told."""
    joining, unclear = [], []
    for bridge in items:
        if "kind" not in bridge and bridge.get("bus", "virtual") == "virtual":
            unclear.append(bridge["name"])
        if bridge.get("kind") != "bridge":
            continue
        members = [item for item in items if item.get("master") == bridge["name"]]
        physical = sum(item.get("kind") in PHYSICAL for item in members)
        if bridge.get("joins") or physical >= 2:
            joining.append(bridge["name"])
        elif physical + sum("kind" not in item for item in members) >= 2:
            unclear.append(bridge["name"])
    return joining, unclear


def own_lines(items: list[Item], doubts: list[str]) -> list[Item]:
    """Interfaces that lead to a line of their own and are up."""
    found = []
    for item in items:
        if "kind" not in item and item.get("bus") != "pci" and item.get("up") is not False:
            doubts.append(f"kind-unknown: {item['name']}")
        if item.get("kind") not in _OWN_LINES:
            continue
        if "up" not in item:
            doubts.append(f"state-unknown: {item['name']}")
        elif item["up"]:
            found.append({"kind": item["kind"], "interface": item["name"]})
    return found


def other_routes(network: Network, doubts: list[str]) -> list[Item]:
    """Default routes beside the one in use."""
    items = {item["name"]: item for item in network.items or []}
    kinds = {name: item.get("kind") for name, item in items.items()}
    lines = [route for route in network.routes or [] if kinds.get(route.interface) != "tunnel"]
    main = next((route for route in lines if route.interface in items and kinds[route.interface] != "ppp"), None)
    found = []
    for route in lines:
        if main is not None and route.interface == main.interface:
            continue
        kind = kinds.get(route.interface)
        if route.interface not in items or kind == "ppp":
            doubts.append(f"route-unclear: {route.interface}")
        elif main is not None and not same_way(route, main, items):
            shown = kind if kind in ("wifi", *_OWN_LINES) else "route"
            found.append({"kind": shown, "interface": route.interface})
    return found


def same_way(one: Route, other: Route, items: dict[str, Item]) -> bool:
    """Whether both lead to the same gateway of the same network, as cable and Wi-Fi of one router do."""
    if not one.address or one.address != other.address:
        return False
    nets, others = ({address.network for address in usable_addresses(items[route.interface])} for route in (one, other))
    return bool(nets & others)
