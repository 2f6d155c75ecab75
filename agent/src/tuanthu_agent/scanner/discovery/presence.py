"""Who is there: the neighbour table on our own wires, echoes and connections behind routers."""

import asyncio
import itertools
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

from tuanthu_agent.host_error import HostError
from tuanthu_agent.scanner.discovery.interface import DiscoveryDoor, Neighbourhood
from tuanthu_agent.scanner.discovery.pace import Pace
from tuanthu_agent.scanner.discovery.pace import on_link as on_link_pace
from tuanthu_agent.scanner.discovery.pace import routed as routed_pace
from tuanthu_agent.scanner.discovery.ports import COMMON
from tuanthu_agent.scanner.discovery.sweep import Ports, Sweeper
from tuanthu_agent.scanner.interface import OutOfScopeError

CHUNK: Final = 256
"""Addresses at once: a kernel keeps about a thousand neighbours in all."""
_PRIMED_AT_ONCE: Final = 64
_ARP_SECONDS: Final = 1.3
"""The kernel asks the wire at 0, 1 and 2 s; who answers the third is found by the look after the sweep."""
_LOOK_SECONDS: Final = (0.03, 0.03, 0.06, 0.1)
"""Between looks at the table: most answer at once."""
_ECHO_SECONDS: Final = 1.0
_CONFIRM_SECONDS: Final = 7.0
"""A stale entry is checked by the kernel 5 s after it was used, and given up 3 s later."""
PROXIED: Final = 4
"""A hardware address with more addresses than that is a router or bridge that answers for others."""


