"""A run of discovery, from addresses to hosts."""

import asyncio
from collections.abc import Iterator, Sequence
from typing import Final

from tuanthu_agent.host_error import HostError
from tuanthu_agent.scanner.discovery import vendors
from tuanthu_agent.scanner.discovery.asking import Announcements, ask_hosts, ask_wires
from tuanthu_agent.scanner.discovery.greeting import Greeter, Greeting
from tuanthu_agent.scanner.discovery.hosts import Sighting, build
from tuanthu_agent.scanner.discovery.interface import (
    DISCOVERY,
    Discovery,
    DiscoveryDoor,
    Neighbourhood,
    Plan,
    Progress,
    ProgressCallback,
    no_progress,
)
from tuanthu_agent.scanner.discovery.presence import CHUNK, Presence
from tuanthu_agent.scanner.discovery.second_opinion import NmapError, find_nmap, second_opinion
from tuanthu_agent.scanner.discovery.sweep import Sweeper
from tuanthu_agent.scanner.interface import OutOfScopeError, Service

_GREETED_AT_ONCE: Final = 32
_BUSY_SECONDS: Final = 0.5
"""The first moments of a sweep are the busy ones."""


async def discover(
    door: DiscoveryDoor, neighbourhood: Neighbourhood, plan: Plan, progress: ProgressCallback = no_progress
) -> Discovery:
    """Find the hosts and what they show. Cancelling the task ends it at once; nothing goes on behind its back.

    Never raises OutOfScopeError: a scope that closes on the way ends the run, and the result says that it is not whole.
    """
    return await _Run(door, neighbourhood, plan, progress).run()


