"""Asking a multicast group, which every host of a wire hears: only on wires that lie whole inside the scope."""

import ipaddress
import select
import socket
import struct
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Final

from tuanthu_agent.scanner.gate import Address, Gate, Network, parse_address
from tuanthu_agent.scanner.interface import OutOfScopeError

MOST_ANSWERS: Final = 2000
MOST_OF_ONE: Final = 24
"""Answers that one sender may give."""
MOST_BYTES: Final = 4 * 1024 * 1024
"""Of all answers to one question together: a hostile host cannot fill the memory."""
_ROOM: Final = 32_768
"""Bytes of one answer; no honest one is near."""
_HOPS: Final = 1
"""No router carries it to another wire."""


@dataclass(frozen=True, slots=True)
class Interface:
    """One address of this machine and the network that it is on."""

    name: str
    address: str
    network: Network


@dataclass(frozen=True, slots=True)
class Heard:
    """One answer."""

    address: str
    port: int
    data: bytes
    interface: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """An interface from which nothing was sent."""

    interface: str
    code: str
    """`outside-networks` (its network is not whole inside the scope, or something of it is excluded), `send-failed`."""


def own_interfaces() -> list[Interface]:
    """The addresses of this machine's interfaces that are up."""
    import psutil

    up = {name for name, state in psutil.net_if_stats().items() if state.isup}
    made = (
        make_interface(name, one.address, one.netmask)
        for name, addresses in sorted(psutil.net_if_addrs().items())
        for one in addresses
        if name in up and one.family in (socket.AF_INET, socket.AF_INET6) and one.netmask
    )
    return [one for one in made if one is not None]


def make_interface(name: str, address: str, netmask: str) -> Interface | None:
    """From what the system says; None for what is no address, such as one of a single wire with its zone."""
    try:
        place = ipaddress.ip_address(address)
        length = int(ipaddress.ip_address(netmask)).bit_count()
        return Interface(name, str(place), ipaddress.ip_network(f"{place}/{length}", strict=False))
    except ValueError:
        return None


def ask(
    gate: Gate,
    interfaces: Sequence[Interface],
    protocol: str,
    group: tuple[str, int],
    *,
    payload: bytes,
    timeout: float,
) -> tuple[list[Heard], list[Skipped]]:
    """See `ScopedDoor.multicast`."""
    place = ipaddress.ip_address(group[0])
    if not place.is_multicast:
        raise ValueError(f"no multicast group: {group[0]}")
    gate.check_protocol(protocol)
    gate.check_moment()
    skipped: list[Skipped] = []
    with ExitStack() as stack:
        sockets: dict[socket.socket, str] = {}
        for one in interfaces:
            if one.network.version != place.version:
                continue
            if not gate.covers(one.network):
                skipped.append(Skipped(one.name, "outside-networks"))
                continue
            try:
                sock = stack.enter_context(_open(one))
                sock.sendto(payload, (str(place), group[1]))
                sockets[sock] = one.name
            except OSError:
                skipped.append(Skipped(one.name, "send-failed"))
        deadline = time.monotonic() + min(timeout, gate.seconds_left())
        return list(_hear(gate, protocol, sockets, deadline)), skipped


def _open(one: Interface) -> socket.socket:
    family = socket.AF_INET if one.network.version == 4 else socket.AF_INET6
    sock = socket.socket(family, socket.SOCK_DGRAM)
    try:
        sock.bind((one.address, 0))
        if family == socket.AF_INET:
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(one.address))
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, struct.pack("B", _HOPS))
        else:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, socket.if_nametoindex(one.name))
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, _HOPS)
        sock.settimeout(0.0)
    except BaseException:
        sock.close()
        raise
    return sock


def _hear(gate: Gate, protocol: str, sockets: dict[socket.socket, str], deadline: float) -> Iterator[Heard]:
    """Answers from addresses of the scope until the time is up, so many and so large in all, so many of each sender."""
    count = size = 0
    of_sender: Counter[str] = Counter()
    while sockets and count < MOST_ANSWERS and size < MOST_BYTES and (left := deadline - time.monotonic()) > 0:
        ready, _, _ = select.select(list(sockets), [], [], left)
        for sock in ready:
            try:
                data, sender = sock.recvfrom(_ROOM)
            except OSError:
                continue
            place = _of_scope(gate, protocol, sender[0]) if of_sender[sender[0]] < MOST_OF_ONE else None
            if place is not None:
                of_sender[sender[0]] += 1
                count += 1
                size += len(data)
                yield Heard(str(place), sender[1], data, sockets[sock])


def _of_scope(gate: Gate, protocol: str, sender: str) -> Address | None:
    try:
        gate.check(protocol, sender)
        return parse_address(sender)
    except OutOfScopeError:
        return None
