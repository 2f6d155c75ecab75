"""Second paths to the Internet beside the unit's line, from what was read of interfaces and routes. Pure.

Counted are: a default route on another interface than the one in use (unless both lead to the same gateway of the same
network), a mobile modem, tethered telephone or Bluetooth network that is up, and a bridge that joins two or more
physical interfaces. A tunnel is no second line: it runs over one. A dial-up (PPP) or virtual interface beside a real
one, or one that is not listed, may be either, so that its default route makes a count of zero unsayable.
"""

from __future__ import annotations

from typing import Any, Final

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
    main = main_route(lines, kinds)
    found = []
    for route in lines:
        if main is not None and route.interface == main.interface:
            continue
        kind = kinds.get(route.interface)
        if main is None or is_doubtful(route, kinds) or (kind == "virtual" and kinds[main.interface] != "virtual"):
            doubts.append(f"route-unclear: {route.interface}")
        elif not any(same_way(route, one, items) for one in lines if one.interface == main.interface):
            found.append({"kind": kind if kind in ("wifi", *_OWN_LINES) else "route", "interface": route.interface})
    return found


def is_doubtful(route: Route, kinds: dict[str, Any]) -> bool:
    """Whether the interface is not listed, or a dial-up one: a line of its own, or a tunnel over another."""
    return route.interface not in kinds or kinds[route.interface] == "ppp"


def main_route(lines: list[Route], kinds: dict[str, Any]) -> Route | None:
    """The route that stands for the unit's line: one over hardware before one over a virtual interface."""
    sure = [route for route in lines if not is_doubtful(route, kinds)]
    real = (route for route in sure if kinds[route.interface] != "virtual")
    return next(real, sure[0] if sure else None)


def same_way(one: Route, other: Route, items: dict[str, Item]) -> bool:
    """Whether both lead to the same gateway of the same network, as cable and Wi-Fi of one router do.

    A gateway's link-local address (IPv6) is its own; any other means something only within its network.
    """
    if not one.address or one.address != other.address:
        return False
    if one.address.startswith("fe80:"):
        return True
    nets, others = ({address.network for address in usable_addresses(items[route.interface])} for route in (one, other))
    return bool(nets & others)
