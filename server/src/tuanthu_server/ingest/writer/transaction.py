"""One group of reports, one transaction: classify, store, judge, count, acknowledge."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import transaction

from tuanthu_policy.devices.key import DEVICE_KIND
from tuanthu_policy.envelope import Acknowledgement
from tuanthu_policy.observation import Observation, Sighting
from tuanthu_server.compliance.judging import Subject, judge_and_record
from tuanthu_server.compliance.lines.refresh import fold_anew
from tuanthu_server.compliance.past import MARGIN, SETTLED, note_late
from tuanthu_server.ingest.refusals import Refusal
from tuanthu_server.ingest.writer import late
from tuanthu_server.ingest.writer.devices import Device, Devices, number
from tuanthu_server.ingest.writer.locked import LockedAgent, lock_agents, stored_digests
from tuanthu_server.ingest.writer.prepared import Answer, Prepared, corrected
from tuanthu_server.ingest.writer.spans import Content, Key, Spans
from tuanthu_server.inventory import evidence
from tuanthu_server.inventory import store as stores
from tuanthu_server.inventory.missing import missing_ranges
from tuanthu_server.inventory.store.interface import Store

MINIMUM_MAX_AGE = timedelta(days=1)
"""The least that a rule may give as `max_age`."""
REPORT_COLUMNS = (
    "id",
    "agent_id",
    "sequence",
    "payload_digest",
    "signature",
    "body",
    "created_at",
    "received_at",
    "channel",
    "clock_skew_ms",
)


class Place(NamedTuple):
    """Where a statement belongs."""

    agent_id: UUID | None
    """None for one of a device."""
    key: Key
    sequence: int
    """The report's, or of a device the time of the statement."""
    is_late: bool


def write(group: Sequence[Prepared]) -> list[Answer]:
    """Store a group durably; the answers stand in the order of the group and hold once this has returned.

    A refusal is an answer. Any other error leaves the whole group unwritten and is raised.
    """
    with transaction.atomic():
        return GroupWriter(stores.current(), group, datetime.now(UTC)).run()


