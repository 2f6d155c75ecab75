"""The active probes: ping the gateway, ask the name servers for one name, ask the wire who else has our address."""

from __future__ import annotations

import os
import socket
import time
from typing import Final

from tuanthu_agent.collectors.interface import Findings
from tuanthu_agent.collectors.lan import dns
from tuanthu_agent.collectors.lan.network import Item, Network, Route, usable_addresses
from tuanthu_agent.collectors.lan.parsing import rounded_jitter_ms, rounded_ms
from tuanthu_agent.collectors.lan.routing import neighbour_is_reachable
from tuanthu_agent.host import Host, HostError
from tuanthu_agent.wire import Echoes

PINGS: Final = 5
"""First; the same number again where any of them was answered, so that one lost answer weighs a tenth."""
PING_SECONDS: Final = 1.0
DNS_SECONDS: Final = 2.0
ARP_SECONDS: Final = 0.9
MOST_SERVERS: Final = 3
MOST_ADDRESSES: Final = 4


def probe_gateway(host: Host, found: Findings, gateway: Route) -> None:
    """Loss, time and jitter of a few pings.

    A gateway that answers no ping but is alive in the neighbour table is reachable, with the loss as measured.
    """
    try:
        answer = ping(host, gateway)
    except HostError as error:
        found.miss(error.code if error.code == "icmp-not-permitted" else str(error))
        return
    found.used("icmp")
    found.put("gateway_loss_percent", round((answer.sent - len(answer.times_ms)) * 100 / answer.sent))
    if answer.times_ms:
        found.put("gateway_rtt_ms", rounded_ms(sum(answer.times_ms) / len(answer.times_ms)))
        found.put("gateway_jitter_ms", rounded_jitter_ms(answer.times_ms))
    reachable = bool(answer.times_ms) or neighbour_is_reachable(host, gateway)
    found.put("gateway_reachable", reachable)


def ping(host: Host, gateway: Route) -> Echoes:
    """A few echoes, and a few more where there are answers; raises HostError."""
    address = gateway.address
    if address.startswith("fe80:"):
        address = f"{address}%{gateway.interface}"
    first = host.wire.ping(address, PINGS, PING_SECONDS)
    if not first.times_ms:
        return first
    more = host.wire.ping(address, PINGS, PING_SECONDS)
    return Echoes(first.sent + more.sent, first.times_ms + more.times_ms)


def probe_duplicate(host: Host, found: Findings, network: Network) -> None:
    """The fact `duplicate_address` of Linux, for the interface of the default route, by asking the wire."""
    item = network.default_item()
    if item is None or network.duplicate_seen:
        return
    try:
        claimed = claimants(host, item, {other.get("mac") for other in network.items or []})
    except HostError as error:
        found.miss(f"{error.code}: duplicate_address")
        return
    if claimed is not None:
        found.used("arp")
        found.put("duplicate_address", claimed)


def claimants(host: Host, item: Item, own: set[str | None]) -> bool | None:
    """Whether anybody else claims an IPv4 address of this interface; None where it has none or no Ethernet.

    Other interfaces of this machine do not count: Linux answers on all of them for each of its addresses.
    """
    addresses = [str(address.ip) for address in usable_addresses(item) if address.version == 4]
    if not addresses or "mac" not in item:
        return None
    heard: set[str] = set()
    for address in addresses[:MOST_ADDRESSES]:
        heard.update(host.wire.claimants(item["name"], address, item["mac"], ARP_SECONDS))
    return bool(heard - own)


def probe_dns(found: Findings, servers: list[str], name: str) -> None:
    """Whether one of the name servers resolves the name, and how fast the first that does."""
    question = int.from_bytes(os.urandom(2), "big")
    try:
        packet = dns.make_query(question, name)
    except ValueError:
        found.miss(f"dns-name-invalid: {name}")
        return
    asked = 0
    for server in servers[:MOST_SERVERS]:
        began = time.monotonic()
        answer = ask(server, packet)
        if answer is None:
            found.miss(f"dns-not-sent: {server}")
            continue
        asked += 1
        if dns.resolves(answer, question):
            found.used("dns")
            found.put("dns_resolves", value=True)
            found.put("dns_time_ms", rounded_ms((time.monotonic() - began) * 1000))
            return
    if asked:
        found.used("dns")
        found.put("dns_resolves", value=False)


def ask(server: str, packet: bytes) -> bytes | None:
    """The server's answer, empty if none came in time; None if no packet could be sent at all."""
    family = socket.AF_INET6 if ":" in server else socket.AF_INET
    deadline = time.monotonic() + DNS_SECONDS
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as connection:
            connection.settimeout(DNS_SECONDS)
            connection.connect((server, 53))
            connection.send(packet)
            return receive(connection, packet[:2], deadline)
    except OSError:
        return None


def receive(connection: socket.socket, question: bytes, deadline: float) -> bytes:
    """The first datagram that answers this question; empty when the time is up or the server refuses."""
    while (left := deadline - time.monotonic()) > 0:
        connection.settimeout(left)
        try:
            answer = connection.recv(4096)
        except OSError:
            return b""
        if answer[:2] == question:
            return answer
    return b""
