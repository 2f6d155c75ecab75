"""Pure readings of the kernel's network tables; total: lines that are not what they should be are left out."""

from __future__ import annotations

import ipaddress
import struct
import sys
from typing import Final, Sequence

from tuanthu_agent.collectors.lan.network import Route

_UP: Final = 0x1
_GATEWAY: Final = 0x2
_REJECT: Final = 0x200
_LEAST_JITTER: Final = 5
_ROUNDED: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)


def parse_routes(text: str, byteorder: str = sys.byteorder) -> list[Route] | None:
    """IPv4 default routes of `/proc/net/route`, the best first; its addresses are hexadecimal in native byte order.

    None for what is no such table, or not a whole one: a route that is not seen would be a path that is not counted.
    """
    head, *rows = text.splitlines() or [""]
    if head.split()[:1] != ["Iface"]:
        return None
    found = []
    for line in rows:
        fields = line.split()
        try:
            destination, gateway, flags, mask = (int(fields[place], 16) for place in (1, 2, 3, 7))
            metric = int(fields[6])
            packed = struct.pack("<I" if byteorder == "little" else ">I", gateway)
        except (ValueError, IndexError, struct.error):
            return None
        if destination == 0 and mask == 0 and flags & _UP and not flags & _REJECT:
            address = str(ipaddress.IPv4Address(packed)) if gateway and flags & _GATEWAY else ""
            found.append(Route(fields[0], address, metric))
    return sorted(found, key=lambda route: route.metric)


def parse_routes6(text: str) -> list[Route] | None:
    """IPv6 default routes of `/proc/net/ipv6_route`, the best first; None for what is no such table."""
    found = []
    for line in text.splitlines():
        fields = line.split()
        if len(fields) != 10:
            return None
        if fields[0] != "0" * 32 or fields[1] != "00":
            continue
        try:
            address = ipaddress.IPv6Address(bytes.fromhex(fields[4]))
            metric, flags = int(fields[5], 16), int(fields[8], 16)
        except ValueError:
            return None
        if flags & _UP and not flags & _REJECT and fields[9] != "lo":
            found.append(Route(fields[9], str(address) if int(address) and flags & _GATEWAY else "", metric))
    return sorted(found, key=lambda route: route.metric)


def parse_resolv_conf(text: str) -> list[str]:
    """The name servers, in their order, without zone and without repeats."""
    servers: list[str] = []
    for line in text.splitlines():
        fields = line.split()
        if len(fields) < 2 or fields[0] != "nameserver":
            continue
        try:
            address = str(ipaddress.ip_address(fields[1].partition("%")[0]))
        except ValueError:
            continue
        if address not in servers:
            servers.append(address)
    return servers


def parse_neighbour(text: str, address: str) -> str | None:
    """The state (`REACHABLE`, `STALE`, `FAILED` …) of an address in what `ip neigh` prints."""
    for line in text.splitlines():
        fields = line.split()
        if len(fields) >= 2 and fields[0] == address and fields[-1].isupper():
            return fields[-1]
    return None


def positive(text: str | None, most: int) -> int | None:
    """A whole number from 1 to `most`; None for anything else (the kernel says -1 where it does not know)."""
    try:
        number = int(text or "")
    except ValueError:
        return None
    return number if 0 < number <= most else None


def count(text: str | None) -> int | None:
    """A counter: a whole number from 0; None for anything else."""
    try:
        number = int(text or "")
    except ValueError:
        return None
    return number if number >= 0 else None


def rounded_jitter_ms(times: Sequence[float]) -> int | None:
    """Mean difference between one time and the next, rounded up to 5, 10, 20 … 1000; None for fewer than two times."""
    if len(times) < 2:
        return None
    steps = [abs(one - other) for one, other in zip(times, times[1:])]  # noqa: B905, RUF007  Python 3.8
    return max(_LEAST_JITTER, rounded_ms(sum(steps) / len(steps)))


def rounded_ms(milliseconds: float) -> int:
    """Rounded up to 1, 2, 5, 10 … 1000, so that the jitter of a healthy network does not change the fact."""
    return next((step for step in _ROUNDED if milliseconds <= step), _ROUNDED[-1])
