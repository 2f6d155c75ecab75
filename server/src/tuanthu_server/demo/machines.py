"""Simulated machines of the demonstration: enrolled with real tokens, their signed reports taken by the real intake."""

import random
import secrets
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec

from tuanthu_policy.availability import WINDOW
from tuanthu_policy.envelope import SCHEMA_VERSION, EnrolRequest, Envelope, MachineIdentity
from tuanthu_policy.observation import Observation, ObservationStatus, content_digest
from tuanthu_server import __version__
from tuanthu_server.demo.devices import found_at
from tuanthu_server.demo.keys import AgentKey
from tuanthu_server.demo.machine import Identity, host_sight
from tuanthu_server.demo.network import mac_of
from tuanthu_server.demo.scene import Scene, Sight
from tuanthu_server.demo.sights import CHANGING, SIGHTS
from tuanthu_server.demo.watch import looks_before
from tuanthu_server.errors import InputError
from tuanthu_server.ingest.checks import Delivery
from tuanthu_server.ingest.enrolment import enrol
from tuanthu_server.ingest.intake import Intake
from tuanthu_server.ingest.refusals import Refusal
from tuanthu_server.inventory import tokens
from tuanthu_server.inventory.models import Asset
from tuanthu_server.units.models import Unit, UnitKind
from tuanthu_server.units.queries import expectations_on, today

MARK = "TRINHDIEN"
"""Names and serial numbers of simulated machines begin so."""
MOST = 20_000
_GROUP = 200
_UNPLUGGED, _KEPT = 0.03, 0.16
"""Parts of the machines: no cable in; looked after well."""
_SERVERS = 0.1
"""At least so many of the machines of a unit that has servers are servers, so that a small demonstration shows some."""
_REMEMBERS = 0.15
LOOKS = 6
"""So many looks of 35 days each make a history of the line."""
_NEVER, _SILENT, _OLD_FILE, _CHANGED = 0.05, 0.11, 0.15, 0.45
"""Parts of the machines, added up: never reported; silent for weeks; old reports brought by file now; changed since."""

Progress = Callable[[int], None]


class Machine(msgspec.Struct, frozen=True):
    """One machine to simulate; everything about it follows from its number."""

    number: int
    unit: Unit
    server: bool
    scans: bool = False
    """Whether it scans its unit's networks."""

    @property
    def serial(self) -> str:
        """By this the machine is known again."""
        return f"{MARK}-{self.number:05}"

    @property
    def name(self) -> str:
        """The host name, visibly a demonstration."""
        return f"{MARK}-{self.unit.code.removeprefix('TD-')}-{self.number:05}"

    def dice(self, purpose: str) -> random.Random:
        """Random numbers that belong to this machine alone, so that they do not depend on how many others there are."""
        return random.Random(f"{self.serial}/{purpose}")  # noqa: S311 - invented facts, no secrets


def add_machines(count: int, progress: Progress = lambda _: None) -> int:
    """Bring the demonstration to `count` machines; returns how many were added. Those that exist are left alone.

    Raises InputError for a count out of range or when the organisation was not made. `progress` hears of each group.
    """
    if not 0 <= count <= MOST:
        raise InputError(f"Số máy phải từ 0 đến {MOST}", f"The number of machines must be from 0 to {MOST}")
    known = set(Asset.objects.filter(serial__startswith=f"{MARK}-").values_list("serial", flat=True))
    wanted = [machine for machine in placed(count) if machine.serial not in known]
    intake = Intake()
    try:
        for start in range(0, len(wanted), _GROUP):
            group = wanted[start : start + _GROUP]
            _deliver(intake, _enrol(group), datetime.now(UTC))
            progress(len(group))
    finally:
        intake.stop()
    return len(wanted)


def placed(count: int) -> Iterator[Machine]:
    """Machines spread over the units by how many each expects."""
    expected = expectations_on(today())
    units = [unit for unit in Unit.objects.filter(demonstration=True).order_by("code") if unit.pk in expected]
    if count and not units:
        raise InputError("Chưa có tổ chức trình diễn", "There is no demonstration organisation")
    sizes = [expected[unit.pk].machines or 0 for unit in units]
    scanned: set[int] = set()
    for number in range(1, count + 1):
        draw = random.Random(f"{MARK}/{number}")  # noqa: S311 - invented spread, no secrets
        unit = draw.choices(units, sizes)[0]
        servers = expected[unit.pk].servers or 0
        share = max(_SERVERS, servers / max(1, expected[unit.pk].machines or 0)) if servers else 0
        machine = Machine(number, unit, server=draw.random() < share)
        # The first machine of a small unit that reports of late scans its networks, however many are added later.
        wanted = unit.kind == UnitKind.STATION and unit.pk not in scanned
        if wanted and machine.dice("history").random() >= _OLD_FILE:
            scanned.add(unit.pk)
            machine = msgspec.structs.replace(machine, scans=True)
        yield machine


def _enrol(group: list[Machine]) -> list[tuple[Machine, AgentKey, str]]:
    """Agents with their keys, each enrolled with its unit's token and proof of its key, in a transaction of its own."""
    uses = Counter(machine.unit for machine in group)
    issued = {unit.pk: tokens.issue(unit, uses=number, days=1, label=MARK) for unit, number in uses.items()}
    enrolled = []
    for machine in group:
        key = AgentKey()
        body = msgspec.json.encode(_request(machine, key, issued[machine.unit.pk]))
        answer, _ = enrol(body, key.sign_enrolment(body))
        enrolled.append((machine, key, answer.agent))
    return enrolled


