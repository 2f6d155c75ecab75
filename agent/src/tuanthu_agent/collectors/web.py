"""Just enough of HTTP/1.1 to ask once and read a bounded answer within a deadline; nothing is followed."""

from __future__ import annotations

import re
import socket
import time
from dataclasses import dataclass
from typing import Dict, Final, Optional, Tuple

MOST_HEAD: Final = 16 * 1024
USER_AGENT: Final = "tuanthu-agent"
_STATUS: Final = re.compile(rb"HTTP/1\.[01] ([1-5][0-9]{2})(?: |\r?\n|\Z)")
_FIELD: Final = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}):[ \t]*(.*)")
_LENGTH: Final = re.compile(r"[0-9]{1,9}")
_CHUNK: Final = re.compile(rb"\A([0-9A-Fa-f]{1,7})(?:;[^\r\n]*)?\r\n")


class WebError(Exception):
    """No answer; `code` is `timeout`, `reset`, `malformed` or `refused`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Answer:
    """Status and header fields (names in lower case, the first of several), and what was read of the body."""

    status: int
    fields: Dict[str, str]
    body: bytes = b""


def parse_head(data: bytes) -> Optional[Tuple[int, Dict[str, str]]]:
    """Status and fields of an answer's head; None where it is no HTTP. Pure and total."""
    shape = _STATUS.match(data)
    if shape is None:
        return None
    fields: Dict[str, str] = {}
    for line in data.partition(b"\n")[2].replace(b"\r\n", b"\n").split(b"\n")[:200]:
        if not line:
            break
        field = _FIELD.fullmatch(line)
        if field is not None:
            name = field.group(1).decode("ascii").lower()
            fields.setdefault(name, field.group(2).strip().decode("utf-8", "replace"))
    return int(shape.group(1)), fields


def request(method: str, host: str, path: str, extra: Tuple[Tuple[str, str], ...] = (), body: bytes = b"") -> bytes:
    """The bytes of a request that asks for the connection to be closed."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", f"User-Agent: {USER_AGENT}", "Accept: */*"]
    lines += ["Accept-Encoding: identity", "Connection: close", *(f"{name}: {value}" for name, value in extra)]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii", "replace") + body


def converse(connection: socket.socket, question: bytes, deadline: float, most_body: int = 0) -> Answer:
    """Send a request and read its answer, at most `most_body` bytes of the body; raises WebError.

    `deadline` (of time.monotonic) holds for the whole, however slowly bytes drip.
    """
    try:
        connection.settimeout(_left(deadline))
        connection.sendall(question)
        data = _read_until(connection, b"\r\n\r\n", deadline)
        head, _, body = data.partition(b"\r\n\r\n")
        found = parse_head(head)
        if found is None:
            raise WebError("malformed")
        status, fields = found
        chunked = "chunked" in fields.get("transfer-encoding", "").lower()
        wanted = most_body if chunked else min(most_body, content_length(fields, most_body))
        while len(body) < wanted:
            part = _receive(connection, deadline)
            if not part:
                break
            body += part
    except (socket.timeout, TimeoutError):  # noqa: UP041  two things in Python 3.8
        raise WebError("timeout") from None
    except OSError:
        raise WebError("reset") from None
    return Answer(status, fields, dechunked(body)[:most_body] if chunked else body[:wanted])


def content_length(fields: Dict[str, str], otherwise: int) -> int:
    """The announced length of the body; `otherwise` where none or nonsense is announced."""
    text = fields.get("content-length", "")
    return int(text) if _LENGTH.fullmatch(text) and text.isascii() else otherwise


def dechunked(data: bytes) -> bytes:
    """The content of a chunked body, as far as it goes. Pure and total."""
    content = b""
    while True:
        shape = _CHUNK.match(data)
        if shape is None:
            return content
        size = int(shape.group(1), 16)
        if size == 0:
            return content
        content += data[shape.end() : shape.end() + size]
        data = data[shape.end() + size + 2 :]


def _read_until(connection: socket.socket, end: bytes, deadline: float) -> bytes:
    data = b""
    while end not in data:
        if len(data) > MOST_HEAD:
            raise WebError("malformed")
        part = _receive(connection, deadline)
        if not part:
            # A head that is cut off may still say its status.
            if data:
                return data
            raise WebError("reset")
        data += part
    return data


def _receive(connection: socket.socket, deadline: float) -> bytes:
    connection.settimeout(_left(deadline))
    return connection.recv(16384)


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise WebError("timeout")
    return left
