"""One machine over the whole time: its reports as an agent signs them, and what the collector makes of them."""

import hashlib
import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import zstandard

from tuanthu_policy.devices.key import DEVICE_KIND
from tuanthu_policy.envelope import SCHEMA_VERSION, Envelope, Held
from tuanthu_policy.observation import Observation, Sighting
from tuanthu_server import __version__
from tuanthu_server.compliance.policies import Numbered
from tuanthu_server.demo.keys import AgentKey
from tuanthu_server.demo.network import mac_of
from tuanthu_server.demo.simulation.ledger import Ledger
from tuanthu_server.demo.simulation.line import fold_line
from tuanthu_server.demo.simulation.looks import Looks, observation
from tuanthu_server.demo.simulation.machine import Course, Machine, course_of
from tuanthu_server.demo.simulation.rows import Rows
from tuanthu_server.demo.simulation.scans import Scans
from tuanthu_server.ingest.compression import LEVEL
from tuanthu_server.ingest.writer.devices import number
from tuanthu_server.ingest.writer.spans import Content, Span, Spans
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
    """One signed report as it is delivered."""

    payload: bytes
    signature: str
    created_at: datetime
    received_at: datetime
    skew: int


class Life:
    """A machine from its enrolment to now."""

    def __init__(self, world: World, machine: Machine) -> None:
        self.world = world
        self.machine = machine
        self.course: Course = course_of(machine, world.start, world.now)
        self.key = AgentKey()
        self.reports: list[Report] = []
        self.spans = Spans(Nothing(), ())
        self.ledger = Ledger(world.policy, machine.asset_id, machine.unit_id)
        self.scans = Scans(world.policy, machine, world.now)
        self._looks = Looks(machine, self.course)
        self._latest: dict[str, Observation] = {}
        self._lines: dict[UUID, Observation] = {}
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
        fresh = [one for one in fresh if one.kind not in self._latest or self._latest[one.kind].digest != one.digest]
        found = self.scans.due(at)
        seen = []
        if found is not None:
            fresh.append(observation(found[1], at, uuid7(at, self._draw)))
            seen = [observation(one, at, uuid7(at, self._draw), key) for key, one in found[0].items()]
        held = [
            Held(kind=kind, digest=one.digest, at=at)
            for kind, one in self._latest.items()
            if kind != "scan" and all(kind != other.kind for other in fresh)
        ]
        report = self._sign(at, [*fresh, *seen], held)
        self._take(report, fresh, held)
        for one in seen:
            self._take_device(one, report)

    def _sign(self, at: datetime, observations: list[Observation], held: list[Held]) -> Report:
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
        report = Report(payload, self.key.sign_report(payload), at, received, self._draw.randint(-900, 900))
        self.reports.append(report)
        return report

    def _take(self, report: Report, fresh: list[Observation], held: list[Held]) -> None:
        """What the collector makes of a report (`ingest.writer.transaction`)."""
        at, sequence, asset = report.created_at, len(self.reports), self.machine.asset_id
        self.ledger.pass_time(report.received_at)
        changed = {one.kind for one in fresh}
        for one in fresh:
            self._latest[one.kind] = one
            content = Content(bytes.fromhex(one.digest), UUID(one.id), sequence - 1, one.collected_at)
            self.spans.open((asset, one.kind), content, at, sequence)
            if one.kind == "wan":
                self._lines[content.uuid] = one
        for sign in held:
            current = self.spans.current[asset, sign.kind]
            was_old = report.received_at - current.to_at > MINIMUM_MAX_AGE
            if self.spans.hold((asset, sign.kind), current.content.digest, at, sequence) or was_old:
                changed.add(sign.kind)
        for kind, one in self._latest.items():
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

    def put(self, rows: Rows) -> None:
        """Give away what all this left."""
        base, first = len(rows.reports), len(rows.spans)
        rows.assets += [self._asset(), *self.scans.assets()]
        rows.agents.append(self._agent())
        packer = zstandard.ZstdCompressor(level=LEVEL)
        for place, one in enumerate(self.reports):
            rows.reports.append(_report_row(base + place, self.machine.agent_id, place + 1, one, packer))
        for place, span in enumerate(self.spans.opened):
            span.id = first + place
            rows.spans.append(_span_row(span, base))
        rows.current += [(*key, span.id) for key, span in self.spans.current.items()]
        for ledger in (self.ledger, *self.scans.ledgers.values()):
            ledger.put(rows)
        fold_line(rows, self.machine, [one for one in self.spans.opened if one.kind == "wan"], self._lines)

    def _asset(self) -> dict[str, Any]:
        one, host = self.machine, self._latest.get("host")
        facts = host.facts if host else {}
        return {
            "id": one.asset_id,
            "unit_id": one.unit_id,
            "name": one.name,
            "role": "server" if one.server else "workstation",
            "serial": one.serial,
            "os": f"{facts['os_name']} {facts['os_version']}" if facts else "",
            "owner": facts.get("owner", ""),
            "location": facts.get("location", ""),
            "macs": [mac_of(one.number)],
            "created_at": self.course.enrolled_at,
            "last_seen_at": self.reports[-1].received_at if self.reports else None,
        }

    def _agent(self) -> dict[str, Any]:
        return {
            "id": self.machine.agent_id,
            "asset_id": self.machine.asset_id,
            "public_key": self.key.raw,
            "enrolled_at": self.course.enrolled_at,
            "version": __version__ if self.reports else "",
            "last_sequence": len(self.reports),
            "report_count": len(self.reports),
            "clock_skew_ms": self.reports[-1].skew if self.reports else None,
        }


def _report_row(place: int, agent: UUID, sequence: int, one: Report, packer: "zstandard.ZstdCompressor") -> Row:
    digest = hashlib.sha256(one.payload).digest()
    body = packer.compress(one.payload)
    signature = one.signature.encode("ascii")
    return (place, agent, sequence, digest, signature, body, one.created_at, one.received_at, "https", one.skew)


def _span_row(span: Span, base: int) -> Row:
    """As `INSERTED` has it, the report by its place in the group."""
    content = span.content
    what = (span.asset_id, span.kind, content.digest, base + content.report_id)
    when = (span.sequence, span.last_sequence, content.collected_at, span.from_at, span.to_at)
    return (span.id, content.uuid, *what, *when)


def uuid7(at: datetime, draw: random.Random) -> str:
    """A UUIDv7 of that moment (RFC 9562), its random part seeded."""
    value = (int(at.timestamp() * 1000) << 80) | draw.getrandbits(80)
    return str(UUID(int=value & ~(0xF << 76) & ~(0x3 << 62) | (0x7 << 76) | (0x2 << 62)))