def _request(machine: Machine, key: AgentKey, token: str) -> EnrolRequest:
    host = _host(machine, datetime.now(UTC))
    return EnrolRequest(
        schema_version=SCHEMA_VERSION,
        token=token,
        public_key=key.public,
        created_at=datetime.now(UTC),
        machine=MachineIdentity(
            hostname=machine.name,
            serial=machine.serial,
            macs=[mac_of(machine.number)],
            os=f"{host.facts['os_name']} {host.facts['os_version']}",
            role="server" if machine.server else "workstation",
            owner=host.facts.get("owner", msgspec.UNSET),
            location=host.facts.get("location", msgspec.UNSET),
        ),
    )


def _deliver(intake: Intake, enrolled: list[tuple[Machine, AgentKey, str]], now: datetime) -> None:
    """Reports of the past first, then those of today; a refusal would be a fault of this simulation."""
    reports = [_reports(machine, key, agent, now) for machine, key, agent in enrolled]
    for round_number in range(2):
        answers = intake.submit_many([made[round_number] for made in reports if len(made) > round_number])
        for answer in answers:
            if isinstance(answer, Refusal):
                raise answer


def _reports(machine: Machine, key: AgentKey, agent: str, now: datetime) -> list[Delivery]:
    luck = machine.dice("history").random()
    recent = now - timedelta(minutes=machine.dice("minutes").randint(1, 600))
    weeks_ago = now - timedelta(days=machine.dice("days").randint(9, 40))
    if luck < _NEVER:
        return []
    if luck < _SILENT:
        return [_report(machine, key, agent, 1, weeks_ago, received=weeks_ago)]
    if luck < _OLD_FILE:
        return [_report(machine, key, agent, 1, weeks_ago, received=now)]
    if luck < _CHANGED:
        first = _report(machine, key, agent, 1, weeks_ago, received=weeks_ago)
        return [first, _report(machine, key, agent, 2, recent, received=recent)]
    return [_report(machine, key, agent, 1, recent, received=recent)]


def _report(
    machine: Machine, key: AgentKey, agent: str, sequence: int, seen: datetime, *, received: datetime
) -> Delivery:
    host = _host(machine, seen)
    connected = machine.dice("cable").random() >= _UNPLUGGED
    scene = Scene(machine.number, machine.unit.code, host.facts, seen, connected, _is_kept(machine))
    earlier = _earlier_lines(machine, scene) if sequence == 1 else []
    if _remembers(machine):
        scene = msgspec.structs.replace(scene, watching=LOOKS * WINDOW)
    sights = [host]
    for kind, make in SIGHTS.items():
        sights.append(make(machine.dice(f"{kind}/{sequence}" if kind in CHANGING else kind), scene))
    devices, scan = found_at(machine.number, machine.unit.code, seen) if machine.scans else ({}, None)
    if scan is not None:
        sights.append(scan)
    envelope = Envelope(
        schema_version=SCHEMA_VERSION,
        agent=agent,
        sequence=sequence,
        created_at=seen,
        agent_version=__version__,
        observations=[
            *earlier,
            *(_observation(sight, seen) for sight in sights),
            *(_observation(sight, seen, key) for key, sight in devices.items()),
        ],
    )
    payload = msgspec.json.encode(envelope)
    return Delivery(
        body=payload,
        encoding="",
        agent=agent,
        signature=key.sign_report(payload),
        sent_at="",
        channel="file",
        received_at=received,
    )


def _remembers(machine: Machine) -> bool:
    """Whether it tells of its line over months: all of the small units, of the others some."""
    return machine.unit.kind == UnitKind.STATION or machine.dice("remembers").random() < _REMEMBERS


def _earlier_lines(machine: Machine, scene: Scene) -> list[Observation]:
    """What it saw of its line in the months before, as if it had been offline with all that in its spool."""
    if not (_remembers(machine) and scene.connected):
        return []
    found = []
    for number, at in enumerate(looks_before(scene.at, LOOKS - 1), 1):
        then = msgspec.structs.replace(scene, at=at, watching=number * WINDOW)
        line = SIGHTS["wan"](machine.dice("wan"), then)
        if "line-watched-too-short" not in line.reason:
            found.append(_observation(line, at))
    return found


def _host(machine: Machine, at: datetime) -> Sight:
    known = Identity(machine.name, machine.serial, mac_of(machine.number), machine.server, _is_kept(machine))
    return host_sight(machine.dice("host"), known, at)


def _is_kept(machine: Machine) -> bool:
    return machine.dice("care").random() < _KEPT


def _observation(sight: Sight, at: datetime, asset: str | msgspec.UnsetType = msgspec.UNSET) -> Observation:
    return Observation(
        id=str(_uuid7(at)),
        kind=sight.kind,
        method=sight.method,
        collected_at=at,
        status=ObservationStatus(sight.status),
        reason=sight.reason or msgspec.UNSET,
        facts=sight.facts,
        asset=asset,
        digest=content_digest(sight.kind, sight.method, sight.status, sight.reason, sight.facts),
    )


def _uuid7(at: datetime) -> UUID:
    """A UUIDv7 of that moment (RFC 9562)."""
    milliseconds = int(at.timestamp() * 1000)
    value = (milliseconds << 80) | secrets.randbits(80)
    return UUID(int=value & ~(0xF << 76) & ~(0x3 << 62) | (0x7 << 76) | (0x2 << 62))
