"""What this machine knows of its own wires: interfaces, gateways, and the neighbour table."""

from __future__ import annotations

import ipaddress
import re
from functools import cached_property
from typing import Final

from tuanthu_agent.collectors.lan.parsing import parse_routes
from tuanthu_agent.commands import CommandError
from tuanthu_agent.host import Host
from tuanthu_agent.host_error import HostError
from tuanthu_agent.system import Nic, NotAvailableError

_ARP: Final = "/proc/net/arp"
_COMPLETE: Final = 0x2
_MAC: Final = re.compile(r"(?:[0-9a-f]{2}:){5}[0-9a-f]{2}")
_NOBODY: Final = "00:00:00:00:00:00"
_HEARD: Final = frozenset({"REACHABLE", "PERMANENT"})
_MOST: Final = 8 * 1024 * 1024

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class LiveNeighbourhood:
    """See `interface.Neighbourhood`; reads through the host's door."""

    def __init__(self, host: Host) -> None:
        self._host = host

    def own(self) -> dict[str, str]:
        """See `Neighbourhood`."""
        return {text.partition("/")[0]: nic.mac for nic in self._nics for text in nic.addresses}

    def on_link(self, address: str) -> bool:
        """See `Neighbourhood`; IPv4 alone, for no sweep goes over a wire of IPv6."""
        try:
            place = ipaddress.ip_address(address)
        except ValueError:
            return False
        return place.version == 4 and any(place in network for network in self._networks if network.version == 4)

    def gateways(self) -> frozenset[str]:
        """See `Neighbourhood`."""
        if self._family == "windows":
            return _gateways_of_windows()
        routes = parse_routes(self._host.read_text("/proc/net/route"))
        return frozenset(route.address for route in routes or () if route.address)

    def table(self) -> dict[str, str]:
        """See `Neighbourhood`."""
        if self._family == "windows":
            from tuanthu_agent.windows import neighbours

            return neighbours.read_neighbours()
        return parse_arp(self._host.read_text(_ARP, _MOST))

    def confirmed(self) -> frozenset[str]:
        """See `Neighbourhood`; Windows' table has no such state."""
        if self._family == "windows":
            raise HostError("not-available", "neighbours")
        try:
            return parse_confirmed(self._host.commands.run("ip", "-4", "neigh", "show"))
        except CommandError as error:
            raise HostError(error.code, "ip") from None

    @cached_property
    def _family(self) -> str:
        try:
            return self._host.system.family()
        except NotAvailableError:
            raise HostError("not-available", "system") from None

    @cached_property
    def _nics(self) -> list[Nic]:
        try:
            return [nic for nic in self._host.system.nics() if nic.up]
        except (NotAvailableError, OSError):
            raise HostError("not-available", "interfaces") from None

    @cached_property
    def _networks(self) -> list[Network]:
        """Without point-to-point links and loopback, which have no neighbours."""
        found = []
        for nic in self._nics:
            for text in nic.addresses:
                network = _network(text)
                if network is not None and nic.mac not in ("", _NOBODY):
                    found.append(network)
        return found


def _gateways_of_windows() -> frozenset[str]:
    from tuanthu_agent.windows import routing

    try:
        table = routing.parse_table(routing.read_table())
    except OSError:
        raise HostError("unreadable", "GetIpForwardTable") from None
    return frozenset(str(ipaddress.IPv4Address(hop)) for _, hop, mask, _ in table if hop and not mask)


def _network(text: str) -> Network | None:
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None
    return None if network.is_loopback or network.num_addresses == 1 else network


def parse_arp(text: str) -> dict[str, str]:
    """Address → hardware address of the complete Ethernet entries of `/proc/net/arp`; other lines are left out."""
    found = {}
    for line in text.splitlines()[1:]:
        if _NOBODY in line:
            continue  # most of a table that was just primed
        fields = line.split()
        if len(fields) != 6 or fields[1] != "0x1":
            continue
        mac = fields[3].lower()
        try:
            address, flags = str(ipaddress.IPv4Address(fields[0])), int(fields[2], 16)
        except ValueError:
            continue
        if flags & _COMPLETE and _MAC.fullmatch(mac):
            found[address] = mac
    return found


def parse_confirmed(text: str) -> frozenset[str]:
    """Addresses in state REACHABLE in what `ip neigh` prints. Total."""
    found = set()
    for line in text.splitlines():
        fields = line.split()
        if len(fields) < 2 or fields[-1] not in _HEARD:
            continue
        try:
            found.add(str(ipaddress.ip_address(fields[0])))
        except ValueError:
            continue
    return frozenset(found)
