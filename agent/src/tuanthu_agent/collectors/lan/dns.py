"""Just enough of DNS (RFC 1035) to ask for an address and see whether one comes back. Pure."""

from __future__ import annotations

import struct
from typing import Final

_HEADER: Final = struct.Struct(">HHHHHH")
_RECURSION_DESIRED: Final = 0x0100
_IS_ANSWER: Final = 0x8000
_CODE: Final = 0x000F
_TYPE_A: Final = 1
_CLASS_IN: Final = 1


def make_query(number: int, name: str) -> bytes:
    """A query for the name's IPv4 address; raises ValueError for a name that DNS cannot carry."""
    labels = [label.encode("idna") if not label.isascii() else label.encode() for label in name.rstrip(".").split(".")]
    if not all(0 < len(label) < 64 for label in labels) or sum(len(label) + 1 for label in labels) > 253:
        raise ValueError(f"no domain name: {name!r}")
    question = b"".join(bytes([len(label)]) + label for label in labels) + b"\0"
    return _HEADER.pack(number, _RECURSION_DESIRED, 1, 0, 0, 0) + question + struct.pack(">HH", _TYPE_A, _CLASS_IN)


def resolves(answer: bytes, number: int) -> bool:
    """Whether this is a server's answer to that query, without error and with at least one record."""
    if len(answer) < _HEADER.size:
        return False
    got, flags, _, records, _, _ = _HEADER.unpack_from(answer)
    return got == number and bool(flags & _IS_ANSWER) and flags & _CODE == 0 and records > 0
