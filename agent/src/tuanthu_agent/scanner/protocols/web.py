"""One plain HTTP request on a stream of its own, for what is XML over HTTP (ONVIF, UPnP); pages are not read here."""

from typing import Final

from tuanthu_agent.scanner.interface import Door, Service
from tuanthu_agent.scanner.protocols.faults import mismatch
from tuanthu_agent.scanner.protocols.message import Message, read_message
from tuanthu_agent.scanner.protocols.stream import Deadline, opened

_AGENT: Final = "tuanthu"


def fetch(
    door: Door, protocol: str, service: Service, deadline: Deadline, *,
    get: str = "", post: str = "", headers: tuple[str, ...] = (), body: bytes = b"",
) -> Message:  # fmt: skip
    """Ask for the path in `get` or `post`, and hang up. Raises EndedError, OSError, OutOfScopeError."""
    method, path = ("GET", get) if get else ("POST", post)
    if not path.startswith("/") or any(not letter.isprintable() or letter == " " for letter in path):
        raise mismatch("path: not an address")
    host = f"[{service.address}]" if ":" in service.address else service.address
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}:{service.port}", f"User-Agent: {_AGENT}", *headers]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    head = "\r\n".join([*lines, "Connection: close", "", ""]).encode()
    with opened(door, service, deadline, protocol) as stream:
        stream.send(head + body)
        return read_message(stream, "HTTP")
