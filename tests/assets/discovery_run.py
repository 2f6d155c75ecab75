"""One run of discovery, in a process of its own: options as JSON on the command line, findings as JSON on standard output."""

import asyncio
import dataclasses
import json
import resource
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tuanthu_agent.host import Host
from tuanthu_agent.scanner.discovery.discover import discover
from tuanthu_agent.scanner.discovery.interface import Enrolled, Plan
from tuanthu_agent.scanner.discovery.neighbours import LiveNeighbourhood
from tuanthu_agent.scanner.discovery.ports import AUDIT_PORTS, of_numbers

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.assets.plain_door import PlainDoor


def scoped_door(networks, exclude):
    """The scanner's own door, by a scope that is open for a day."""
    from tuanthu_agent.scanner.door import ScopedDoor
    from tuanthu_agent.scanner.gate import Gate
    from tuanthu_policy.scan_scope import ScanScope

    now, day = datetime.now(UTC), timedelta(days=1)
    scope = ScanScope(
        schema_version=1, id="0", unit="TRAM", networks=networks, exclude=list(exclude), authorisation="1/QD",
        issued_at=now, not_before=now - day, not_after=now + day,
    )  # fmt: skip
    door = ScopedDoor(Gate(scope))
    door.addresses, door.sent = door.gate.addresses, None
    return door


def main():
    asked = json.loads(sys.argv[1])
    networks, exclude = asked["networks"], asked.get("exclude", ())
    door = scoped_door(networks, exclude) if asked.get("scoped") else PlainDoor(networks, exclude, asked.get("own"))
    stages = []
    plan = Plan(
        addresses=tuple(door.addresses()),
        ports=of_numbers(tuple(asked["ports"])) if "ports" in asked else AUDIT_PORTS,
        look=asked.get("look", False),
        second_opinion=asked.get("nmap", False),
        enrolled=tuple(Enrolled(*map(frozenset, one)) for one in asked.get("enrolled", ())),
    )

    def progress(step):
        if not stages or stages[-1] != step.stage:
            stages.append(step.stage)
        if asked.get("close_at") == step.stage:
            door.closed = "outside-window"

    start = time.monotonic()
    found = asyncio.run(discover(door, LiveNeighbourhood(Host()), plan, progress))
    print(
        json.dumps(
            {
                "seconds": time.monotonic() - start,
                "hosts": [dataclasses.asdict(host) for host in found.hosts],
                "gaps": found.gaps,
                "whole": found.whole,
                "stages": stages,
                "rss_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
                "sent": door.sent,
            }
        )
    )


main()
