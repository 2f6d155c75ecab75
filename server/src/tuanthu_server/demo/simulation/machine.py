"""A machine of the simulation, and when it reports. Everything follows from its number and the time span."""

import random
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec

from tuanthu_server.demo.machines import MARK
from tuanthu_server.demo.watch import hours_on, is_always_on

NEVER, GONE, PAUSED = 0.03, 0.10, 0.30
"""Parts of the machines, added up: never report; fall silent for good; pause for weeks in between."""
EARLY: Final = 0.8
"""Part of the machines that enrol in the first days; the others over the time that is simulated."""
KEPT, KEPT_LATER = 0.16, 0.42
"""Parts of the machines, added up: looked after well from the start; from some day on."""
ROUND: Final = timedelta(hours=23, minutes=54)
"""Between two reports of a machine that is always on: less than a day, so that its evidence has no gaps."""
_DAY: Final = timedelta(days=1)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_ZONE: Final = timedelta(hours=7)


class Machine(msgspec.Struct, frozen=True):
    """What a worker needs to know of a machine."""

    number: int
    unit: str
    """Code of its unit."""
    unit_id: int
    server: bool
    scans: bool
    """Whether it scans its unit's networks once a month."""
    asset_id: int
    agent_id: UUID
    device_ids: tuple[int, ...] = ()
    """Assets of the devices that it finds, in their order."""

    @property
    def serial(self) -> str:
        """By this the machine is known again."""
        return f"{MARK}-{self.number:05}"

    @property
    def name(self) -> str:
        """The host name, visibly a demonstration."""
        return f"{MARK}-{self.unit.removeprefix('TD-')}-{self.number:05}"

    def dice(self, purpose: str) -> random.Random:
        """Random numbers that belong to this machine alone."""
        return random.Random(f"{self.serial}/year/{purpose}")  # noqa: S311 - invented facts, no secrets


class Course(msgspec.Struct, frozen=True):
    """How things go with a machine over the time that is simulated."""

    enrolled_at: datetime
    reports: list[datetime]
    kept_from: datetime | None
    """When somebody began to look after it well; None for never."""


def course_of(machine: Machine, start: datetime, now: datetime) -> Course:
    """Enrolment, reports in the order of their times, and care."""
    draw = machine.dice("course")
    whole = now - start
    early = draw.random() < EARLY
    enrolled = start + (min(timedelta(days=10), whole / 3) if early else whole * 0.9) * draw.random()
    luck, fate, pause = draw.random(), draw.random(), draw.random()
    care = draw.random()
    kept = start if care < KEPT else start + whole * draw.random() if care < KEPT_LATER else None
    if luck < NEVER and not machine.scans:
        return Course(enrolled, [], kept)
    end, away = now, (now, now)
    if luck < GONE and not machine.scans:
        end = now - (now - enrolled) * 0.4 * fate - timedelta(days=4)
    elif luck < PAUSED:
        begin = enrolled + (now - enrolled) * 0.8 * pause
        away = (begin, begin + timedelta(days=6 + 16 * fate))
    times = [at for at in _looks(machine, enrolled, now) if at < end and not away[0] <= at < away[1]]
    return Course(enrolled, times, kept)


def _looks(machine: Machine, enrolled: datetime, now: datetime) -> list[datetime]:
    """Every report: once a day while it is on. The first comes right after the enrolment."""
    if is_always_on(machine.number, server=machine.server):
        first = enrolled + timedelta(seconds=machine.dice("minute").randint(20, 90))
        return [first + place * ROUND for place in range(int((now - first) / ROUND) + 1) if first <= now]
    minute = machine.dice("minute").randint(500, 660)
    days = range((enrolled + _ZONE - _EPOCH).days, (now + _ZONE - _EPOCH).days + 1)
    found = []
    for day in days:
        if not hours_on(machine.number, day, server=machine.server):
            continue
        # A few minutes earlier each day of a week: never more than a day after the last.
        at = _EPOCH + day * _DAY - _ZONE + timedelta(minutes=minute - 5 * ((day + 3) % 7))
        if enrolled < at <= now:
            found.append(at)
    return found