class _Run:
    def __init__(
        self, door: DiscoveryDoor, neighbourhood: Neighbourhood, plan: Plan, progress: ProgressCallback
    ) -> None:
        self._door, self._neighbourhood, self._plan, self._progress = door, neighbourhood, plan, progress
        self._table = {port.number: port for port in plan.ports}
        self._addresses = tuple(dict.fromkeys(plan.addresses))
        self._done = 0
        self._sweeper = Sweeper(door, per_host=plan.per_host, at_once=plan.at_once)
        self._presence = Presence(door, neighbourhood, self._sweeper, tuple(self._table), self._looked)
        self._heard = Announcements()
        self._own: dict[str, str] = {}
        self._gateways: frozenset[str] = frozenset()

    async def run(self) -> Discovery:
        self._know_myself()
        async with asyncio.TaskGroup() as group:
            group.create_task(_load_registry())
            if self._plan.look:
                group.create_task(self._ask_wires())
            await self._sweep()
            self._tell("doubt", 0, 1)
            await self._presence.settle()
        await self._sweep_announced()
        if self._plan.second_opinion:
            await self._second_opinion()
        greetings = await self._look() if self._plan.look else {}
        return self._result(greetings)

    def _know_myself(self) -> None:
        try:
            self._own = self._neighbourhood.own()
            self._gateways = self._neighbourhood.gateways()
        except HostError as error:
            self._gap(f"interfaces-unreadable: {error.code}")

    async def _sweep(self) -> None:
        groups: dict[str, list[str]] = {"own": [], "wire": [], "routed": []}
        barred = 0
        for address in self._addresses:
            if not self._door.permitted(DISCOVERY, address):
                barred += 1
            elif address in self._own:
                groups["own"].append(address)
            else:
                groups["wire" if self._is_on_link(address) else "routed"].append(address)
        if barred:
            self._gap(f"out-of-scope: {barred}")
        for address in groups["own"]:
            await self._presence.own(address)
        for way, go in (("wire", self._presence.on_wire), ("routed", self._presence.behind_router)):
            for chunk in _chunks(groups[way]):
                if self._sweeper.stopped is None:
                    await go(chunk)
                    self._done += len(chunk)
        self._done = len(self._addresses)
        self._tell("sweep", self._done, len(self._addresses))

    async def _ask_wires(self) -> None:
        if not self._addresses or not self._door.permitted(DISCOVERY, self._addresses[0]):
            return  # the sweep says so
        try:
            for gap in await ask_wires(self._door, self._heard):
                self._gap(gap)
        except OutOfScopeError as error:
            self._sweeper.stopped = str(error)

    async def _sweep_announced(self) -> None:
        """Who announced itself is there, even if neither the neighbour table nor an echo told."""
        wanted = set(self._addresses)
        late = [one for one in self._heard.said if one in wanted and one not in self._presence.ports]
        if late and self._sweeper.stopped is None:
            await self._presence.announced(late)

    def _is_on_link(self, address: str) -> bool:
        try:
            return self._neighbourhood.on_link(address)
        except HostError:
            return False

    async def _second_opinion(self) -> None:
        """Of what stayed silent on a host that is there: what nmap finds open is open."""
        program = find_nmap()
        silent = {address: ports for address, ports in self._presence.ports.items() if ports.silent or ports.untried}
        if program is None or not silent or self._sweeper.stopped is not None:
            return
        self._tell("second-opinion", 0, len(silent))
        asked = {port for ports in silent.values() for port in (*ports.silent, *ports.untried)}
        try:
            opened = await second_opinion(program, self._door, sorted(silent), asked)
        except NmapError as error:
            self._gap(str(error))
            return
        for address, numbers in opened.items():
            silent[address].open |= numbers & asked
        self._tell("second-opinion", len(silent), len(silent))

    async def _look(self) -> dict[str, list[Greeting]]:
        """Greetings, names and announcements of the hosts that are there."""
        found: dict[str, list[Greeting]] = {}
        live = sorted(self._presence.ports)
        greeter = Greeter(self._door, at_once=_GREETED_AT_ONCE)

        async def greet(address: str) -> None:
            opened = self._presence.ports[address].open
            found[address] = await greeter.look(address, {number: self._table[number] for number in opened})
            self._tell("greetings", len(found), len(live))

        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._ask(live))
                for address in live:
                    group.create_task(greet(address))
        except* OutOfScopeError as errors:
            self._sweeper.stopped = str(errors.exceptions[0])
        return found

    async def _ask(self, live: Sequence[str]) -> None:
        await ask_hosts(
            self._door,
            [one for one in live if one not in self._own],
            self._heard,
            lambda count: self._tell("names", count, len(live)),
        )

    def _result(self, greetings: dict[str, list[Greeting]]) -> Discovery:
        if self._sweeper.untried:
            self._gap(f"sweep-not-sent: {self._sweeper.untried}")
        if self._sweeper.stopped is not None:
            self._gap(f"scope-closed: {self._sweeper.stopped}")
        sightings = [self._sighting(address, greetings.get(address)) for address in self._presence.ports]
        gaps = tuple(self._presence.gaps)
        whole = self._sweeper.stopped is None and not any(gap.startswith(("out-of-scope", "sweep-")) for gap in gaps)
        return Discovery(build(sightings, self._plan.enrolled), gaps, whole)

    def _sighting(self, address: str, greetings: list[Greeting] | None) -> Sighting:
        ports = self._presence.ports[address]
        guessed = [
            Greeting(Service(address, number, self._table[number].protocol, tls=self._table[number].tls))
            for number in sorted(ports.open)
        ]
        made = Sighting(
            address,
            self._presence.macs.get(address) or self._own.get(address) or None,
            guessed if greetings is None else greetings,
            gateway=address in self._gateways,
            own=address in self._own,
        )
        said = self._heard.said.get(address)
        if said is not None:
            made.said = said
        ways = {
            "neighbour": address in self._presence.macs,
            "ping": address in self._presence.pinged,
            "tcp": ports.answered,
            "announcement": said is not None,
            "self": address in self._own,
        }
        made.seen_by = {way for way, holds in ways.items() if holds}
        return made

    def _gap(self, text: str) -> None:
        self._presence.gaps[text] = None

    def _looked(self, part: int, _: int) -> None:
        self._tell("sweep", self._done + part, len(self._addresses))

    def _tell(self, stage: str, done: int, total: int) -> None:
        self._progress(Progress(stage, done, total, len(self._presence.ports)))


async def _load_registry() -> None:
    """While the sweep waits for who stays silent."""
    await asyncio.sleep(_BUSY_SECONDS)
    await asyncio.to_thread(vendors.load)


def _chunks(addresses: Sequence[str]) -> Iterator[Sequence[str]]:
    for place in range(0, len(addresses), CHUNK):
        yield addresses[place : place + CHUNK]
