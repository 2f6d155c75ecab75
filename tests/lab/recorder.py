"""Sees every frame that the scanner puts on the wire, by a packet socket on its port of the bridge."""

import ipaddress
import socket
import struct
from collections import Counter

from tests.lab.network import inside

ETH_P_ALL = 3
SO_RCVBUFFORCE = 33
SOL_PACKET, PACKET_STATISTICS, PACKET_IGNORE_OUTGOING = 263, 6, 23
ARP, IPV4 = 0x0806, 0x0800


class Recorder:
    """Counts by (protocol, address, port). On the bridge's side of the cable what the scanner sends comes in."""

    def __init__(self, network, address):
        with inside(network.wire):
            self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
            self.socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 64 << 20)
            self.socket.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
            self.socket.bind((network.port(address), 0))
        self.socket.setblocking(False)
        self.seen = Counter()
        self.lost = 0

    def read(self):
        """Take what waits; for the loop's reader callback."""
        for _ in range(2000):
            try:
                frame = self.socket.recv(96)
            except BlockingIOError:
                return
            entry = read_frame(frame)
            if entry:
                self.seen[entry] += 1

    def report(self):
        self.read()
        lost = struct.unpack("II", self.socket.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8))[1]
        self.lost += lost
        return {"lost": self.lost, "sent": [[*entry, count] for entry, count in sorted(self.seen.items())]}


def read_frame(frame):
    """(protocol, address, port) of what it goes to; None for others than ARP and IPv4."""
    if len(frame) < 34:
        return None
    kind = int.from_bytes(frame[12:14], "big")
    if kind == ARP and len(frame) >= 42:
        return "arp", socket.inet_ntoa(frame[38:42]), 0
    if kind != IPV4:
        return None
    size = (frame[14] & 15) * 4
    target, protocol = socket.inet_ntoa(frame[30:34]), frame[23]
    name = {1: "icmp", 6: "tcp", 17: "udp"}.get(protocol, str(protocol))
    port = int.from_bytes(frame[14 + size + 2 : 14 + size + 4], "big") if protocol in (6, 17) else 0
    return name, target, port


def strayed(report, networks, excluded=(), own="10.77.0.2"):
    """What went to addresses outside `networks` or into `excluded`; multicast and broadcast stay on the wire."""
    inside_of = [ipaddress.ip_network(one) for one in networks]
    outside_of = [ipaddress.ip_network(one) for one in excluded]
    found = []
    for protocol, address, port, count in report["sent"]:
        ip = ipaddress.ip_address(address)
        if ip.is_multicast or address in ("255.255.255.255", own, "0.0.0.0"):
            continue
        if not any(ip in one for one in inside_of) or any(ip in one for one in outside_of):
            found.append(f"{protocol} {address} {port} ×{count}")
    return found
