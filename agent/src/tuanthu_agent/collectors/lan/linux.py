"""The network of a Linux machine (and, by psutil alone, of systems that have neither sysfs nor WMI)."""

from __future__ import annotations

from tuanthu_agent.collectors.interface import Findings
from tuanthu_agent.collectors.lan.addresses import read_addresses
from tuanthu_agent.collectors.lan.interfaces import read_interfaces
from tuanthu_agent.collectors.lan.network import Network
from tuanthu_agent.collectors.lan.routing import read_dns_servers, read_forwarding, read_routes
from tuanthu_agent.host import Host


def read_linux(host: Host, found: Findings) -> Network:
    """Everything that can be read without sending a packet."""
    routes = read_routes(host, found)
    sysfs = host.exists("/sys/class/net")
    addresses = read_addresses(host, found) if sysfs else None
    return Network(
        items=read_interfaces(host, found, addresses),
        kinds_certain=sysfs,
        routes=routes,
        servers=read_dns_servers(host, found),
        forwarding=read_forwarding(host),
        duplicate_seen=any(one.duplicate for one in addresses or []),
    )
