"""One connection read with a total deadline and a total of bytes."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from tuanthu_agent.scanner.interface import Door, Service
from tuanthu_agent.scanner.protocols.faults import EndedError, closed, network_reason, silent, unclear
from tuanthu_policy.devices.verdict import AttemptOutcome

MOST_BYTES: Final = 256 * 1024
LONGEST_LINE: Final = 8192
_PIECE: Final = 4096


class Deadline:
    """A moment after which nothing more is waited for."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self, most: float | None = None) -> float:
        """Seconds that remain, at most `most`; never negative."""
        left = max(self._end - time.monotonic(), 0.0)
        return left if most is None else min(left, most)


class Stream:
    """A socket; every read raises EndedError for silence, an end, or more bytes than any device sends."""

    def __init__(self, sock: socket.socket, deadline: Deadline, most: int = MOST_BYTES) -> None:
        self.sock = sock
        self.deadline = deadline
        self.received = 0
        self._most = most
        self._held = b""

    def send(self, data: bytes) -> None:
        """Send it all, or raise EndedError."""
        self.sock.settimeout(max(self.deadline.left(), 0.001))
        try:
            self.sock.sendall(data)
        except TimeoutError:
            raise silent("send") from None
        except OSError:
            raise closed("while sending") from None

    def some(self, seconds: float | None = None) -> bytes:
        """What is there, waiting for the first byte at most `seconds`. Raises SilentError, ClosedError."""
        if self._held:
            held, self._held = self._held, b""
            return held
        return self._arrived(self.deadline.left(seconds))

    def read(self, count: int) -> bytes:
        """Exactly so many bytes."""
        while len(self._held) < count:
            self._held += self._arrived(self.deadline.left())
        taken, self._held = self._held[:count], self._held[count:]
        return taken

    def line(self) -> bytes:
        """Up to the next line feed, without the line's end."""
        while b"\n" not in self._held:
            if len(self._held) > LONGEST_LINE:
                raise unclear("too-long: line")
            self._held += self._arrived(self.deadline.left())
        line, _, self._held = self._held.partition(b"\n")
        if len(line) > LONGEST_LINE:
            raise unclear("too-long: line")
        return line.rstrip(b"\r")

    def _arrived(self, seconds: float) -> bytes:
        if seconds <= 0:
            raise silent("nothing in time")
        self.sock.settimeout(seconds)
        try:
            piece = self.sock.recv(_PIECE)
        except TimeoutError:
            raise silent("nothing in time") from None
        except ConnectionError:
            piece = b""
        except OSError as error:
            raise EndedError(AttemptOutcome.UNREACHABLE, network_reason(error)) from None
        if not piece:
            raise closed("after answers" if self.received else "at accept")
        self.received += len(piece)
        if self.received > self._most:
            raise unclear("too-much: the device never ends")
        return piece

    def close(self) -> None:
        """Close the socket."""
        self.sock.close()


@contextmanager
def opened(door: Door, service: Service, deadline: Deadline, protocol: str | None = None) -> Iterator[Stream]:
    """A connection to that service, over TLS where it speaks it. Raises OSError, OutOfScopeError."""
    from tuanthu_agent.scanner.protocols.tls import wrap

    seconds = max(deadline.left(), 0.001)
    sock = door.connect(protocol or service.protocol, service.address, service.port, seconds)
    try:
        if service.tls:
            sock = wrap(sock, deadline.left())
        stream = Stream(sock, deadline)
        try:
            yield stream
        finally:
            stream.close()
    finally:
        sock.close()
