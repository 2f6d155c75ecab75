"""Asking hosts for names and announcements over UDP: each singly, and whole wires where the scope covers them."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from tuanthu_agent.scanner.discovery import mdns, netbios, snmp, ssdp, wsd
from tuanthu_agent.scanner.discovery.interface import DISCOVERY, DiscoveryDoor, Heard
from tuanthu_agent.scanner.discovery.said import Said
from tuanthu_agent.scanner.interface import OutOfScopeError

_SECONDS: Final = 1.2
"""SSDP answers come within the second that the search grants."""
_GROUP_SECONDS: Final = 2.0
_ANSWERS: Final = 4
_THREADS: Final = 32
_MOST_PER_HOST: Final = 24
_MOST_HOSTS: Final = 70_000
_LARGEST: Final = 33_000
Parser = Callable[[bytes, str], Said | None]


@dataclass(frozen=True, slots=True)
class _Question:
    port: int
    payload: bytes
    parse: Parser
    answers: int = _ANSWERS
    protocol: str = DISCOVERY
    """What the scope must allow for it."""


class Announcements:
    """What hosts say of themselves; of each so many answers at most, whoever floods."""

    def __init__(self) -> None:
        self.said: dict[str, Said] = {}
        self._taken: dict[str, int] = {}

    def take(self, address: str, data: bytes, parse: Parser) -> None:
        """Read one answer."""
        count = self._taken.get(address, 0)
        if count >= _MOST_PER_HOST or len(self._taken) >= _MOST_HOSTS or len(data) > _LARGEST:
            return
        self._taken[address] = count + 1
        said = parse(data, address)
        if said is not None:
            self.said.setdefault(address, Said()).merge(said)


def questions_to(address: str) -> list[_Question]:
    """What one host is asked; nothing yet over IPv6."""
    if ":" in address:
        return []
    probes = [_Question(wsd.PORT, probe, wsd.parse) for probe in wsd.questions()]
    return [
        _Question(netbios.PORT, netbios.question(), netbios.parse, 1),
        _Question(ssdp.PORT, ssdp.question(), ssdp.parse),
        _Question(mdns.PORT, mdns.question(address), mdns.parse),
        _Question(snmp.PORT, snmp.question(), snmp.parse, 1, snmp.PROTOCOL),
        *probes,
    ]


async def ask_hosts(
    door: DiscoveryDoor, addresses: Sequence[str], heard: Announcements, done: Callable[[int], None]
) -> None:
    """Ask each of them. Raises OutOfScopeError."""
    loop = asyncio.get_running_loop()
    count = 0
    with ThreadPoolExecutor(_THREADS, thread_name_prefix="ask") as pool:
        slots = asyncio.Semaphore(_THREADS)

        async def put(address: str, question: _Question) -> None:
            async with slots:
                answers = await loop.run_in_executor(pool, _ask, door, address, question)
            for data in answers:
                heard.take(address, data, question.parse)

        async def one(address: str) -> None:
            nonlocal count
            asked = [each for each in questions_to(address) if may_ask(door, address, each)]
            await asyncio.gather(*(put(address, question) for question in asked))
            count += 1
            done(count)

        async with asyncio.TaskGroup() as group:
            for address in addresses:
                group.create_task(one(address))


def may_ask(door: DiscoveryDoor, address: str, question: _Question) -> bool:
    """Whether the scope names the question's protocol; that of discovery itself is the door's to refuse."""
    return question.protocol == DISCOVERY or door.permitted(question.protocol, address)


def _ask(door: DiscoveryDoor, address: str, question: _Question) -> list[bytes]:
    try:
        return door.datagram(
            question.protocol, address, question.port, question.payload, _SECONDS, answers=question.answers
        )
    except OutOfScopeError:
        raise
    except OSError:
        return []  # a closed port, a host that has gone: nothing is known of it by this question


async def ask_wires(door: DiscoveryDoor, heard: Announcements) -> list[str]:
    """Ask the groups of each wire that lies whole inside the scope; gives the gaps. Raises OutOfScopeError."""
    probes = [(wsd.GROUP, _Question(wsd.PORT, probe, wsd.parse)) for probe in wsd.questions()]
    asked = [
        (ssdp.GROUP, _Question(ssdp.PORT, ssdp.question(), ssdp.parse)),
        (mdns.GROUP, _Question(mdns.PORT, mdns.question(), mdns.parse)),
        *probes,
    ]
    found = await asyncio.gather(*(asyncio.to_thread(_ask_group, door, group, question) for group, question in asked))
    for (_, question), answers in zip(asked, found, strict=True):
        for one in answers or ():
            heard.take(one.address, one.data, question.parse)
    return ["multicast-failed: wire"] if None in found else []


def _ask_group(door: DiscoveryDoor, group: str, question: _Question) -> Sequence[Heard] | None:
    try:
        return door.multicast(DISCOVERY, group, question.port, question.payload, _GROUP_SECONDS)[0]
    except OutOfScopeError:
        raise
    except OSError:
        return None
