"""The two active probes: ping the gateway, ask the name servers for one name."""

from __future__ import annotations

import os
import socket
import time
from typing import Final

import icmplib

from tuanthu_agent.collectors.interface import Findings
from tuanthu_agent.collectors.lan import dns
from tuanthu_agent.collectors.lan.parsing import rounded_ms
from tuanthu_agent.collectors.lan.routing import Gateway, neighbour_is_reachable
from tuanthu_agent.host import Host

PINGS: Final = 5
PING_SECONDS: Final = 1.0
DNS_SECONDS: Final = 2.0
MOST_SERVERS: Final = 3


def probe_gateway(host: Host, found: Findings, gateway: Gateway) -> None:
    """Loss and time of a few pings.

    A gateway that answers no ping but is alive in the neighbour table is reachable, with the loss as measured.
    """
    answer = ping(gateway)
    if isinstance(answer, str):
        found.miss(answer)
        return
    found.used("icmp")
    found.put("gateway_loss_percent", round(answer.packet_loss * 100))
    if answer.packets_received:
        found.put("gateway_rtt_ms", rounded_ms(answer.avg_rtt))
    reachable = answer.packets_received > 0 or neighbour_is_reachable(host, gateway)
    found.put("gateway_reachable", reachable)


def ping(gateway: Gateway) -> icmplib.Host | str:
    """Ping without and, where that is not allowed, with a raw socket; a text says why it could not be tried."""
    address = gateway.address
    if address.startswith("fe80:"):
        address = f"{address}%{gateway.interface}"
    reason = "icmp-not-permitted"
    for privileged in (False, True):
        try:
            return icmplib.ping(address, count=PINGS, interval=0.2, timeout=PING_SECONDS, privileged=privileged)
        except icmplib.SocketPermissionError:
            continue
        except icmplib.ICMPLibError as error:
            reason = f"icmp-failed: {type(error).__name__}"
    return reason


def probe_dns(found: Findings, servers: list[str], name: str) -> None:
    """Whether one of the name servers resolves the name, and how fast the first that does."""
    question = int.from_bytes(os.urandom(2))
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
