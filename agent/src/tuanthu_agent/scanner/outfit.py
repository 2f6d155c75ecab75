"""What a scan is fitted out with: the verified scope, the door, the catalogue, the books."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tuanthu_agent.host import Host
from tuanthu_agent.scanner.attempts import Attempts
from tuanthu_agent.scanner.clock import Clock, SystemClock
from tuanthu_agent.scanner.discovery.interface import Plan
from tuanthu_agent.scanner.discovery.neighbours import LiveNeighbourhood
from tuanthu_agent.scanner.door import ScopedDoor
from tuanthu_agent.scanner.engine.auditing import Tools, cycle_of
from tuanthu_agent.scanner.engine.books import Books
from tuanthu_agent.scanner.gate import Gate
from tuanthu_agent.scanner.protocols.http.pages import ask_attestations, ask_probes
from tuanthu_agent.scanner.protocols.registry import PROTOCOLS, READERS
from tuanthu_agent.scanner.scan import Means
from tuanthu_agent.scanner.scope import load_authority, read_scope
from tuanthu_policy.devices.loader import load_devices


@contextmanager
def outfit(
    scope: Path, trust: Path, state: Path, host: Host, *, discover_only: bool, clock: Clock | None = None
) -> Iterator[tuple[Means, Plan]]:
    """Verify and open everything before the first packet; raises TuanthuError and PolicyError."""
    clock = clock or SystemClock()
    now = clock.read().wall
    allowed = read_scope(scope, load_authority(trust), now)
    gate = Gate(allowed, clock)
    door = ScopedDoor(gate)
    catalogue = load_devices()
    plan = Plan(addresses=gate.addresses())
    neighbourhood = LiveNeighbourhood(host)
    readers = dict(READERS)
    if discover_only:
        yield Means(door, neighbourhood, catalogue, readers, ask_probes, None), plan
        return
    with Attempts(state, allowed, clock) as attempts:
        tools = Tools(door, allowed, PROTOCOLS, Books(attempts), ask_attestations, cycle_of(now))
        yield Means(door, neighbourhood, catalogue, readers, ask_probes, tools), plan
