"""What a host is: its evidence against the catalogue, and the probes of families that the evidence speaks for."""

from collections.abc import Callable, Mapping
from typing import Final

from tuanthu_agent.scanner.engine.subject import Recognised, Subject
from tuanthu_agent.scanner.interface import OutOfScopeError, Service
from tuanthu_policy.devices.answer import Answer
from tuanthu_policy.devices.family import Family, Probe
from tuanthu_policy.devices.finding import Device
from tuanthu_policy.devices.matching import Recognition, recognise, wanted_probes

MOST_PROBES: Final = 8
"""Requests by which a host is asked what it is, beyond its start pages; old devices have little strength."""
Ask = Callable[[Service, Probe], Answer | None]


def recognised(subject: Subject, catalogue: Mapping[str, Family], ask: Ask) -> Recognised:
    """The family that the evidence of any of its services proves best; generic entries are no recognition."""
    families = [one for one in catalogue.values() if one.device_class != "generic"]
    web = [one for one in subject.services if one.protocol == "http"] or [None]
    found = [_from_service(subject, service, families, ask) for service in web]
    best = max((one for one in found if one is not None), key=lambda one: one.best.score, default=None)
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
    return Recognised(family, device, certain=not best.rivals)


def _from_service(subject: Subject, service: Service | None, families: list[Family], ask: Ask) -> Recognition | None:
    evidence = subject.evidence(service) if service else subject.shared
    probed: dict[tuple[str, str], Answer] = {}
    if service is not None:
        asked: dict[str, Answer | None] = {}
        for family, probe in wanted_probes(families, evidence):
            key = repr(probe.request)
            if key not in asked:
                if len(asked) >= MOST_PROBES:
                    break
                asked[key] = _answer(service, probe, ask)
            answer = asked[key]
            if answer is not None:
                probed[family.id, probe.id] = answer
    return recognise(families, evidence, probed)


def _answer(service: Service, probe: Probe, ask: Ask) -> Answer | None:
    try:
        return ask(service, probe)
    except OutOfScopeError:
        return None
