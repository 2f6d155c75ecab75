"""NetBIOS node status (RFC 1002, 4.2.17): the names of a Windows computer, and its hardware address. Pure and total."""

import secrets
import struct
from typing import Final

from tuanthu_agent.scanner.discovery.said import Said

PORT: Final = 137
_WILDCARD: Final = b"\x20CK" + b"A" * 30 + b"\0"
"""The name `*`, in the first-level encoding."""
_NODE_STATUS: Final = 0x21
_HEAD: Final = struct.Struct("!HHHHHH")
_RECORD: Final = struct.Struct("!HHIH")
_NAME: Final = struct.Struct("!15sBH")
_GROUP: Final = 0x8000
_WORKSTATION: Final = 0x00
_MOST_NAMES: Final = 32
_NOBODY: Final = (bytes(6), b"\xff" * 6)


def question() -> bytes:
    """Which names do you have?"""
    return _HEAD.pack(secrets.randbelow(0x10000), 0, 1, 0, 0, 0) + _WILDCARD + struct.pack("!HH", _NODE_STATUS, 1)


def parse(data: bytes, _address: str) -> Said | None:
    """What a node status response says; None for anything else."""
    try:
        _, flags, _, answers, _, _ = _HEAD.unpack_from(data)
        start = _HEAD.size + len(_WILDCARD)
        kind, _, _, _ = _RECORD.unpack_from(data, start)
        if not flags & 0x8000 or answers != 1 or kind != _NODE_STATUS or data[_HEAD.size : start] != _WILDCARD:
            return None
        return _status(data, start + _RECORD.size)
    except (struct.error, IndexError):
        return None


def _status(data: bytes, place: int) -> Said:
    said = Said(kinds={"netbios"})
    count = data[place]
    place += 1
    for _ in range(min(count, _MOST_NAMES)):
        name, suffix, flags = _NAME.unpack_from(data, place)
        place += _NAME.size
        if suffix == _WORKSTATION and not flags & _GROUP:
            # In the code page of the machine; names of computers are ASCII nearly always.
            said.name(name.decode("cp1252", errors="replace").strip())
    mac = data[place : place + 6]
    if len(mac) == 6 and mac not in _NOBODY and count <= _MOST_NAMES:
        said.mac = mac.hex(":")
    return said