class GroupWriter:
    """The work on one group inside its transaction."""

    def __init__(self, store: Store, group: Sequence[Prepared], at: datetime) -> None:
        self.store = store
        self.group = group
        self.at = at
        self.answers: list[Answer | None] = [None] * len(group)
        self.devices = Devices(store, group)
        self.agents = lock_agents(store, (report.agent_id for report in group), self.devices.candidates)
        self.devices.check()
        self.spans = self.read_spans()
        self.observations: dict[UUID, Observation] = {}
        self.changed: dict[int, set[str]] = {}
        self.resend: dict[int, list[str]] = {}
        self.late_places: set[int] = set()
        self.late: list[late.Sign] = []
        self.told_late: dict[int, datetime] = {}
        """Assets of which this group tells earlier times, with the earliest."""
        self.late_contents: dict[tuple[Key, bytes], Content] = {}

    def read_spans(self) -> Spans:
        """The current spans of all machines and devices of the group."""
        return Spans(self.store, {agent.asset_id for agent in self.agents.values()} | self.devices.assets())

    def run(self) -> list[Answer]:
        """Everything, in order."""
        fresh = self.classify()
        self.store_reports(fresh)
        self.spans.write(self.store)
        for sign in self.late:
            if late.place(self.store, sign):
                self.changed.setdefault(sign.key[0], set()).add(sign.key[1])
        if self.late:
            fold_anew(self.store, (sign.key for sign in self.late))
            self.spans = self.read_spans()
        note_late(self.store, self.told_late, self.at)
        self.write_agents()
        self.describe_devices()
        self.devices.write()
        judge_and_record(self.store, self.subjects(), self.at)
        return self.acknowledge()

    def classify(self) -> list[tuple[int, bool]]:
        """Refuse or recognise; returns what is new as (place in the group, came late), by sequence numbers."""
        known = stored_digests(self.store, self.group, self.agents)
        fresh = []
        for place in sorted(range(len(self.group)), key=lambda one: self.group[one].envelope.sequence):
            report = self.group[place]
            agent = self.agents.get(report.agent_id)
            number = (report.agent_id, report.envelope.sequence)
            if agent is None:
                self.answers[place] = Refusal("agent-unknown")
            elif agent.revoked:
                self.answers[place] = Refusal("agent-revoked")
            elif number in known:
                if known[number] != report.payload_digest:
                    self.answers[place] = Refusal("sequence-conflict", last_sequence=agent.last_sequence)
                else:
                    self.answers[place] = self.answer(report, "replayed", [])
            elif report.envelope.sequence <= agent.forgotten:
                self.answers[place] = self.answer(report, "replayed", [])
            else:
                known[number] = report.payload_digest
                fresh.append((place, report.envelope.sequence < agent.last_sequence))
                self.note_delivery(agent, report)
        return fresh

    def note_delivery(self, agent: LockedAgent, report: Prepared) -> None:
        """What the agent's and the asset's rows will say of this report."""
        agent.touched = True
        agent.report_count += 1
        if report.clock_skew_ms is not None:
            agent.clock_skew_ms = report.clock_skew_ms
        if report.envelope.sequence > agent.last_sequence:
            agent.last_sequence = report.envelope.sequence
            agent.version = report.envelope.agent_version
        agent.last_seen_at = max(agent.last_seen_at or report.received_at, report.received_at)

    def store_reports(self, fresh: list[tuple[int, bool]]) -> None:
        """Insert the reports and note their statements."""
        ids = self.store.allocate("inventory_report", len(fresh)) if fresh else []
        rows = []
        for (place, is_late), report_id in zip(fresh, ids, strict=True):
            report = self.group[place]
            agent = self.agents[report.agent_id]
            skew = agent.clock_skew_ms if report.clock_skew_ms is None else report.clock_skew_ms
            rows.append(
                (
                    report_id,
                    report.agent_id,
                    report.envelope.sequence,
                    report.payload_digest,
                    report.signature,
                    report.body,
                    report.envelope.created_at,
                    report.received_at,
                    report.channel,
                    skew,
                )
            )
            if is_late:
                self.late_places.add(place)
            self.resend[place] = self.note_statements(agent, report, report_id, skew, is_late=is_late)
        self.store.insert("inventory_report", REPORT_COLUMNS, rows)

    def note_statements(
        self, agent: LockedAgent, report: Prepared, report_id: int, skew: int | None, *, is_late: bool
    ) -> list[str]:
        """Observations, then heartbeats; returns digests that are not known."""
        unknown = []
        sequence = report.envelope.sequence
        for observation in report.envelope.observations:
            uuid = UUID(observation.id)
            self.observations[uuid] = observation
            content = Content(bytes.fromhex(observation.digest), uuid, report_id, observation.collected_at)
            at = corrected(observation.collected_at, skew, report.received_at)
            if isinstance(observation.asset, str):
                device = self.devices.seen(agent.unit_id, observation.asset, observation.facts, at)
                self.note(self.of_device(device, observation.kind, at), content, at)
            else:
                self.note(Place(agent.agent_id, (agent.asset_id, observation.kind), sequence, is_late), content, at)
        for held in report.envelope.held:
            at = corrected(held.at, skew, report.received_at)
            place = Place(agent.agent_id, (agent.asset_id, held.kind), sequence, is_late)
            if isinstance(held.asset, str):
                known = self.devices.find(agent.unit_id, held.asset, at)
                if known is None:
                    unknown.append(held.digest)
                    continue
                place = self.of_device(known, held.kind, at)
            if not self.note_held(place, bytes.fromhex(held.digest), at):
                unknown.append(held.digest)
        return unknown

    def of_device(self, device: Device, kind: str, at: datetime) -> Place:
        """Where a statement of a device belongs: by its time alone, whichever agent made it."""
        key, sequence = (device.asset_id, kind), number(at)
        current = self.spans.current.get(key)
        device.seen(at)
        return Place(None, key, sequence, current is not None and sequence < current.last_sequence)

    def note(self, place: Place, content: Content, at: datetime) -> None:
        """A content seen in full."""
        self.note_time(place, at)
        key, sequence = place.key, place.sequence
        if place.is_late:
            self.late_contents[key, content.digest] = content
            self.late.append(late.Sign(place.agent_id, key, content, at, sequence))
            return
        current = self.spans.current.get(key)
        if current is not None and current.content.digest == content.digest:
            self.note_held(place, content.digest, at)
            return
        self.spans.open(key, content, at, sequence)
        self.changed.setdefault(key[0], set()).add(key[1])

    def note_time(self, place: Place, at: datetime) -> None:
        """Remember what is told of times for which figures may be kept.

        A late statement about a device takes back sightings of any time before it.
        """
        moment = datetime.min.replace(tzinfo=UTC) if place.is_late and place.agent_id is None else at
        if moment < self.at - SETTLED + MARGIN:
            asset = place.key[0]
            self.told_late[asset] = min(moment, self.told_late.get(asset, moment))

    def note_held(self, place: Place, digest: bytes, at: datetime) -> bool:
        """A heartbeat; returns whether its content is known."""
        self.note_time(place, at)
        key, sequence = place.key, place.sequence
        if place.is_late:
            content = self.late_contents.get((key, digest)) or self.spans.find_content(key, digest)
            if content is not None:
                self.late.append(late.Sign(place.agent_id, key, content, at, sequence))
            return content is not None
        current = self.spans.current.get(key)
        # Evidence is used for at least a day by every rule, so a sign within a day of the last cannot revive anything.
        was_old = current is not None and self.at - current.to_at > MINIMUM_MAX_AGE
        changed = self.spans.hold(key, digest, at, sequence)
        if changed or (changed is False and was_old):
            self.changed.setdefault(key[0], set()).add(key[1])
        return changed is not None

    def write_agents(self) -> None:
        """Agents and assets, one row each however many reports came."""
        touched = [agent for agent in self.agents.values() if agent.touched]
        self.store.update(
            "inventory_agent",
            ("id",),
            ("last_sequence", "report_count", "clock_skew_ms", "version"),
            [(one.agent_id, one.last_sequence, one.report_count, one.clock_skew_ms, one.version) for one in touched],
        )
        seen = {one.asset_id: one.last_seen_at for one in touched}
        self.store.update("inventory_asset", ("id",), ("last_seen_at",), sorted(seen.items()))

    def describe_devices(self) -> None:
        """What their rows say of devices follows from what is current of them, whichever statement came last."""
        spoken = [(one, self.spans.current.get((one.asset_id, DEVICE_KIND))) for one in self.devices.used()]
        spans = {
            one.asset_id: span
            for one, span in spoken
            if span is not None and (one.told or one.asset_id in self.changed)
        }
        lacking = [span.content for span in spans.values() if span.content.uuid not in self.observations]
        read = evidence.read_observations(self.store, ((one.report_id, one.uuid) for one in lacking)) if lacking else {}
        for device, _ in spoken:
            if device.asset_id in spans:
                span = spans[device.asset_id]
                observation = self.observations.get(span.content.uuid) or read[span.content.uuid]
                device.describe(observation.facts, span.to_at)

    def subjects(self) -> list[Subject]:
        """The assets whose evidence changed, with the evidence that this group brought."""
        machines = {one.asset_id: one for one in self.agents.values()}.values()
        found = [self.subject(one.asset_id, one.unit_id) for one in machines if not one.retired]
        found += [
            self.subject(one.asset_id, one.unit_id, device=True) for one in self.devices.used() if not one.retired
        ]
        return [subject for subject in found if subject.changed]

    def subject(self, asset: int, unit: int, *, device: bool = False) -> Subject:
        """What changed on one asset."""
        kinds = self.changed.get(asset, ())
        sightings = {}
        for kind in kinds:
            span = self.spans.current[asset, kind]
            observation = self.observations.get(span.content.uuid)
            if observation is not None:
                sightings[kind] = Sighting(observation, span.to_at)
        return Subject(asset, unit, frozenset(kinds), sightings, device=device)

    def acknowledge(self) -> list[Answer]:
        """The answers, with the gaps as they are after this group."""
        for place, resend in self.resend.items():
            report = self.group[place]
            self.answers[place] = self.answer(report, "late" if place in self.late_places else "stored", resend)
        return [answer for answer in self.answers if answer is not None]

    def answer(self, report: Prepared, status: str, resend: list[str]) -> Acknowledgement:
        """One acknowledgement."""
        agent = self.agents[report.agent_id]
        gaps = agent.report_count < agent.last_sequence
        return Acknowledgement(
            sequence=report.envelope.sequence,
            status=status,
            resend=resend,
            missing=missing_ranges(self.store, report.agent_id, agent.forgotten) if gaps else [],
            server_time=self.at,
        )
