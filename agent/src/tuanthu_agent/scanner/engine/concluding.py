"""From all that is known of a host to its findings: one line a service, or one for the host."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from tuanthu_agent.scanner.engine.planning import Way
from tuanthu_agent.scanner.engine.subject import Recognised, Subject
from tuanthu_agent.scanner.interface import Service
from tuanthu_policy.devices.finding import Device, ServiceFinding
from tuanthu_policy.devices.verdict import FAILING, Verdict
from tuanthu_policy.devices.verdicting import Conclusion, conclude

MOST_EVIDENCE: Final = 12


def findings(subject: Subject, recognised: Recognised, ways: Iterable[Way]) -> list[ServiceFinding]:
    """Services with a login, then those without; a live host with no service gets a line of its own."""
    by_service = {way.target.service: way for way in ways}
    lines = [of_way(subject, recognised, way) for way in by_service.values()]
    others = [service for service in subject.services if service not in by_service]
    lines.extend(listed(subject, recognised.device, service) for service in others)
    return lines or [listed(subject, recognised.device, None)]


def of_way(subject: Subject, recognised: Recognised, way: Way) -> ServiceFinding:
    """The verdict of one service."""
    target = way.target
    service = target.service
    concluded = settled(way)
    return ServiceFinding(
        ip=subject.address,
        mac=subject.mac,
        port=service.port,
        transport=service.transport,
        protocol=service.protocol,
        tls=service.tls,
        device=recognised.device,
        verdict=concluded.verdict,
        account=account_of(way, concluded),
        attempts=way.attempts,
        tested=concluded.tested,
        documented=concluded.documented,
        evidence=list(dict.fromkeys(way.evidence))[:MOST_EVIDENCE],
        reason=reason_of(way, concluded),
        exposures=sorted(subject.exposures.get(service, ())),
    )


def settled(way: Way) -> Conclusion:
    """The catalogue's conclusion. A page that a generic entry cannot log in to is no fault of the protocol."""
    target = way.target
    concluded = conclude(target.family, target.login, way.known)
    generic = target.family.device_class == "generic" and target.login.protocol == "http"
    if generic and concluded.verdict is Verdict.PROTOCOL_MISMATCH:
        return replace(concluded, verdict=Verdict.INCONCLUSIVE, reason="login-unknown")
    return concluded


def account_of(way: Way, concluded: Conclusion) -> str | None:
    """The name of the account that was accepted."""
    if concluded.account is None or concluded.verdict not in FAILING:
        return None
    return way.target.family.accounts[concluded.account].user


def reason_of(way: Way, concluded: Conclusion) -> str | None:
    """Why nothing clear came out; of a clear verdict only what qualifies it."""
    if way.own_refused and concluded.verdict not in FAILING:
        return "own-refused"
    if concluded.reason is not None:
        return concluded.reason
    return None if concluded.verdict in FAILING or concluded.verdict is Verdict.DEFAULT_REJECTED else way.reason


def listed(subject: Subject, device: Device, service: Service | None) -> ServiceFinding:
    """A service without a login, or a live host without any."""
    return ServiceFinding(
        ip=subject.address,
        mac=subject.mac,
        port=service.port if service else None,
        transport=service.transport if service else None,
        protocol=service.protocol if service else None,
        tls=service.tls if service else False,
        device=device,
        verdict=None,
        exposures=sorted(subject.exposures.get(service, ())) if service else [],
    )
