"""The port of a collector."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Callable, Final, Tuple

from tuanthu_agent.host import Host
from tuanthu_policy.status import ObservationStatus

DEFAULT_DEADLINE: Final = 30.0
LONGEST_REASON: Final = 500
LONGEST_TEXT: Final = 1024
"""Characters of one text among the facts."""


@dataclass(frozen=True)
class Settings:
    """What a collector may be told."""

    hostname: str = ""
    lan_probes: str = "active"
    """`passive`: send no packet."""
    lan_dns_name: str = "moh.gov.vn"
    unit_networks: tuple[str, ...] = ()
    """The unit's own networks (CIDR); empty: not stated."""
    role: str = ""
    """`workstation` or `server` as stated at enrolment; empty: not stated."""
    owner: str = ""
    """Who answers for the machine, as stated at enrolment; empty: not stated."""
    location: str = ""
    """Where the machine stands, as stated at enrolment; empty: not stated."""
    proxy: str = ""
    """`http://host:port` on the way out; empty: none."""
    services_set: str = "dak-lak-health"
    """Name of the policy's set of services; empty: none."""
    services_add: str = ""
    services_drop: str = ""
    snmp_community: str = ""
    """What the unit's gateway answers to; empty: SNMP is not used, and nothing is guessed."""
    watch_minutes: int = 5
    data_dir: str = ""
    """Where the agent keeps the journal of the line watch and the last transfer; empty: nowhere."""
    lifecycle: Tuple[Tuple[str, ...], ...] = ()
    """The end of support of releases: rows of `policies/lifecycle.json`."""


@dataclass(frozen=True)
class CollectorResult:
    """What one attempt gave; fields as in `Observation`."""

    method: str
    status: ObservationStatus
    reason: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


class CollectorError(Exception):
    """The attempt as a whole gave nothing; `status` is FAILED or UNSUPPORTED, `reason` a code with detail."""

    def __init__(self, status: ObservationStatus, method: str, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.method = method
        self.reason = reason


@dataclass(frozen=True)
class Collector:
    """One entry of the registry."""

    kind: str
    title_vi: str
    collect: Callable[[Host, Settings], CollectorResult]
    """May raise CollectorError; anything else is recorded as status `error`."""
    deadline: float = DEFAULT_DEADLINE
    """Seconds after which the attempt is cut off."""


@dataclass
class Findings:
    """Facts and gaps while a collector works; a fact that could not be read is never put in."""

    facts: dict[str, Any] = field(default_factory=dict)
    gaps: list[str] = field(default_factory=list)
    methods: list[str] = field(default_factory=list)

    def put(self, name: str, value: object) -> None:
        """Keep a fact; None and an empty text mean that it is not known."""
        if value is not None and value != "":
            self.facts[name] = value

    def miss(self, reason: str) -> None:
        """Note what could not be read, and why."""
        if reason not in self.gaps:
            self.gaps.append(reason)

    def used(self, method: str) -> None:
        """Note a source that answered."""
        if method not in self.methods:
            self.methods.append(method)

    def result(self) -> CollectorResult:
        """OK without gaps, PARTIAL with them; FAILED, without facts, if nothing at all could be read."""
        reason = sendable("; ".join(self.gaps)[:LONGEST_REASON])
        method = "+".join(self.methods) or "none"
        if not self.facts:
            return CollectorResult(method=method, status=ObservationStatus.FAILED, reason=reason or "nothing-readable")
        status = ObservationStatus.PARTIAL if self.gaps else ObservationStatus.OK
        return CollectorResult(method=method, status=status, reason=reason, facts=sendable(self.facts))


def sendable(value: Any) -> Any:
    """The same as a report can carry it.

    `?` stands for what no JSON carries (halves of letters, as Windows and names of files may hold them), and a text
    longer than any name or path is cut: one junk value is not to cost a kind its place in the report.
    """
    if isinstance(value, str):
        text = value.encode("utf-8", "replace").decode("utf-8")
        return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"
    if isinstance(value, dict):
        return {sendable(name): sendable(one) for name, one in value.items()}
    return [sendable(one) for one in value] if isinstance(value, list) else value
