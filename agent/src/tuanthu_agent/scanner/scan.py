"""A whole scan: find the hosts, then audit each; many devices at once, each of them one thing after the other."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Final

from tuanthu_agent.scanner.budget import device_key
from tuanthu_agent.scanner.discovery.discover import discover
from tuanthu_agent.scanner.discovery.interface import Discovery, Host, Neighbourhood, Plan, Progress
from tuanthu_agent.scanner.door import ScopedDoor
from tuanthu_agent.scanner.engine.auditing import DeviceAudit, Tools
from tuanthu_agent.scanner.engine.concluding import findings
from tuanthu_agent.scanner.engine.gathering import gathered
from tuanthu_agent.scanner.engine.planning import ways
from tuanthu_agent.scanner.engine.recognising import Ask, recognised
from tuanthu_agent.scanner.engine.subject import Subject
from tuanthu_agent.scanner.halt import run_unless_halted
from tuanthu_agent.scanner.interface import Service
from tuanthu_agent.scanner.protocols.seen import Reader
from tuanthu_policy.devices.family import Family
from tuanthu_policy.devices.finding import ServiceFinding

AT_ONCE: Final = 16
"""Devices that are audited at the same time."""
Progressed = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class Means:
    """What a scan works with."""

    door: ScopedDoor
    neighbourhood: Neighbourhood
    catalogue: Mapping[str, Family]
    readers: Mapping[str, Reader]
    ask: Ask
    tools: Tools | None
    """None: only discover and recognise; no login is tried."""


@dataclass(frozen=True, slots=True)
class Audited:
    """What one host came to."""

    host: Host
    findings: tuple[ServiceFinding, ...]
    read: frozenset[tuple[Service, str]] = frozenset()
    """As `Subject.read`."""


def find_hosts(means: Means, plan: Plan, progress: Progressed) -> Discovery:
    """The hosts of the scope."""
    return run_unless_halted(discover(means.door, means.neighbourhood, plan, progress))


def always() -> bool:
    """For who audits all."""
    return True


def audit_hosts(means: Means, hosts: Sequence[Host], go_on: Callable[[], bool] = always) -> Iterator[Audited]:
    """Audit them, giving each as soon as it is done. Raises what makes a scan stop: books that cannot be kept.

    Several addresses of one device wait for each other. No other device is begun once `go_on` says no.
    """
    devices: dict[str, list[Host]] = {}
    for host in hosts:
        devices.setdefault(host.device or host.address, []).append(host)
    waiting = list(reversed(devices.values()))
    with ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="device") as pool:
        running: set[Future[list[Audited]]] = set()
        try:
            while waiting or running:
                if not go_on():
                    waiting.clear()
                while waiting and len(running) < AT_ONCE:
                    running.add(pool.submit(audit_device, means, waiting.pop()))
                done, running = wait(running, return_when=FIRST_COMPLETED)
                for one in done:
                    yield from one.result()
        finally:
            for one in running:
                one.cancel()


def audit_device(means: Means, addresses: list[Host]) -> list[Audited]:
    """Each address of one device in turn."""
    return [audit_host(means, host) for host in addresses]


def audit_host(means: Means, host: Host) -> Audited:
    """All of one device. This very machine, and those that have an agent, are not logged in to."""
    if "self" in host.seen_by:
        own = Subject(host.address, host.mac, host.vendor, host.class_, [], dict(host.evidence))
        return Audited(host, tuple(findings(own, recognised(own, {}, means.door, means.ask), [])))
    subject = gathered(means.door, host, means.readers)
    known = recognised(subject, means.catalogue, means.door, means.ask)
    planned = [] if means.tools is None or host.managed else ways(subject, known, means.catalogue)
    if means.tools is not None:
        DeviceAudit(means.tools, device_key(host.address, host.mac)).run(planned)
    return Audited(host, tuple(findings(subject, known, planned)), frozenset(subject.read))
