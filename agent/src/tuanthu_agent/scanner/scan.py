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
from tuanthu_agent.scanner.engine.concluding import findings, listed
from tuanthu_agent.scanner.engine.gathering import gathered
from tuanthu_agent.scanner.engine.planning import ways
from tuanthu_agent.scanner.engine.recognising import Ask, recognised
from tuanthu_agent.scanner.engine.subject import Recognised, Subject
from tuanthu_agent.scanner.errors import AuditLogError, LedgerError
from tuanthu_agent.scanner.halt import run_unless_halted
from tuanthu_agent.scanner.interface import Service
from tuanthu_agent.scanner.protocols.seen import Reader
from tuanthu_policy.devices.family import Family
from tuanthu_policy.devices.finding import Device, ServiceFinding

AT_ONCE: Final = 16
"""Devices that are audited at the same time."""
_HEED_SECONDS: Final = 1.0
"""On Windows a thread that waits hears of no signal: it looks up so often."""
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
    gap: str | None = None
    """What could not be looked at, as `code: detail`."""
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
                done, running = wait(running, _HEED_SECONDS, FIRST_COMPLETED)
                for one in done:
                    yield from one.result()
        finally:
            for one in running:
                one.cancel()


def audit_device(means: Means, addresses: list[Host]) -> list[Audited]:
    """Each address of one device in turn. A fault at one costs no other; books that cannot be kept end it all."""
    return [shielded(means, host) for host in addresses]


def shielded(means: Means, host: Host) -> Audited:
    """As `audit_host`; what went wrong in itself becomes a finding without a verdict, and a gap."""
    try:
        return audit_host(means, host)
    except (LedgerError, AuditLogError):
        raise
    except Exception as error:  # noqa: BLE001  a device that breaks us must not cost the others; it is reported
        return Audited(
            host, tuple(broken(host, type(error).__name__)), f"broken: {host.address}: {type(error).__name__}"
        )


def broken(host: Host, fault: str) -> list[ServiceFinding]:
    """Every service of a host whose audit broke off: nothing is known of it."""
    subject = Subject(host.address, host.mac, host.vendor, host.class_, list(host.services))
    unknown = Recognised(None, Device(vendor=host.vendor, class_=host.class_))
    services: list[Service | None] = [*host.services]
    return [listed(subject, unknown, one, reason=f"broken: {fault}") for one in services or [None]]


def audit_host(means: Means, host: Host) -> Audited:
    """All of one device. This very machine, and those that have an agent, are not logged in to."""
    if "self" in host.seen_by:
        own = Subject(host.address, host.mac, host.vendor, host.class_, [], dict(host.evidence))
        return Audited(host, tuple(findings(own, recognised(own, {}, means.door, means.ask), [])))
    subject = gathered(means.door, host, means.readers)
    known = recognised(subject, means.catalogue, means.door, means.ask)
    planned = [] if means.tools is None or host.managed else ways(subject, known, means.catalogue)
    if means.tools is not None:
        DeviceAudit(means.tools, device_key(host.address, host.mac)).run(planned, known.family)
    untested = means.tools is None or host.managed
    lines = findings(subject, known, planned, listed_only=untested)
    return Audited(host, tuple(lines), read=frozenset(subject.read))
