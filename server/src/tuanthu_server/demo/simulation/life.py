"""One machine over the whole time: its reports as an agent signs them, and what the collector makes of them."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from tuanthu_policy.devices.key import DEVICE_KIND
from tuanthu_policy.envelope import SCHEMA_VERSION, Envelope, Held
from tuanthu_policy.observation import Observation, Sighting
from tuanthu_server import __version__
from tuanthu_server.compliance.policies import Numbered
from tuanthu_server.demo.simulation.ledger import Ledger
from tuanthu_server.demo.simulation.looks import Looks, observation
from tuanthu_server.demo.simulation.machine import Course, Machine, course_of
from tuanthu_server.demo.simulation.scans import Scans
from tuanthu_server.demo.simulation.twins import NAMED
from tuanthu_server.ingest.writer.devices import number
from tuanthu_server.ingest.writer.spans import Content, Spans
from tuanthu_server.ingest.writer.transaction import MINIMUM_MAX_AGE
from tuanthu_server.inventory.store.interface import Row


class World(msgspec.Struct, frozen=True):
    """What all machines share."""

    policy: Numbered
    start: datetime
    now: datetime


class Nothing:
    """A store without rows: all that is known is in memory."""

    def rows(self, sql: str, params: Sequence[Any] = (), types: Sequence[type | None] = ()) -> list[Row]:  # noqa: ARG002
        """Never any."""
        return []


class Report(msgspec.Struct, frozen=True):
    """One report as it is delivered, before it is signed."""

    payload: bytes
    created_at: datetime
    received_at: datetime
    skew: int
    ids: tuple[str, ...]
    """Of its observations."""
    named: tuple[str, ...]
    """Digests in it that depend on the machine's name."""


class Life:
    """A machine from its enrolment to now."""

    def __init__(self, world: World, machine: Machine) -> None:
        self.world = world
        self.machine = machine
        self.course: Course = course_of(machine, world.start, world.now)
        self.reports: list[Report] = []
        self.spans = Spans(Nothing(), ())
        self.ledger = Ledger(world.policy, machine.asset_id, machine.unit_id)
        self.scans = Scans(world.policy, machine, world.now)
        self._looks = Looks(machine, self.course)
        self.latest: dict[str, Observation] = {}
        self.lines: dict[UUID, Observation] = {}
        self.said: list[Observation] = []
        """Every observation that was sent."""
        self._draw = machine.dice("reports")

    def run(self) -> None:
        """Live all of it."""
        self.ledger.judge(self.course.enrolled_at)
        for at in self.course.reports:
            self._report(at)
        for ledger in (self.ledger, *self.scans.ledgers.values()):
            ledger.pass_time(self.world.now)

    def _report(self, at: datetime) -> None:
        fresh = [observation(one, at, uuid7(at, self._draw)) for one in self._looks.anew(at)]
        fresh = [one for one in fresh if one.kind not in self.latest or self.latest[one.kind].digest != one.digest]
        found = self.scans.due(at)
        seen = []
        if found is not None:
            fresh.append(observation(found[1], at, uuid7(at, self._draw)))
            seen = [observation(one, at, uuid7(at, self._draw), key) for key, one in found[0].items()]
        held = [
            Held(kind=kind, digest=one.digest, at=at)
            for kind, one in self.latest.items()
            if kind != "scan" and all(kind != other.kind for other in fresh)
        ]
        report = self._sign(at, [*fresh, *seen], held)
        self._take(report, fresh, held)
        for one in seen:
            self._take_device(one, report)

    def _sign(self, at: datetime, observations: list[Observation], held: list[Held]) -> Report:
        self.said += observations
        payload = msgspec.json.encode(
            Envelope(
                schema_version=SCHEMA_VERSION,
                agent=str(self.machine.agent_id),
                sequence=len(self.reports) + 1,
                created_at=at,
                agent_version=__version__,
                observations=observations,
                held=held,
            )
        )
        received = at + timedelta(milliseconds=self._draw.randint(300, 9000))
        told = [(one.kind, one.digest) for one in observations] + [(one.kind, one.digest) for one in held]
        named = tuple(digest for kind, digest in told if kind in NAMED)
        ids = tuple(one.id for one in observations)
        report = Report(payload, at, received, self._draw.randint(-900, 900), ids, named)
        self.reports.append(report)
        return report

    def _take(self, report: Report, fresh: list[Observation], held: list[Held]) -> None:
        """What the collector makes of a report (`ingest.writer.transaction`)."""
        at, sequence, asset = report.created_at, len(self.reports), self.machine.asset_id
        self.ledger.pass_time(report.received_at)
        changed = {one.kind for one in fresh}
        for one in fresh:
            self.latest[one.kind] = one
            content = Content(bytes.fromhex(one.digest), UUID(one.id), sequence - 1, one.collected_at)
            self.spans.open((asset, one.kind), content, at, sequence)
            if one.kind == "wan":
                self.lines[content.uuid] = one
        for sign in held:
            current = self.spans.current[asset, sign.kind]
            was_old = report.received_at - current.to_at > MINIMUM_MAX_AGE
            anew = self.spans.hold((asset, sign.kind), current.content.digest, at, sequence)
            # The same content seen again changes nothing but what had gone stale; the collector does not look first.
            if (anew or was_old) and self.ledger.stale:
                changed.add(sign.kind)
        for kind, one in self.latest.items():
            if kind != "scan" or kind in changed:
                self.ledger.sightings[kind] = Sighting(one, at)
        self.ledger.judge(report.received_at, changed)

    def _take_device(self, seen: Observation, report: Report) -> None:
        """A scan saw a device: new content, or a span of the content that was there a month ago."""
        at, received = report.created_at, report.received_at
        device = self.scans.devices[str(seen.asset)]
        key = (device.asset_id, DEVICE_KIND)
        content = Content(bytes.fromhex(seen.digest), UUID(seen.id), len(self.reports) - 1, at)
        current = self.spans.current.get(key)
        self.scans.ledgers[device.asset_id].pass_time(received)
        if current is not None and current.content.digest == content.digest:
            self.spans.hold(key, content.digest, at, number(at))
        else:
            self.spans.open(key, content, at, number(at))
        self.scans.saw(device, seen, at, received)
        self.scans.ledgers[device.asset_id].judge(received, {DEVICE_KIND})


def uuid7(at: datetime, draw: random.Random) -> str:
    """A UUIDv7 of that moment (RFC 9562), its random part seeded."""
    value = (int(at.timestamp() * 1000) << 80) | draw.getrandbits(80)
    return str(UUID(int=value & ~(0xF << 76) & ~(0x3 << 62) | (0x7 << 76) | (0x2 << 62)))
