"""The connect sweep: which TCP ports of a host are open, with few connections to it at once and silence asked again."""

import asyncio
import errno
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final

from tuanthu_agent.scanner.discovery.interface import DISCOVERY, DiscoveryDoor
from tuanthu_agent.scanner.discovery.pace import Pace
from tuanthu_agent.scanner.interface import OutOfScopeError

_OURS: Final = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM, errno.EADDRNOTAVAIL, errno.EAGAIN})
"""This machine has no room for the moment; it says nothing of the other one."""
_BARRED: Final = frozenset({errno.EPERM, errno.EACCES})
"""A firewall of this machine lets nothing out."""
_PAUSE: Final = 0.2
_SLOW_FACTOR: Final = 4
_SLOWEST: Final = 3.0
_LAG: Final = 1.5
_LAGGED: Final = 3
"""A wait that ran over by half shows that this machine was busy elsewhere: that is not the host's silence."""
_PATIENCE: Final = 10


class Reach(Enum):
    """What one connection came to."""

    OPEN = auto()
    CLOSED = auto()
    SILENT = auto()
    UNTRIED = auto()
    """This machine itself could not send."""


@dataclass(slots=True)
class Ports:
    """What the sweep knows of one host."""

    open: set[int] = field(default_factory=set)
    closed: set[int] = field(default_factory=set)
    silent: dict[int, int] = field(default_factory=dict)
    """Port → how often it was tried."""

    fastest: float = _SLOWEST
    """Seconds of the fastest answer: a slow host is waited for longer, however fast its neighbours are."""
    untried: set[int] = field(default_factory=set)

    def wants(self, port: int, bound: int) -> bool:
        """Whether there is still something to learn of a port that may be tried so often."""
        return not (
            port in self.open or port in self.closed or port in self.untried or self.silent.get(port, 0) >= bound
        )

    @property
    def answered(self) -> bool:
        """Whether anything of the host was heard over TCP."""
        return bool(self.open or self.closed)


class Sweeper:
    """Sweeps hosts; safe to be asked about many at once."""

    def __init__(self, door: DiscoveryDoor, *, per_host: int, at_once: int) -> None:
        self._door = door
        self._per_host = per_host
        self._slots = asyncio.Semaphore(at_once)
        self.stopped: str | None = None
        """Why nothing more may be sent: the scope's own word."""
        self.untried = 0
        """Connections that this machine could not even begin."""

    async def sweep(
        self, address: str, ports: Iterable[int], pace: Pace, known: Ports, most: int | None = None
    ) -> None:
        """Knock at these ports, until each has answered or was tried often enough (`most`, else what the pace says)."""
        slots = asyncio.Semaphore(self._per_host)

        async def one(port: int) -> None:
            async with slots:
                await self._knock(address, port, pace, known)

        while self.stopped is None:
            bound = pace.tries() if most is None else most
            waiting = [port for port in ports if known.wants(port, bound)]
            if not waiting:
                return
            await asyncio.gather(*map(one, waiting))

    async def _knock(self, address: str, port: int, pace: Pace, known: Ports) -> None:
        number = known.silent.get(port, 0)
        seconds = max(pace.wait(number), min(_SLOW_FACTOR * known.fastest, _SLOWEST) if known.answered else 0.0)
        for _ in range(_LAGGED):
            async with self._slots:
                if self.stopped is not None:
                    return
                start = time.monotonic()
                reach = await self._reach(address, port, seconds)
                took = time.monotonic() - start
            if reach is not Reach.SILENT or took < seconds * _LAG:
                break
        if reach is Reach.SILENT:
            known.silent[port] = number + 1
        elif reach is Reach.UNTRIED:
            known.untried.add(port)
            self.untried += 1
        else:
            pace.heard(took, number)
            known.fastest = min(known.fastest, took)
            known.silent.pop(port, None)
            (known.open if reach is Reach.OPEN else known.closed).add(port)

    async def _reach(self, address: str, port: int, seconds: float) -> Reach:
        for _ in range(_PATIENCE):
            try:
                connection = await self._door.open_connection(DISCOVERY, address, port, seconds)
            except OutOfScopeError as error:
                self.stopped = str(error)
                return Reach.SILENT
            except OSError as error:
                reach = reach_of(error)
                if reach is not None:
                    return reach
                await asyncio.sleep(_PAUSE)
            else:
                connection.close()
                return Reach.OPEN
        return Reach.UNTRIED


def reach_of(error: OSError) -> Reach | None:
    """What a failed connection says of the port; None where it is to be tried again, for the fault is ours."""
    if isinstance(error, ConnectionRefusedError | ConnectionResetError | ConnectionAbortedError):
        return Reach.CLOSED
    if error.errno in _OURS:
        return None
    return Reach.UNTRIED if error.errno in _BARRED else Reach.SILENT