class Presence:
    """Sweeps chunk after chunk; what was found stands in its fields."""

    def __init__(
        self,
        door: DiscoveryDoor,
        neighbourhood: Neighbourhood,
        sweeper: Sweeper,
        ports: Sequence[int],
        looked: Callable[[int, int], None],
    ) -> None:
        self._door, self._neighbourhood, self._sweeper, self._ports = door, neighbourhood, sweeper, ports
        self._looked = looked
        self._wire, self._routed = on_link_pace(), routed_pace()
        self.ports: dict[str, Ports] = {}
        """Of each address that is there or may be."""
        self.macs: dict[str, str] = {}
        self.pinged: set[str] = set()
        self.old: dict[str, float] = {}
        """Address → when it was primed, of those that stood in the neighbour table before: they may be gone."""
        self.gaps: dict[str, None] = {}

    async def on_wire(self, addresses: Sequence[str]) -> None:
        """Addresses of our own wires: prime the table, sweep each as soon as its hardware address is known."""
        try:
            before = self._neighbourhood.table()
        except HostError as error:
            self.gaps[f"neighbours-unreadable: {error.code}"] = None
            await self.behind_router(addresses)
            return
        primed = time.monotonic()
        self.old |= {address: primed for address in addresses if address in before}
        await self._primed_sweep(addresses)
        if self._wire.late:
            # Packets get lost here: ask once more whom ARP may have missed, and those who were swept too early.
            await self._primed_sweep([address for address in addresses if address not in self.ports])
            await asyncio.gather(
                *(self._sweep(one, self._wire) for one in addresses if one in self.ports and self.ports[one].silent)
            )

    async def _primed_sweep(self, addresses: Sequence[str]) -> None:
        await self._prime(addresses)
        wanted, tasks = set(addresses), dict[str, asyncio.Task[None]]()
        end = time.monotonic() + _ARP_SECONDS
        pauses = itertools.chain(_LOOK_SECONDS, itertools.repeat(_LOOK_SECONDS[-1]))
        try:
            for pause in pauses:
                self._meet(wanted, tasks)
                self._looked(len(addresses) if time.monotonic() > end else len(tasks), len(addresses))
                if time.monotonic() > end or len(tasks) == len(wanted):
                    break
                await asyncio.sleep(pause)
            await asyncio.gather(*tasks.values())
            self._meet(wanted, tasks)
            await asyncio.gather(*tasks.values())
        finally:
            for task in tasks.values():
                task.cancel()

    def _meet(self, wanted: set[str], tasks: dict[str, asyncio.Task[None]]) -> None:
        """Begin the sweep of each wanted address that has shown up since."""
        for address, mac in self._neighbourhood.table().items():
            if address in wanted and address not in tasks and self._sweeper.stopped is None:
                self.macs[address] = mac
                tasks[address] = asyncio.create_task(self._sweep(address, self._wire))

    async def _prime(self, addresses: Sequence[str]) -> None:
        for place in range(0, len(addresses), _PRIMED_AT_ONCE):
            try:
                self._door.prime(addresses[place : place + _PRIMED_AT_ONCE])
            except OutOfScopeError as error:
                self._sweeper.stopped = str(error)
                return
            await asyncio.sleep(0)

    async def _sweep(self, address: str, pace: Pace) -> None:
        await self._sweeper.sweep(address, self._ports, pace, self.ports.setdefault(address, Ports()))

    async def behind_router(self, addresses: Sequence[str]) -> None:
        """Addresses that no table tells of: who answers an echo or a common port is swept with patience, all once."""
        tried = {address: Ports() for address in addresses}
        common = [port for port in self._ports if port in COMMON] or list(self._ports[:2])
        async with asyncio.TaskGroup() as group:
            echoing = group.create_task(self.echo(addresses))
            for one, known in tried.items():
                group.create_task(self._sweeper.sweep(one, common, self._routed, known, most=1))
        echoed = echoing.result()
        quiet = [one for one, known in tried.items() if not known.answered and one not in echoed]
        await asyncio.gather(
            *(self._sweeper.sweep(one, self._ports, self._routed, tried[one], most=1) for one in quiet)
        )
        there = {one: known for one, known in tried.items() if known.answered or one in echoed}
        self.ports |= there
        await asyncio.gather(*(self._sweep(one, self._routed) for one in there))
        self._looked(len(addresses), len(addresses))

    async def announced(self, addresses: Sequence[str]) -> None:
        """Addresses that spoke up by themselves."""
        await asyncio.gather(*(self._sweep(one, self._routed) for one in addresses))

    async def own(self, address: str) -> None:
        """This very machine."""
        await self._sweep(address, self._wire)

    async def echo(self, addresses: Sequence[str]) -> set[str]:
        """Who of them answers a ping; empty, with a gap, where none can be sent."""
        try:
            answered = set(await self._door.echo(addresses, _ECHO_SECONDS)) & set(addresses)
        except OutOfScopeError as error:
            self._sweeper.stopped = str(error)
            return set()
        except OSError as error:
            code = "icmp-not-permitted" if isinstance(error, PermissionError) else "icmp-failed"
            self.gaps[f"{code}: ping"] = None
            return set()
        self.pinged |= answered
        return answered

    async def settle(self) -> None:
        """Take out whom only an old entry of the table, or one that answers for others, speaks for."""
        many = {mac for mac, count in Counter(self.macs.values()).items() if count > PROXIED}
        self.gaps |= {f"proxy-arp: {mac}": None for mac in sorted(many)}
        quiet = [one for one, known in self.ports.items() if one in self.macs and not known.answered]
        doubtful = [one for one in quiet if one in self.old or self.macs[one] in many]
        if doubtful and self._sweeper.stopped is None:
            await self.echo(doubtful)
            doubtful = [one for one in doubtful if one not in self.pinged]
        proxied = {one for one in doubtful if self.macs[one] in many}
        gone = proxied | await self._unconfirmed([one for one in doubtful if one not in proxied])
        for address in gone:
            del self.ports[address], self.macs[address]
        for address in [one for one, mac in self.macs.items() if mac in many]:
            del self.macs[address]

    async def _unconfirmed(self, doubtful: list[str]) -> set[str]:
        """Those that the kernel, once it has asked them again, has not heard from."""
        left = set(doubtful)
        if not left:
            return left
        end = max((self.old[one] for one in left), default=0.0) + _CONFIRM_SECONDS
        try:
            left -= self._neighbourhood.confirmed()
            while left and time.monotonic() < end:
                await asyncio.sleep(0.5)
                left -= self._neighbourhood.confirmed()
        except HostError as error:
            # Rather a host too many than one too few.
            self.gaps[f"neighbours-unconfirmed: {error.code}"] = None
            return set()
        return left
