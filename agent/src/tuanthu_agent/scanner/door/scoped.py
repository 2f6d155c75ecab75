"""The door with its lock: connections and datagrams that the scope allows, and no others."""

import asyncio
import errno
import socket
import time
from collections.abc import Callable, Sequence
from typing import Final

from tuanthu_agent.scanner.door import echo, multicast, priming
from tuanthu_agent.scanner.door.bounded import DEFAULT_BYTES, DEFAULT_SECONDS, Bound, BoundedSocket, bounded
from tuanthu_agent.scanner.gate import Gate

DISCOVERY: Final = "discovery"
LARGEST_DATAGRAM: Final = 65_535
_RECVERR: Final = {socket.AF_INET: (socket.IPPROTO_IP, 11), socket.AF_INET6: (socket.IPPROTO_IPV6, 25)}
"""Linux: tells an unconnected socket that a port is closed. The names are not in Python's socket module."""


class ScopedDoor:
    """See `interface.Door`; besides sockets for many connections at once, echoes and multicast.

    A connection lives at most `lifetime` seconds and never past the end of the scope or of its window.
    """

    def __init__(
        self,
        gate: Gate,
        *,
        lifetime: float = DEFAULT_SECONDS,
        interfaces: Callable[[], Sequence[multicast.Interface]] = multicast.own_interfaces,
    ) -> None:
        self.gate = gate
        self._lifetime = lifetime
        self._interfaces = interfaces

    def permitted(self, protocol: str, address: str) -> bool:
        """Whether the scope would allow it now."""
        return self.gate.permitted(protocol, address)

    def connect(
        self, protocol: str, address: str, port: int, timeout: float, *, most_bytes: int = DEFAULT_BYTES
    ) -> BoundedSocket:
        """A connected TCP socket whose calls wait `timeout` at most; see `bounded` for its whole life."""
        sock, place = self._stream(protocol, address, most_bytes)
        try:
            sock.settimeout(timeout)
            sock.connect((place, port))
        except BaseException:
            sock.close()
            raise
        return sock

    async def open_connection(self, protocol: str, address: str, port: int, seconds: float) -> BoundedSocket:
        """As `connect`, among many at once; the socket does not block. Raises TimeoutError where nobody answers."""
        sock, place = self._stream(protocol, address, DEFAULT_BYTES)
        try:
            sock.settimeout(0.0)
            async with asyncio.timeout(seconds):
                await asyncio.get_running_loop().sock_connect(sock, (place, port))
        except BaseException:
            sock.close()
            raise
        return sock

    async def open_stream(
        self, protocol: str, address: str, port: int, seconds: float
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """As `open_connection`, as asyncio's streams; the caller bounds each wait."""
        sock = await self.open_connection(protocol, address, port, seconds)
        try:
            return await asyncio.open_connection(sock=sock)
        except BaseException:
            sock.close()
            raise

    def datagram(
        self, protocol: str, address: str, port: int, payload: bytes, timeout: float, *, answers: int = 1
    ) -> list[bytes]:
        """Send one UDP datagram from a fresh socket; what came from that address in time, up to `answers` of them.

        Raises ConnectionRefusedError where the host says that the port is closed and nothing else came.
        """
        place = self.gate.check(protocol, address)
        family = socket.AF_INET if place.version == 4 else socket.AF_INET6
        deadline = time.monotonic() + min(timeout, self.gate.seconds_left())
        with socket.socket(family, socket.SOCK_DGRAM) as sock:
            _hear_refusals(sock)
            sock.sendto(payload, (str(place), port))
            return _answers(sock, str(place), deadline, answers)

    async def ask(
        self, protocol: str, address: str, port: int, payload: bytes, seconds: float, *, answers: int = 1
    ) -> list[bytes]:
        """As `datagram`, in a thread beside the event loop."""
        return await asyncio.to_thread(self.datagram, protocol, address, port, payload, seconds, answers=answers)

    async def echo(self, addresses: Sequence[str], seconds: float, *, spacing: float = 0.002) -> dict[str, float]:
        """Which of these answer an ICMP echo, with the seconds that it took.

        Raises PermissionError where this system lets the user send none.
        """
        return await echo.echo(lambda address: self.gate.check(DISCOVERY, address), addresses, seconds, spacing)

    def prime(self, addresses: Sequence[str]) -> None:
        """Make this machine ask the wire for these addresses' hardware: an empty datagram to each (port 9, discard)."""
        priming.prime(lambda address: self.gate.check(DISCOVERY, address), addresses)

    def multicast(
        self, protocol: str, group: str, port: int, payload: bytes, timeout: float
    ) -> tuple[list[multicast.Heard], list[multicast.Skipped]]:
        """Ask a group from each interface whose own network lies whole inside the scope, nothing of it excluded.

        Gives the answers that came from addresses of the scope, and the interfaces that were left out with a code.
        Raises ValueError for a group that is none, OutOfScopeError where the protocol or moment is not allowed.
        """
        return multicast.ask(self.gate, self._interfaces(), protocol, (group, port), payload=payload, timeout=timeout)

    def _stream(self, protocol: str, address: str, most_bytes: int) -> tuple[BoundedSocket, str]:
        place = self.gate.check(protocol, address)
        bound = Bound(min(self._lifetime, self.gate.seconds_left()), most_bytes)
        family = socket.AF_INET if place.version == 4 else socket.AF_INET6
        return bounded(family, bound), str(place)


def _hear_refusals(sock: socket.socket) -> None:
    """Where the system can (Linux): an unconnected socket learns that the port is closed."""
    level, option = _RECVERR[sock.family]
    try:
        sock.setsockopt(level, option, 1)
    except OSError:
        return  # Windows tells by itself; elsewhere the wait ends by its time


def _answers(sock: socket.socket, address: str, deadline: float, most: int) -> list[bytes]:
    found: list[bytes] = []
    while len(found) < most and (left := deadline - time.monotonic()) > 0:
        sock.settimeout(left)
        try:
            data, sender = sock.recvfrom(LARGEST_DATAGRAM)
        except TimeoutError:
            break
        except ConnectionError:
            if found:
                break
            raise ConnectionRefusedError(errno.ECONNREFUSED, "port closed") from None
        if sender[0] == address:
            found.append(data)
    return found
