"""What a scan is fitted out with: the verified scope, the door, the catalogue, the books."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
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
from tuanthu_agent.scanner.halt import pause, unless_halted
from tuanthu_agent.scanner.protocols.http.pages import ask_attestations, ask_probes
from tuanthu_agent.scanner.protocols.registry import PROTOCOLS, READERS
from tuanthu_agent.scanner.scan import Means
from tuanthu_agent.scanner.scope import load_authority, read_scope
from tuanthu_agent.scanner.turn import alone
from tuanthu_agent.scanner.vault import Vault
from tuanthu_policy.devices.family import Family
from tuanthu_policy.devices.loader import load_devices
from tuanthu_policy.scan_scope import ScanScope


@contextmanager
def outfit(
    scope: Path,
    trust: Path,
    state: Path,
    host: Host,
    *,
    discover_only: bool,
    clock: Clock | None = None,
    catalogue: Mapping[str, Family] | None = None,
) -> Iterator[tuple[Means, Plan]]:
    """Verify and open everything before the first packet; raises TuanthuError and PolicyError.

    `catalogue`: of devices; the one that came with the package where none is given.
    """
    clock = clock or SystemClock()
    allowed = read_scope(scope, load_authority(trust), clock.read().wall)
    with fitted_out(allowed, state, host, discover_only=discover_only, clock=clock, catalogue=catalogue) as fitted:
        yield fitted


@contextmanager
def fitted_out(
    allowed: ScanScope,
    state: Path,
    host: Host,
    *,
    discover_only: bool,
    clock: Clock | None = None,
    catalogue: Mapping[str, Family] | None = None,
) -> Iterator[tuple[Means, Plan]]:
    """The same for a scope that was verified; raises TuanthuError and PolicyError."""
    clock = clock or SystemClock()
    gate = Gate(allowed, clock)
    door = ScopedDoor(gate)
    catalogue = load_devices() if catalogue is None else catalogue
    plan = Plan(addresses=gate.addresses())
    neighbourhood = LiveNeighbourhood(host)
    means = Means(door, neighbourhood, catalogue, dict(READERS), ask_probes, None)
    with alone(state):
        if discover_only:
            yield means, plan
            return
        with Attempts(state, allowed, clock) as attempts:
            books = Books(attempts, pause)
            cycle = cycle_of(clock.read().wall)
            left = unless_halted(gate.seconds_left)
            documented = {(one.user, one.password) for family in catalogue.values() for one in family.accounts}
            tools = Tools(
                door,
                allowed,
                PROTOCOLS,
                books,
                ask_attestations,
                cycle,
                seconds_left=left,
                own=Vault(state).own,
                documented=documented,
            )
            yield replace(means, tools=tools), plan
