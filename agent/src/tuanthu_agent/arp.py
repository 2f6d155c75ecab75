"""Just enough of ARP (RFC 826) over Ethernet to ask who else has an address, as RFC 5227 asks. Pure."""

from __future__ import annotations

import socket
import struct
from typing import Final

PROTOCOL: Final = 0x0806
_FRAME: Final = struct.Struct("!6s6sHHHBBH6s4s6s4s")
"""Ethernet header, hardware and protocol types and lengths, operation, sender and target."""
_BROADCAST: Final = b"\xff" * 6
_NOBODY: Final = b"\0" * 6
_ETHERNET: Final = 1
_IPV4: Final = 0x0800
_REQUEST: Final = 1
_OPERATIONS: Final = (1, 2)


def make_probe(mac: str, address: str) -> bytes:
    """An ARP probe for an IPv4 address: a request that fills no table; raises ValueError for what is no address."""
    sender = bytes.fromhex(mac.replace(":", ""))
    if len(sender) != 6:
        raise ValueError(f"no hardware address: {mac!r}")
    try:
        target = socket.inet_pton(socket.AF_INET, address)
    except OSError:
        raise ValueError(f"no IPv4 address: {address!r}") from None
    return _FRAME.pack(
        _BROADCAST, sender, PROTOCOL, _ETHERNET, _IPV4, 6, 4, _REQUEST, sender, b"\0" * 4, _NOBODY, target
    )


def parse_claim(frame: bytes, address: str) -> str | None:
    """The hardware address that says in this frame to have the IPv4 address; None where nobody does."""
    if len(frame) < _FRAME.size:
        return None
    _, _, protocol, hardware, network, hardware_size, size, operation, mac, sender, _, _ = _FRAME.unpack_from(frame)
    if (protocol, hardware, network, hardware_size, size) != (PROTOCOL, _ETHERNET, _IPV4, 6, 4):
        return None
    if operation not in _OPERATIONS or socket.inet_ntoa(sender) != address or mac == _NOBODY:
        return None
    return ":".join(f"{byte:02x}" for byte in mac)
