"""What the engine knows of one host while it audits it."""

from dataclasses import dataclass, field

from tuanthu_agent.scanner.interface import Service
from tuanthu_policy.devices.family import Family
from tuanthu_policy.devices.finding import Device

Evidence = dict[str, str]


@dataclass(frozen=True, slots=True)
class Recognised:
    """What a host was taken for, and how surely."""

    family: Family | None
    device: Device
    certain: bool = True
    """False where another family has the same right."""
    elsewhere: frozenset[Service] = frozenset()
    """Web services of the host that show something else than this family's pages."""


@dataclass(slots=True)
class Subject:
    """One live host: its services, and what was learnt without any login."""

    address: str
    mac: str | None
    vendor: str | None
    class_: str
    services: list[Service]
    shared: Evidence = field(default_factory=dict)
    """Evidence of the whole host."""
    of_service: dict[Service, Evidence] = field(default_factory=dict)
    """Evidence of one service: HTTP of several ports must not mix."""
    exposures: dict[Service, set[str]] = field(default_factory=dict)
    paths: dict[Service, str] = field(default_factory=dict)
    """Where a service is not at its usual path (ONVIF)."""
    read: set[tuple[Service, str]] = field(default_factory=set)
    """Services with the name of each reader that read all that it wanted: what it did not find is not there."""

    def evidence(self, service: Service) -> Evidence:
        """What speaks for a family as seen from one service."""
        return self.shared | self.of_service.get(service, {})
