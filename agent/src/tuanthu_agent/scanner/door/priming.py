"""Priming the neighbour table: before it sends a datagram, the system asks the wire for the address' hardware."""

import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

from tuanthu_agent.scanner.gate import Address

DISCARD: Final = 9


def prime(check: Callable[[str], Address], addresses: Sequence[str]) -> None:
    """One empty datagram to each address that the gate lets pass; raises what the gate raises, before that packet."""
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as four,
        socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) if socket.has_ipv6 else four as six,
    ):
        for address in addresses:
            place = check(address)
            sock = four if place.version == 4 else six
            sock.settimeout(0.0)
            with suppress(OSError):  # no route, a full queue: that address is not primed, others are
                sock.sendto(b"", (str(place), DISCARD))
