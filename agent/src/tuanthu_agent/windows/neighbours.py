"""The neighbour table of Windows by GetIpNetTable (iphlpapi): who answered ARP lately. Needs no privilege."""

from __future__ import annotations

import ctypes
import struct
from ctypes import POINTER, byref, c_int, c_ulong, c_void_p
from ipaddress import IPv4Address
from typing import Dict, Final

from tuanthu_agent.host_error import HostError
from tuanthu_agent.windows.library import function

_ROW: Final = struct.Struct("<II8sII")
"""MIB_IPNETROW: interface, length of the hardware address, the hardware address, the address as it lies, type."""
_SEEN: Final = (3, 4)
"""Dynamic and static; 1 and 2 are other and invalid."""
_OVERFLOW: Final = 122
_NO_DATA: Final = 232
_TRIES: Final = 5
_MOST: Final = 100_000


def read_neighbours() -> Dict[str, str]:
    """Address → hardware address; raises HostError."""
    try:
        ask = function("iphlpapi", "GetIpNetTable", c_ulong, c_void_p, POINTER(c_ulong), c_int)
    except (OSError, AttributeError):
        raise HostError("not-available", "neighbours") from None
    size = c_ulong(64 * 1024)
    for _ in range(_TRIES):
        buffer = ctypes.create_string_buffer(size.value)
        code = ask(buffer, byref(size), 0)
        if code == 0:
            return parse_table(buffer.raw)
        if code == _NO_DATA:
            return {}
        if code != _OVERFLOW:
            break
    raise HostError("unreadable", "GetIpNetTable")


def parse_table(data: bytes) -> Dict[str, str]:
    """The Ethernet neighbours that are there, out of a MIB_IPNETTABLE; rows that are cut off are left out."""
    found: Dict[str, str] = {}
    count = int.from_bytes(data[:4], "little")
    for number in range(min(count, _MOST, len(data) // _ROW.size)):
        start = 4 + number * _ROW.size
        if start + _ROW.size > len(data):
            break
        _, length, mac, address, kind = _ROW.unpack_from(data, start)
        place = IPv4Address(struct.pack("<I", address))
        if length == 6 and kind in _SEEN and any(mac[:6]) and not mac[0] & 1 and not place.is_multicast:
            found[str(place)] = ":".join(f"{byte:02x}" for byte in mac[:6])
    return found
