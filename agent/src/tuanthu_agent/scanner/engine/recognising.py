"""What a host is: its evidence against the catalogue, and the probes of families that the evidence speaks for."""

from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import Final

from tuanthu_agent.scanner.engine.subject import Recognised, Subject
from tuanthu_agent.scanner.interface import Door, OutOfScopeError, Service
from tuanthu_policy.devices.answer import Answer
from tuanthu_policy.devices.family import Family, Probe
from tuanthu_policy.devices.finding import Device
from tuanthu_policy.devices.matching import Recognition, recognise, wanted_probes

MOST_PROBES: Final = 8
"""Requests by which a host is asked what it is, beyond its start pages; old devices have little strength."""
PROBE_SECONDS: Final = 15.0
Ask = Callable[[Door, Service, Iterable[tuple[Family, Probe]], float], dict[tuple[str, str], Answer]]


def recognised(subject: Subject, catalogue: Mapping[str, Family], door: Door, ask: Ask) -> Recognised:
    """The family that the evidence of any of its services proves best; generic entries are no recognition."""
    families = [one for one in catalogue.values() if one.device_class != "generic"]
    web = [one for one in subject.services if one.protocol == "http"]
    seen: list[Service | None] = [*web] or [None]
    found = {service: _from_service(subject, service, families, door, ask) for service in seen}
    best = max((one for one in found.values() if one is not None), key=lambda one: one.best.score, default=None)
    if best is None:
        return Recognised(None, Device(vendor=subject.vendor, class_=subject.class_))
    captured = best.best.captured
    family = best.best.family
    device = Device(
        vendor=captured.get("vendor") or family.vendor,
        family=family.id,
        model=captured.get("model"),
        class_=family.device_class,
        confidence=best.best.score,
    )
    elsewhere = frozenset(one for one in web if not _is(found[one], family))
    return Recognised(family, device, certain=not best.rivals, elsewhere=elsewhere)


def _is(found: Recognition | None, family: Family) -> bool:
    """Whether a web service shows that family itself; what it shares with the host speaks for it, too."""
    return found is not None and found.best.family.id == family.id


def _from_service(
    subject: Subject, service: Service | None, families: list[Family], door: Door, ask: Ask
) -> Recognition | None:
    """By the shared evidence and that of this service; its probes are sent to it alone."""
    if service is None:
        return recognise(families, subject.shared)
    evidence = subject.evidence(service)
    wanted = list(islice(wanted_probes(families, evidence), MOST_PROBES))
    try:
        probed = ask(door, service, wanted, PROBE_SECONDS) if wanted else {}
    except OutOfScopeError:
        probed = {}
    return recognise(families, evidence, probed)
