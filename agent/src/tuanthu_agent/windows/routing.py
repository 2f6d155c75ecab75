"""The IPv4 routes of Windows by GetIpForwardTable (iphlpapi), which is cheap enough for the line watch."""

from __future__ import annotations

import ctypes
import struct
from ctypes import POINTER, byref, c_int, c_ulong, c_void_p

from tuanthu_agent.windows.library import function

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final, List, Tuple

    Row = Tuple[int, int, int, int]

_OVERFLOW: Final = 122
_NO_DATA: Final = 232
_TRIES: Final = 5
_MOST_ROWS: Final = 10_000
_COUNT: Final = struct.Struct("<I")
_ROW: Final = struct.Struct("<14I")
"""MIB_IPFORWARDROW: destination, mask, policy, next hop, interface, type, protocol, age, system, five metrics."""
_ADDRESSES: Final = struct.Struct(">2I4x1I")
"""Of its first fields those that are addresses, in the network's order."""
_INVALID, _DIRECT = 2, 3


def read_table() -> bytes:
    """MIB_IPFORWARDTABLE as it is; raises OSError."""
    ask = function("iphlpapi", "GetIpForwardTable", c_ulong, c_void_p, POINTER(c_ulong), c_int)
    size = c_ulong(8 * 1024)
    for _ in range(_TRIES):
        buffer = ctypes.create_string_buffer(size.value)
        code = ask(buffer, byref(size), 0)
        if code == 0:
            return buffer.raw
        if code == _NO_DATA:
            return _COUNT.pack(0)
        if code != _OVERFLOW:
            break
    raise OSError("GetIpForwardTable")


def parse_table(data: bytes) -> List[Row]:
    """Destination, gateway (0: none, the destination is on the link), mask and metric of each route. Pure and total."""
    count = _COUNT.unpack_from(data)[0] if len(data) >= _COUNT.size else 0
    found = []
    for number in range(min(count, _MOST_ROWS)):
        place = _COUNT.size + number * _ROW.size
        if place + _ROW.size > len(data):
            break
        destination, mask, hop = _ADDRESSES.unpack_from(data, place)
        kind, metric = _ROW.unpack_from(data, place)[5], _ROW.unpack_from(data, place)[9]
        if kind != _INVALID:
            found.append((destination, 0 if kind == _DIRECT else hop, mask, metric))
    return found
