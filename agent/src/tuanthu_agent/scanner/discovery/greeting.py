"""Reading the first bytes of open ports: one connection at a time to a device, listening before anything is said."""

import asyncio
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tuanthu_agent.scanner.discovery.greetings import MOST, QUESTION, STREAM_QUESTION, banner, classify
from tuanthu_agent.scanner.discovery.interface import DISCOVERY, DiscoveryDoor
from tuanthu_agent.scanner.discovery.ports import UNKNOWN, Port
from tuanthu_agent.scanner.interface import OutOfScopeError, Service

CONNECT_SECONDS: Final = 2.0
GREETING_SECONDS: Final = 1.2
ANSWER_SECONDS: Final = 2.0
_SETTLE_SECONDS: Final = 0.25
"""Greetings come in pieces: so long is waited for more after the first."""
_GREETERS: Final = frozenset({"ssh", "ftp", "telnet", UNKNOWN})
"""Protocols whose servers speak first. A port whose guess is another one is not kept waiting for a greeting."""
BANNERS: Final = ("ssh", "telnet", "ftp")


@dataclass(frozen=True, slots=True)
class Greeting:
    """What an open port turned out to be."""

    service: Service
    banner: str = ""


class Greeter:
    """Looks at the open ports of many hosts, of each host one after the other."""

    def __init__(self, door: DiscoveryDoor, *, at_once: int) -> None:
        self._door = door
        self._slots = asyncio.Semaphore(at_once)

    async def look(self, address: str, ports: Mapping[int, Port]) -> list[Greeting]:
        """Each port with what its first bytes say; the table's guess where they say nothing. Raises OutOfScopeError."""
        found = []
        async with self._slots:
            for number, port in sorted(ports.items()):
                found.append(await self._one(address, number, port))
        return found

    async def _one(self, address: str, number: int, port: Port) -> Greeting:
        data = b"" if port.protocol == "jetdirect" else await self._bytes(address, number, port)
        said = classify(data)
        if said is None:
            return Greeting(Service(address, number, port.protocol, tls=port.tls))
        protocol, tls = said
        if protocol == "http" and port.tls and data[9:12] == b"400":
            tls = True  # what was said in the clear was not understood
        if protocol == UNKNOWN:
            # TLS says nothing of what is inside; only the port does. A web server is what most often is.
            protocol = port.protocol if port.tls or port.protocol != UNKNOWN else "http"
        return Greeting(
            Service(address, number, protocol, tls=tls), banner(protocol, data) if protocol in BANNERS else ""
        )

    async def _bytes(self, address: str, number: int, port: Port) -> bytes:
        try:
            connection = await self._door.open_connection(DISCOVERY, address, number, CONNECT_SECONDS)
        except OutOfScopeError:
            raise
        except OSError:
            return b""
        loop = asyncio.get_running_loop()
        with connection:
            try:
                data = b""
                if port.protocol in _GREETERS or not port.ask:
                    data = await _read(loop, connection, GREETING_SECONDS)
                if not data and port.ask:
                    async with asyncio.timeout(ANSWER_SECONDS):
                        await loop.sock_sendall(connection, STREAM_QUESTION if port.protocol == "rtsp" else QUESTION)
                    data = await _read(loop, connection, ANSWER_SECONDS)
            except OSError:
                return b""
        return data


async def _read(loop: asyncio.AbstractEventLoop, connection: socket.socket, seconds: float) -> bytes:
    """What comes within that time, at most `MOST` bytes; a device that drips is not waited for any longer."""
    data, end = b"", time.monotonic() + seconds
    while len(data) < MOST and (left := end - time.monotonic()) > 0:
        try:
            async with asyncio.timeout(min(left, _SETTLE_SECONDS) if data else left):
                part = await loop.sock_recv(connection, MOST - len(data))
        except OSError:
            break
        if not part:
            break
        data += part
    return data
