"""Default routes, the gateway's entry in the neighbour table, name servers and forwarding, as Linux tells them."""

from __future__ import annotations

from typing import Final

from tuanthu_agent.collectors.interface import Findings
from tuanthu_agent.collectors.lan.network import Route
from tuanthu_agent.collectors.lan.parsing import parse_neighbour, parse_resolv_conf, parse_routes, parse_routes6
from tuanthu_agent.commands import CommandError
from tuanthu_agent.host import Host, HostError

_STUB: Final = ["127.0.0.53"]
_ROUTES: Final = "/proc/net/route"
_ROUTES6: Final = "/proc/net/ipv6_route"
_FORWARDING: Final = ("/proc/sys/net/ipv4/ip_forward", "/proc/sys/net/ipv6/conf/all/forwarding")


def read_routes(host: Host, found: Findings) -> list[Route] | None:
    """The default routes, IPv4 before IPv6; None, with a gap, where the table cannot be read."""
    try:
        routes = _understood(parse_routes(host.read_text(_ROUTES)), _ROUTES)
        found.used("routes")
        # A kernel without IPv6 has no such file.
        if host.has(_ROUTES6) is not False:
            routes += _understood(parse_routes6(host.read_text(_ROUTES6)), _ROUTES6)
    except HostError as error:
        found.miss(str(error))
        return None
    return routes


def _understood(routes: list[Route] | None, path: str) -> list[Route]:
    if routes is None:
        raise HostError("unreadable", path)
    return routes


def neighbour_is_reachable(host: Host, gateway: Route) -> bool:
    """Whether the kernel has lately heard from the gateway itself."""
    try:
        text = host.commands.run("ip", "neigh", "show", "to", gateway.address, "dev", gateway.interface)
    except CommandError:
        return False
    return parse_neighbour(text, gateway.address) == "REACHABLE"


def read_dns_servers(host: Host, found: Findings) -> list[str] | None:
    """The configured name servers; behind systemd-resolved's stub, those that it asks. None where not readable."""
    try:
        servers = parse_resolv_conf(host.read_text("/etc/resolv.conf"))
        found.used("resolv.conf")
    except HostError as error:
        found.miss(str(error))
        return None
    if servers == _STUB:
        try:
            return parse_resolv_conf(host.read_text("/run/systemd/resolve/resolv.conf")) or servers
        except HostError:
            return servers
    return servers


def read_forwarding(host: Host) -> bool | None:
    """Whether the kernel passes packets on, IPv4 or IPv6; None where that cannot be read."""
    four, six = (host.find_text(path) for path in _FORWARDING)
    if "1" in (four, six):
        return True
    # Without IPv6 its switch does not exist.
    return False if four == "0" else None
