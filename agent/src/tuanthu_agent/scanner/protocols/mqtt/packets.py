"""The few MQTT packets that a login needs. Pure."""

from dataclasses import dataclass
from typing import Final

from tuanthu_agent.scanner.protocols.faults import mismatch

V311: Final = 4
V5: Final = 5
CONNACK: Final = 0x20
PINGRESP: Final = b"\xd0\x00"
PINGREQ: Final = b"\xc0\x00"
DISCONNECT: Final = b"\xe0\x00"
KEEP_ALIVE: Final = 60
MOST_BYTES: Final = 4096


@dataclass(frozen=True, slots=True)
class Connack:
    """The answer to CONNECT: a return code of 3.1.1 or a reason code of 5.0."""

    version: int
    code: int


def _text(text: str) -> bytes:
    raw = text.encode()
    return len(raw).to_bytes(2, "big") + raw


def _length(count: int) -> bytes:
    encoded = bytearray()
    while True:
        count, digit = divmod(count, 128)
        encoded.append(digit | (0x80 if count else 0))
        if not count:
            return bytes(encoded)


def connect(version: int, client: str, user: str | None = None, password: str | None = None) -> bytes:
    """A CONNECT that asks for a clean session."""
    flags = 0x02 | (0x80 if user is not None else 0) | (0x40 if password is not None else 0)
    body = _text("MQTT") + bytes([version, flags]) + KEEP_ALIVE.to_bytes(2, "big")
    body += b"\x00" if version == V5 else b""
    body += _text(client)
    body += b"".join(_text(part) for part in (user, password) if part is not None)
    return b"\x10" + _length(len(body)) + body


def parse_length(digits: bytes) -> int | None:
    """The remaining length; None while another digit follows. Raises EndedError."""
    if digits[-1] & 0x80:
        if len(digits) >= 4:
            raise mismatch("not-mqtt: length")
        return None
    return sum((digit & 0x7F) << (7 * place) for place, digit in enumerate(digits))


def parse_connack(kind: int, body: bytes, version: int) -> Connack:
    """Raises EndedError for anything but a CONNACK."""
    if kind != CONNACK or len(body) < 2 or body[0] & 0xFE or (version == V311 and len(body) != 2):
        raise mismatch("not-mqtt: connack")
    return Connack(version, body[1])
