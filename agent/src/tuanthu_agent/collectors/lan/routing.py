"""The default gateway, its entry in the neighbour table, and the name servers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tuanthu_agent.collectors.interface import Findings
from tuanthu_agent.collectors.lan.parsing import parse_neighbour, parse_resolv_conf, parse_routes, parse_routes6
from tuanthu_agent.commands import CommandError
from tuanthu_agent.host import Host, HostError

_STUB: Final = ["127.0.0.53"]


@dataclass(frozen=True)
class Gateway:
    """Where packets for elsewhere go."""

    address: str
    interface: str


def find_gateway(host: Host, found: Findings) -> Gateway | None:
    """The default gateway, IPv4 before IPv6; None if there is none or the table cannot be read (a gap says so)."""
    try:
        route = parse_routes(host.read_text("/proc/net/route"))
        found.used("routes")
    except HostError as error:
        found.miss(str(error))
        return None
    if route is None:
        try:
            route = parse_routes6(host.read_text("/proc/net/ipv6_route"))
        except HostError:
            return None
    return Gateway(route.address, route.interface) if route else None


def neighbour_is_reachable(host: Host, gateway: Gateway) -> bool:
    """Whether the kernel has lately heard from the gateway itself."""
    try:
        text = host.commands.run("ip", "neigh", "show", "to", gateway.address, "dev", gateway.interface)
    except CommandError:
        return False
    return parse_neighbour(text, gateway.address) == "REACHABLE"


def read_dns_servers(host: Host, found: Findings) -> list[str]:
    """The configured name servers; behind systemd-resolved's stub, those that it asks."""
    try:
        servers = parse_resolv_conf(host.read_text("/etc/resolv.conf"))
        found.used("resolv.conf")
    except HostError as error:
        found.miss(str(error))
        return []
    if servers == _STUB:
        try:
            return parse_resolv_conf(host.read_text("/run/systemd/resolve/resolv.conf")) or servers
        except HostError:
            return servers
    return servers
