"""Network adapters by GetAdaptersAddresses (iphlpapi), as psutil would describe them."""

from __future__ import annotations

import ctypes
from ctypes import POINTER, byref, c_int, c_ubyte, c_ulong, c_ulonglong, c_void_p, c_wchar_p
from ipaddress import IPv4Address, IPv6Address
from typing import Final, Iterator

from tuanthu_agent.system import Nic
from tuanthu_agent.windows.library import function

_SKIP: Final = 0x2 | 0x4 | 0x8
"""Any- and multicast addresses and DNS servers are asked for elsewhere."""
_OVERFLOW: Final = 111
_NO_DATA: Final = 232
_TRIES: Final = 5
_UP: Final = 1
_IPV4, _IPV6 = 2, 23
_MOST: Final = 1000
_FASTEST: Final = 1 << 60


class _Socket(ctypes.Structure):
    """SOCKET_ADDRESS; of a size of its own, for what follows begins at its padded end."""

    _fields_ = [("address", c_void_p), ("length", c_int)]


class _Address(ctypes.Structure):
    """IP_ADAPTER_UNICAST_ADDRESS."""


_Address._fields_ = [
    ("length", c_ulong),
    ("flags", c_ulong),
    ("next", POINTER(_Address)),
    ("socket", _Socket),
    ("origins", c_int * 3),
    ("lifetimes", c_ulong * 3),
    ("prefix", c_ubyte),
]


class _Adapter(ctypes.Structure):
    """IP_ADAPTER_ADDRESSES, as far as it is read."""


_Adapter._fields_ = [
    ("length", c_ulonglong),
    ("next", POINTER(_Adapter)),
    ("adapter", c_void_p),
    ("addresses", POINTER(_Address)),
    ("others", c_void_p * 3),
    ("suffix", c_void_p),
    ("description", c_wchar_p),
    ("name", c_wchar_p),
    ("mac", c_ubyte * 8),
    ("mac_length", c_ulong),
    ("flags", c_ulong),
    ("mtu", c_ulong),
    ("type", c_ulong),
    ("state", c_ulong),
    ("index6", c_ulong),
    ("zones", c_ulong * 16),
    ("prefixes", c_void_p),
    ("transmit", c_ulonglong),
    ("receive", c_ulonglong),
]


def read_adapters() -> list[Nic]:
    """All adapters by name; raises OSError."""
    ask = function("iphlpapi", "GetAdaptersAddresses", c_ulong, c_ulong, c_ulong, c_void_p, c_void_p, POINTER(c_ulong))
    size = c_ulong(16 * 1024)
    for _ in range(_TRIES):
        buffer = ctypes.create_string_buffer(size.value)
        code = ask(0, _SKIP, None, buffer, byref(size))
        if code == 0:
            found = [_nic(one) for one in _chain(ctypes.cast(buffer, POINTER(_Adapter)))]
            return sorted(found, key=lambda nic: nic.name)
        if code == _NO_DATA:
            return []
        if code != _OVERFLOW:
            break
    raise OSError("GetAdaptersAddresses")


def _chain(first: ctypes._Pointer[_Adapter]) -> Iterator[_Adapter]:
    for _ in range(_MOST):
        if not first:
            return
        yield first.contents
        first = first.contents.next


def _nic(adapter: _Adapter) -> Nic:
    speed = adapter.transmit if adapter.transmit < _FASTEST else 0
    mac = bytes(adapter.mac)[: min(adapter.mac_length, 8)]
    return Nic(
        name=str(adapter.name or ""),
        mac=":".join(f"{byte:02x}" for byte in mac),
        addresses=tuple(sorted(_texts(adapter.addresses))),
        up=adapter.state == _UP,
        mtu=adapter.mtu if adapter.mtu < 0x7FFFFFFF else 0,
        speed_mbps=int(speed // 1_000_000),
        duplex="",
    )


def _texts(first: ctypes._Pointer[_Address]) -> Iterator[str]:
    for _ in range(_MOST):
        if not first:
            return
        entry = first.contents
        where = entry.socket
        data = ctypes.string_at(where.address, where.length) if where.address else b""
        text = address_text(data, entry.prefix)
        if text is not None:
            yield text
        first = entry.next


def address_text(data: bytes, prefix: int) -> str | None:
    """`192.0.2.7/24` out of a `sockaddr`; None for other families and what is cut off."""
    family = int.from_bytes(data[:2], "little")
    if family == _IPV4 and len(data) >= 8 and prefix <= 32:
        return f"{IPv4Address(data[4:8])}/{prefix}"
    if family == _IPV6 and len(data) >= 24 and prefix <= 128:
        return f"{IPv6Address(data[8:24])}/{prefix}"
    return None
