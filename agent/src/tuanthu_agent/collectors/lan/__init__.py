"""Kind `lan`: network interfaces, the default gateway, the name servers and ways around them."""

from __future__ import annotations

from tuanthu_agent.collectors.interface import CollectorResult, Findings, Settings
from tuanthu_agent.collectors.lan.interfaces import put_interfaces
from tuanthu_agent.collectors.lan.membership import put_membership
from tuanthu_agent.collectors.lan.network import Network
from tuanthu_agent.collectors.lan.paths import put_second_paths
from tuanthu_agent.collectors.lan.probes import probe_dns, probe_duplicate, probe_gateway
from tuanthu_agent.collectors.lan.reading import is_windows, read_network
from tuanthu_agent.host import Host


def collect(host: Host, settings: Settings) -> CollectorResult:
    """What is configured, and, unless probes are passive, whether gateway and name servers answer."""
    found = Findings()
    network = read_network(host, found)
    describe(found, network, settings)
    if settings.lan_probes == "passive":
        # What the kernel lately heard of the gateway comes and goes by itself: no fact of the machine.
        found.miss("probes-passive")
    else:
        probe(host, found, settings, network)
        if not is_windows(host):
            # Windows watches for that itself.
            probe_duplicate(host, found, network)
    return found.result()


def describe(found: Findings, network: Network, settings: Settings) -> None:
    """What needs no packet."""
    put_interfaces(found, network)
    item = network.default_item() or {}
    found.put("link_kind", item.get("kind"))
    found.put("link_duplex", item.get("duplex"))
    found.put("link_errors", item.get("errors"))
    gateway = network.gateway()
    if gateway is not None:
        found.put("default_gateway", gateway.address)
    if network.servers:
        found.put("dns_servers", network.servers)
    if network.forwarding is None:
        found.miss("not-available: forwarding")
    found.put("forwarding", network.forwarding)
    if network.duplicate_seen:
        found.put("duplicate_address", value=True)
    if network.items is not None:
        put_membership(found, settings.unit_networks, network.default_item())
    put_second_paths(found, network)


def probe(host: Host, found: Findings, settings: Settings, network: Network) -> None:
    """Ping the gateway, ask the name servers."""
    gateway = network.gateway()
    if gateway is not None:
        probe_gateway(host, found, gateway)
    elif network.routes is not None:
        found.miss("no-default-route")
    if network.servers:
        probe_dns(found, network.servers, settings.lan_dns_name)
    elif network.servers is not None:
        found.miss("no-dns-servers")
