"""Kind `lan`: network interfaces, the default gateway and the name servers."""

from __future__ import annotations

from tuanthu_agent.collectors.interface import CollectorResult, Findings, Settings
from tuanthu_agent.collectors.lan.interfaces import read_interfaces
from tuanthu_agent.collectors.lan.probes import probe_dns, probe_gateway
from tuanthu_agent.collectors.lan.routing import Gateway, find_gateway, read_dns_servers
from tuanthu_agent.host import Host


def collect(host: Host, settings: Settings) -> CollectorResult:
    """What is configured, and, unless probes are passive, whether gateway and name servers answer."""
    found = Findings()
    gateway = find_gateway(host, found)
    read_interfaces(host, found, gateway.interface if gateway else None)
    servers = read_dns_servers(host, found)
    if gateway is not None:
        found.put("default_gateway", gateway.address)
    if servers:
        found.put("dns_servers", servers)
    if settings.lan_probes == "passive":
        # What the kernel lately heard of the gateway comes and goes by itself: no fact of the machine.
        found.miss("probes-passive")
    else:
        probe(host, found, settings, gateway, servers)
    return found.result()


def probe(host: Host, found: Findings, settings: Settings, gateway: Gateway | None, servers: list[str]) -> None:
    """Ping the gateway, ask the name servers."""
    if gateway is not None:
        probe_gateway(host, found, gateway)
    elif "routes" in found.methods:
        found.miss("no-default-route")
    if servers:
        probe_dns(found, servers, settings.lan_dns_name)
    elif "resolv.conf" in found.methods:
        found.miss("no-dns-servers")
