"""Kind `lan`: network interfaces, the default gateway and the name servers."""

from tuanthu_agent.collectors.interface import CollectorResult, Findings, Settings
from tuanthu_agent.collectors.lan.interfaces import read_interfaces
from tuanthu_agent.collectors.lan.probes import probe_dns, probe_gateway
from tuanthu_agent.collectors.lan.routing import Gateway, find_gateway, neighbour_is_reachable, read_dns_servers
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
        look_passively(host, found, gateway)
    else:
        look_actively(host, found, settings, gateway, servers)
    return found.result()


def look_passively(host: Host, found: Findings, gateway: Gateway | None) -> None:
    """No packet is sent: only what the kernel knows already."""
    if gateway is not None and neighbour_is_reachable(host, gateway):
        found.used("neighbours")
        found.put("gateway_reachable", value=True)
    found.miss("probes-passive")


def look_actively(host: Host, found: Findings, settings: Settings, gateway: Gateway | None, servers: list[str]) -> None:
    """Ping the gateway, ask the name servers."""
    if gateway is None:
        found.miss("no-default-route")
    else:
        probe_gateway(host, found, gateway)
    if servers:
        probe_dns(found, servers, settings.lan_dns_name)
    else:
        found.miss("no-dns-servers")
