"""What a host shows to anybody: greetings, start pages, certificates, announcements. One connection at a time."""

from collections.abc import Mapping
from typing import Final

from tuanthu_agent.scanner.discovery.interface import Host
from tuanthu_agent.scanner.engine.agents import snmp_agent
from tuanthu_agent.scanner.engine.further import further
from tuanthu_agent.scanner.engine.subject import Subject
from tuanthu_agent.scanner.interface import Door, OutOfScopeError, Service
from tuanthu_agent.scanner.protocols.seen import Reader, Seen

READ_SECONDS: Final = 8.0
OF_SERVICE: Final = ("http.", "tls.")
"""Subjects that belong to one port; all others speak for the whole host."""


def gathered(door: Door, host: Host, readers: Mapping[str, Reader]) -> Subject:
    """Read every service once, then those that share its ports; whatever fails leaves its evidence out."""
    subject = Subject(
        address=host.address,
        mac=host.mac,
        vendor=host.vendor,
        class_=host.class_,
        services=list(host.services),
        shared=dict(host.evidence),
    )
    for service in host.services:
        for name in (service.protocol, *(("tls",) if service.tls else ())):
            if name in readers:
                seen = read(door, service, readers[name])
                note(subject, service, seen)
                if seen.reason is None:
                    subject.read.add((service, name))
    for service, seen in further(door, host, subject):
        subject.services.append(service)
        note(subject, service, seen)
    agent = snmp_agent(door, host)
    if agent is not None and agent[0] not in subject.services:
        subject.services.append(agent[0])
        note(subject, *agent)
    return subject


def read(door: Door, service: Service, reader: Reader) -> Seen:
    """One look; nothing where the scope does not allow it."""
    try:
        return reader(door, service, READ_SECONDS)
    except OutOfScopeError as error:
        return Seen(reason=f"out-of-scope: {error}")


def note(subject: Subject, service: Service, seen: Seen) -> None:
    """Keep what was seen where it belongs; what another service of the host said first stays."""
    own = subject.of_service.setdefault(service, {})
    for name, value in seen.subjects.items():
        if name.startswith(OF_SERVICE):
            own.setdefault(name, value)
        else:
            subject.shared.setdefault(name, value)
    subject.exposures.setdefault(service, set()).update(seen.exposures)
