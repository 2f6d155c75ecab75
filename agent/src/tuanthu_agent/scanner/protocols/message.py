"""Messages as HTTP and RTSP write them: a first line, headers, a body. Bounded."""

import re
from dataclasses import dataclass
from typing import Final

from tuanthu_agent.scanner.protocols.faults import ClosedError, mismatch, unclear
from tuanthu_agent.scanner.protocols.stream import Stream

MOST_HEADERS: Final = 100
MOST_BODY: Final = 128 * 1024
_STATUS: Final = re.compile(rb"(HTTP|RTSP)/\d\.\d (\d{3})(?: |$)")


@dataclass(frozen=True, slots=True)
class Message:
    """One answer."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""

    def header(self, name: str) -> str | None:
        """The first header of that name, in any case."""
        return next(iter(self.every(name)), None)

    def every(self, name: str) -> list[str]:
        """All headers of that name."""
        return [value for key, value in self.headers if key.lower() == name.lower()]


def parse_status(line: bytes, protocol: str) -> int:
    """The status of a first line; raises EndedError for another protocol. Pure."""
    found = _STATUS.match(line)
    if found is None or found[1].decode() != protocol:
        raise mismatch(f"not-{protocol.lower()}: first line")
    return int(found[2])


def parse_header(line: bytes) -> tuple[str, str]:
    """Name and value; raises EndedError. Pure."""
    name, colon, value = line.decode("utf-8", "replace").partition(":")
    if not colon:
        raise unclear("malformed: header")
    return name.strip(), value.strip()


def read_message(stream: Stream, protocol: str) -> Message:
    """One whole answer; interim 1xx ones are passed over. Raises EndedError."""
    for _ in range(4):
        status = parse_status(stream.line(), protocol)
        headers: list[tuple[str, str]] = []
        while line := stream.line():
            if len(headers) >= MOST_HEADERS:
                raise unclear("too-many: headers")
            headers.append(parse_header(line))
        head = Message(status, tuple(headers))
        if status >= 200:
            return Message(status, head.headers, _body(stream, head, protocol))
    raise unclear("malformed: interim answers without end")


def _body(stream: Stream, head: Message, protocol: str) -> bytes:
    if head.status in (204, 304):
        return b""
    if (head.header("Transfer-Encoding") or "").lower() == "chunked":
        return _chunks(stream)
    length = head.header("Content-Length")
    if length is not None:
        return stream.read(_bounded(length, 10))
    return b"" if protocol == "RTSP" else _rest(stream)


def _bounded(number: str, base: int) -> int:
    try:
        value = int(number, base)
    except ValueError:
        raise unclear("malformed: length") from None
    if not 0 <= value <= MOST_BODY:
        raise unclear("too-much: body")
    return value


def _chunks(stream: Stream) -> bytes:
    body = b""
    while size := _bounded(stream.line().split(b";")[0].decode("ascii", "replace").strip(), 16):
        body += stream.read(size)
        stream.line()
        if len(body) > MOST_BODY:
            raise unclear("too-much: body")
    return body


def _rest(stream: Stream) -> bytes:
    body = b""
    try:
        while len(body) <= MOST_BODY:
            body += stream.some()
    except ClosedError:
        return body
    raise unclear("too-much: body")
