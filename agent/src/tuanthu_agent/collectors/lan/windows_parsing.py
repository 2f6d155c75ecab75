"""Pure readings of what Windows' WMI classes and registry hold of the network; total."""

from __future__ import annotations

import ipaddress
from typing import Any, Final, Mapping

from tuanthu_agent.collectors.lan.network import Route

_UP: Final = {2: True, 9: True, 0: False, 4: False, 5: False, 6: False, 7: False}
"""NetConnectionStatus: connected, authenticated; disconnected, no hardware, disabled, broken, no cable."""
_SPEED_DUPLEX: Final = {"1": "half", "2": "full", "3": "half", "4": "full", "5": "half", "6": "full", "7": "full"}
"""`*SpeedDuplex`: 0 negotiates, then 10, 100, 1000 Mbit/s half and full, 10 Gbit/s full."""
_MOST_SPEED: Final = 10**13
_LAST: Final = 9999
"""Metric of a route that tells none."""
_ANY: Final = ("0.0.0.0", "::")  # noqa: S104  an address to compare with


def whole(value: object) -> int | None:
    """A number that a provider gives as number or text."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, str):
        try:
            return int(value.strip())
        except ValueError:
            return None
    return None


def text(value: object) -> str:
    """A text without surrounding white space; empty for anything else."""
    return value.strip("\0 \t\r\n") if isinstance(value, str) else ""


def texts(value: object) -> list[str]:
    """The texts of a list; a single text is a list of one."""
    several = value if isinstance(value, (list, tuple)) else [value]
    return [one for one in map(text, several) if one]


def is_up(status: object) -> bool | None:
    """Whether the connection stands; None on the way up or down."""
    number = whole(status)
    return None if number is None else _UP.get(number)


def speed_mbps(value: object) -> int | None:
    """Whole Mbit/s of bits per second; None for what no card reaches (Windows' word for unknown)."""
    speed = whole(value)
    return speed // 1_000_000 if speed is not None and 1_000_000 <= speed <= _MOST_SPEED else None


def duplex_setting(value: object) -> str | None:
    """What the driver was told by `*SpeedDuplex`; None where it negotiates."""
    return _SPEED_DUPLEX.get(text(value) or str(whole(value)))


def addresses(row: Mapping[str, Any]) -> list[str]:
    """Addresses with prefix lengths, sorted; masks are dotted for IPv4 and lengths for IPv6."""
    found = set()
    masks = texts(row.get("IPSubnet"))
    for place, one in enumerate(texts(row.get("IPAddress"))):
        mask = masks[place] if place < len(masks) else ""
        try:
            found.add(str(ipaddress.ip_interface(f"{one.partition('%')[0]}/{mask}" if mask else one.partition("%")[0])))
        except ValueError:
            continue
    return sorted(found)


def address_or_none(value: str) -> str | None:
    """An address in its usual form, without zone; None for what is none or means nobody."""
    try:
        address = str(ipaddress.ip_address(value.partition("%")[0]))
    except ValueError:
        return None
    return None if address in _ANY else address


def servers(row: Mapping[str, Any]) -> list[str]:
    """Name servers in their order."""
    found = [address_or_none(one) for one in texts(row.get("DNSServerSearchOrder"))]
    return list(dict.fromkeys(one for one in found if one))


def is_route(row: Mapping[str, Any]) -> bool:
    """Whether a row of Win32_IP4RouteTable says enough to tell whether it is a default route."""
    return bool(text(row.get("Destination"))) and whole(row.get("InterfaceIndex")) is not None


def table_routes(rows: list[dict[str, Any]], names: Mapping[int, str]) -> list[Route]:
    """The default routes of Win32_IP4RouteTable, the best first; an interface that is not listed is named by number."""
    found = []
    for row in rows:
        # With no mask at hand, that destination can only be the default.
        if text(row.get("Destination")) not in _ANY or (text(row.get("Mask")) or _ANY[0]) not in _ANY:
            continue
        index, metric = whole(row.get("InterfaceIndex")), whole(row.get("Metric1"))
        if index is not None:
            gateway = address_or_none(text(row.get("NextHop"))) or ""
            found.append(Route(names.get(index, str(index)), gateway, _LAST if metric is None else metric))
    return sorted(found, key=lambda route: (route.metric, route.interface))


def configured_routes(rows: list[tuple[str, dict[str, Any]]], version: int) -> list[Route]:
    """The default gateways of Win32_NetworkAdapterConfiguration by interface, the best first."""
    found = []
    for name, row in rows:
        metric = whole(row.get("IPConnectionMetric"))
        for one in texts(row.get("DefaultIPGateway")):
            gateway = address_or_none(one)
            if gateway and ipaddress.ip_address(gateway).version == version:
                found.append(Route(name, gateway, _LAST if metric is None else metric))
    return sorted(found, key=lambda route: (route.metric, route.interface))


def counter_name(name: str) -> str:
    """An adapter's description as performance counters write it, to compare."""
    return "".join({"(": "[", ")": "]", "#": "_", "/": "_", "\\": "_"}.get(one, one) for one in name).lower()
