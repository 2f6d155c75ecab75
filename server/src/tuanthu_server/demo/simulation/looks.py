"""What a machine looks like from report to report: each kind stays for some days, then it is drawn anew."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

import msgspec

from tuanthu_policy.availability import WINDOW
from tuanthu_policy.observation import Observation, ObservationStatus, content_digest
from tuanthu_policy.timeline import Timeline, joined
from tuanthu_server.demo.machine import Identity, host_sight
from tuanthu_server.demo.network import mac_of
from tuanthu_server.demo.scene import Scene, Sight
from tuanthu_server.demo.sights import SIGHTS
from tuanthu_server.demo.simulation.machine import Course, Machine
from tuanthu_server.demo.watch import timeline

LASTS: Final = {
    "host": (21, 100_000),
    "antivirus": (4, 120),
    "malware": (30, 180),
    "firewall": (365, 240),
    "updates": (14, 45),
    "accounts": (60, 180),
    "hardening": (120, 200),
    "lan": (30, 120),
    "wan": (7, 100_000),
    "reachability": (14, 60),
}
"""Kind → days after which its facts change in detail (dates, a restart), and days after which they are drawn anew."""
UNPLUGGED: Final = 0.03
CHUNK: Final = 30 * 86_400


class Looks:
    """The kinds of a machine as they change."""

    def __init__(self, machine: Machine, course: Course) -> None:
        self._machine = machine
        self._course = course
        self._connected = machine.dice("cable").random() >= UNPLUGGED
        self._since = {kind: machine.dice(f"since/{kind}").randrange(1000) for kind in LASTS}
        self._seen: dict[str, tuple[int, int, bool]] = {}
        self._line = self._watched()
        self._host: Sight | None = None

    def anew(self, at: datetime) -> Iterator[Sight]:
        """What looks different from the last time, the machine itself first."""
        kept = self._course.kept_from is not None and self._course.kept_from <= at
        for kind, (details, state) in LASTS.items():
            day = at.toordinal() + self._since[kind]
            now = (day // details, day // state, kept)
            if self._seen.get(kind) == now:
                continue
            self._seen[kind] = now
            yield self._look(kind, now[1], at, kept=kept)

    def _look(self, kind: str, state: int, at: datetime, *, kept: bool) -> Sight:
        draw = self._machine.dice(f"{kind}/{state}")
        if kind == "host":
            one = self._machine
            identity = Identity(one.name, one.serial, mac_of(one.number), one.server, kept)
            self._host = host_sight(draw, identity, at)
            return self._host
        return SIGHTS[kind](draw, self._scene(at, kept=kept))

    def _scene(self, at: datetime, *, kept: bool) -> Scene:
        host = self._host.facts if self._host else {}
        scene = Scene(self._machine.number, self._machine.unit, host, at, self._connected, kept)
        watching = max(timedelta(hours=1), at - self._course.enrolled_at)
        return msgspec.structs.replace(scene, watching=watching, line=self._line)

    def _watched(self) -> Timeline:
        """All that it sees of its line, made month by month: troubles of a whole year at once would cost its square."""
        if not self._course.reports:
            return ()
        one, first = self._machine, self._course.reports[0] - WINDOW
        begin, end = int(first.timestamp()), int(self._course.reports[-1].timestamp())
        host = {"role": "server" if one.server else "workstation"}
        scene = Scene(one.number, one.unit, host, first, self._connected, kept=False)
        return joined(
            span for start in range(begin, end, CHUNK) for span in timeline(scene, start, min(start + CHUNK, end))
        )


def observation(sight: Sight, at: datetime, number: str, asset: str | msgspec.UnsetType = msgspec.UNSET) -> Observation:
    """A sight with its id and its time."""
    return Observation(
        id=number,
        kind=sight.kind,
        method=sight.method,
        collected_at=at,
        status=ObservationStatus(sight.status),
        reason=sight.reason or msgspec.UNSET,
        facts=sight.facts,
        asset=asset,
        digest=content_digest(sight.kind, sight.method, sight.status, sight.reason, sight.facts),
    )
