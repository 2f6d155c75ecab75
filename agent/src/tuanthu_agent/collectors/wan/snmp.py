"""SNMPv2c, just enough to read a column of a table, with a community that the unit has set. Nothing is guessed."""

from __future__ import annotations

import os
import socket
import time
from typing import Dict, Final, List, Optional, Tuple

Oid = Tuple[int, ...]
IF_TYPE: Final[Oid] = (1, 3, 6, 1, 2, 1, 2, 2, 1, 3)
IF_OPER_STATUS: Final[Oid] = (1, 3, 6, 1, 2, 1, 2, 2, 1, 8)
PORT: Final = 161
ANSWER_SECONDS: Final = 1.5
WALK_SECONDS: Final = 8.0
MOST_ROWS: Final = 200
_INTEGER: Final = 0x02
_OCTETS: Final = 0x04
_NULL: Final = 0x05
_OID: Final = 0x06
_SEQUENCE: Final = 0x30
_GET_NEXT: Final = 0xA1
_RESPONSE: Final = 0xA2
_VERSION_2C: Final = 1


class SnmpError(Exception):
    """The gateway does not answer, or not as SNMP; `code` is a cause's code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def encode(tag: int, content: bytes) -> bytes:
    """One BER element."""
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def encode_integer(number: int) -> bytes:
    """A BER integer, two's complement, as short as can be."""
    return encode(_INTEGER, number.to_bytes((number + (number < 0)).bit_length() // 8 + 1, "big", signed=True))


def encode_oid(oid: Oid) -> bytes:
    """A BER object identifier."""
    content = b""
    for part in (oid[0] * 40 + oid[1], *oid[2:]):
        digits = [part & 0x7F]
        rest = part >> 7
        while rest:
            digits.append(0x80 | rest & 0x7F)
            rest >>= 7
        content += bytes(reversed(digits))
    return encode(_OID, content)


def make_get_next(number: int, community: str, oid: Oid) -> bytes:
    """A GetNextRequest for one object."""
    binding = encode(_SEQUENCE, encode_oid(oid) + encode(_NULL, b""))
    zero = encode_integer(0)
    request = encode(_GET_NEXT, encode_integer(number) + zero + zero + encode(_SEQUENCE, binding))
    return encode(_SEQUENCE, encode_integer(_VERSION_2C) + encode(_OCTETS, community.encode("utf-8")) + request)


def take(data: bytes, tag: int) -> Tuple[bytes, bytes]:
    """Content of the first element, which must be of that tag, and what follows it; raises SnmpError."""
    if len(data) < 2 or data[0] != tag:
        raise SnmpError("snmp-malformed")
    size, start = data[1], 2
    if size & 0x80:
        digits = size & 0x7F
        if not 0 < digits <= 3 or len(data) < 2 + digits:
            raise SnmpError("snmp-malformed")
        size, start = int.from_bytes(data[2 : 2 + digits], "big"), 2 + digits
    if len(data) < start + size:
        raise SnmpError("snmp-malformed")
    return data[start : start + size], data[start + size :]


def take_integer(data: bytes) -> Tuple[int, bytes]:
    """An integer of at most eight bytes, and what follows it; raises SnmpError."""
    content, rest = take(data, _INTEGER)
    if not 0 < len(content) <= 8:
        raise SnmpError("snmp-malformed")
    return int.from_bytes(content, "big", signed=True), rest


def decode_oid(content: bytes) -> Oid:
    """An object identifier; raises SnmpError."""
    parts: List[int] = []
    number = 0
    for byte in content:
        number = number << 7 | byte & 0x7F
        if number > 0xFFFFFFFF:
            raise SnmpError("snmp-malformed")
        if not byte & 0x80:
            parts.append(number)
            number = 0
    if not parts or content[-1] & 0x80:
        raise SnmpError("snmp-malformed")
    first = min(parts[0] // 40, 2)
    return (first, parts[0] - first * 40, *parts[1:])


def parse_response(data: bytes, number: int) -> Optional[Tuple[Oid, Optional[int]]]:
    """The object and its integer (None for a value of another type) that answer the request of that number.

    None where the agent has no more objects, or this answers another request. Raises SnmpError for what is no SNMP.
    """
    message, _ = take(data, _SEQUENCE)
    version, rest = take_integer(message)
    _, rest = take(rest, _OCTETS)
    if version != _VERSION_2C:
        raise SnmpError("snmp-malformed")
    response, _ = take(rest, _RESPONSE)
    answered, rest = take_integer(response)
    status, rest = take_integer(rest)
    _, rest = take_integer(rest)
    if answered != number or status != 0:
        return None
    bindings, _ = take(rest, _SEQUENCE)
    binding, _ = take(bindings, _SEQUENCE)
    name, value = take(binding, _OID)
    oid = decode_oid(name)
    return oid, take_integer(value)[0] if value[:1] == bytes([_INTEGER]) else None


def ask(connection: socket.socket, community: str, oid: Oid) -> Optional[Tuple[Oid, Optional[int]]]:
    """One GetNext, sent twice at most; raises SnmpError."""
    number = int.from_bytes(os.urandom(3), "big")
    for _ in range(2):
        try:
            connection.settimeout(ANSWER_SECONDS)
            connection.send(make_get_next(number, community, oid))
            return parse_response(connection.recv(8192), number)
        except (socket.timeout, TimeoutError):  # noqa: UP041  two things in Python 3.8
            continue
        except OSError:
            break
    raise SnmpError("snmp-silent")


def column(connection: socket.socket, community: str, base: Oid) -> Dict[int, int]:
    """A column of the interfaces' table by row; raises SnmpError."""
    rows: Dict[int, int] = {}
    oid = base
    deadline = time.monotonic() + WALK_SECONDS
    while len(rows) < MOST_ROWS and time.monotonic() < deadline:
        answer = ask(connection, community, oid)
        # A table that does not go on rising would never end.
        if answer is None or answer[0][: len(base)] != base or answer[0] <= oid or answer[1] is None:
            return rows
        oid = answer[0]
        rows[oid[-1]] = answer[1]
    raise SnmpError("snmp-endless")


def interface_types(gateway: str, community: str) -> List[Tuple[int, int]]:
    """ifType and ifOperStatus of every interface of the gateway; raises SnmpError."""
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as connection:
            connection.connect((gateway, PORT))
            types = column(connection, community, IF_TYPE)
            states = column(connection, community, IF_OPER_STATUS)
    except OSError:
        raise SnmpError("snmp-silent") from None
    return [(kind, states.get(row, 0)) for row, kind in sorted(types.items())]
