"""Twins: machines of one unit that live the same life under other names, so that one judgement serves several.

A twin has its own key, serial number, name, MAC and observation ids, hence reports and digests of its own; what they
come to is the same, since no rule asks for a machine's name.
"""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

import msgspec

from tuanthu_policy.observation import Facts, Observation, content_digest
from tuanthu_server.demo.network import mac_of
from tuanthu_server.demo.simulation.machine import Machine

MOST: Final = 8
"""Machines that share one life."""
NAMED: Final = frozenset({"host", "lan"})
"""Kinds whose facts name the machine."""


def families(machines: Iterable[Machine]) -> list[list[Machine]]:
    """The machines in groups that share a life; of those that scan, each alone."""
    found: list[list[Machine]] = []
    open_ones: dict[tuple[int, bool], list[Machine]] = {}
    for machine in machines:
        key = (machine.unit_id, machine.server)
        if machine.scans or len(open_ones.get(key, ())) in {0, MOST}:
            found.append([machine])
            if not machine.scans:
                open_ones[key] = found[-1]
        else:
            open_ones[key].append(machine)
    return found


class Twin:
    """What another machine says instead of what the first one said."""

    def __init__(self, first: Machine, machine: Machine, observations: Iterable[Observation]) -> None:
        self.machine = machine
        self._names = [
            (old.encode(), new.encode())
            for old, new in (
                (first.name, machine.name),
                (first.serial, machine.serial),
                (mac_of(first.number), mac_of(machine.number)),
                (str(first.agent_id), str(machine.agent_id)),
            )
        ]
        self.numbers: dict[str, str] = {}
        """Observation ids: the first one's to its own."""
        self.digests: dict[str, str] = {}
        draw = machine.dice("ids")
        for one in observations:
            value = UUID(one.id).int
            self.numbers[one.id] = str(UUID(int=value ^ draw.getrandbits(62)))
            if one.kind in NAMED:
                reason = one.reason if isinstance(one.reason, str) else ""
                facts = self._renamed(one.facts)
                self.digests[one.digest] = content_digest(one.kind, one.method, one.status, reason, facts)

    def _renamed(self, facts: Facts) -> Facts:
        renamed: Facts = msgspec.json.decode(self._replaced(msgspec.json.encode(facts)))
        return renamed

    def _replaced(self, text: bytes) -> bytes:
        for old, new in self._names:
            text = text.replace(old, new)
        return text

    def says(self, payload: bytes, ids: Iterable[str], digests: Iterable[str]) -> bytes:
        """A report in its own words: `ids` and `digests` are those in it that may be other ones."""
        payload = self._replaced(payload)
        for one in ids:
            payload = payload.replace(one.encode(), self.numbers[one].encode())
        for one in digests:
            payload = payload.replace(one.encode(), self.digests[one].encode())
        return payload

    def uuid(self, number: UUID) -> UUID:
        """Its own id of an observation."""
        return UUID(self.numbers[str(number)])

    def digest(self, digest: bytes) -> bytes:
        """Its own digest of a content."""
        own = self.digests.get(digest.hex())
        return digest if own is None else bytes.fromhex(own)
