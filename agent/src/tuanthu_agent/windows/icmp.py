"""Pinging on Windows by `IcmpSendEcho` of iphlpapi.dll, which needs no privilege. IPv4 only."""

from __future__ import annotations

import ctypes
import socket
import struct
import time
from typing import Any, Final

from tuanthu_agent.host_error import HostError

_DATA: Final = b"tuanthu-agent-ping--------------"
_REPLY: Final = struct.Struct("<4sII")
"""Begin of ICMP_ECHO_REPLY, alike on 32 and 64 bits: address, status, round trip in milliseconds."""
_SUCCESS: Final = 0
_ROOM: Final = 256


def parse_reply(reply: bytes, address: str) -> float | None:
    """Milliseconds of an answer that this very address gave; None for any other reply."""
    if len(reply) < _REPLY.size:
        return None
    sender, status, milliseconds = _REPLY.unpack_from(reply)
    if status != _SUCCESS or socket.inet_ntoa(sender) != address:
        return None
    return float(milliseconds)


def ping(address: str, count: int, interval: float, seconds: float) -> tuple[float, ...]:
    """The times of those pings that were answered; raises HostError where none can be sent."""
    try:
        target = struct.unpack("<I", socket.inet_pton(socket.AF_INET, address))[0]
    except OSError:
        raise HostError("not-available", "icmp6") from None
    library = _library()
    handle = library.IcmpCreateFile()
    if handle in (None, 0, ctypes.c_void_p(-1).value):
        raise HostError("icmp-failed", "IcmpCreateFile")
    found = []
    try:
        for number in range(count):
            if number:
                time.sleep(interval)
            answer = _one(library, handle, target, address, seconds)
            if answer is not None:
                found.append(answer)
    finally:
        library.IcmpCloseHandle(handle)
    return tuple(found)


def _library() -> Any:
    # The name exists on Windows alone.
    loaders: Any = ctypes
    try:
        library = loaders.WinDLL("iphlpapi")
    except (AttributeError, OSError):
        raise HostError("not-available", "icmp") from None
    library.IcmpCreateFile.restype = ctypes.c_void_p
    library.IcmpCloseHandle.argtypes = [ctypes.c_void_p]
    library.IcmpSendEcho.restype = ctypes.c_uint32
    library.IcmpSendEcho.argtypes = [
        ctypes.c_void_p,
        ctypes.c_uint32,
        ctypes.c_char_p,
        ctypes.c_uint16,
        ctypes.c_void_p,
        ctypes.c_void_p,
        ctypes.c_uint32,
        ctypes.c_uint32,
    ]
    return library


def _one(library: Any, handle: int, target: int, address: str, seconds: float) -> float | None:
    room = ctypes.create_string_buffer(_ROOM)
    replies = library.IcmpSendEcho(
        handle, target, _DATA, len(_DATA), None, ctypes.byref(room), _ROOM, int(seconds * 1000)
    )
    return parse_reply(room.raw, address) if replies else None
