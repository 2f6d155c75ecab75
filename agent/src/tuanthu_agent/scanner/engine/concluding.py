"""From all that is known of a host to its findings: one line a service, or one for the host."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from tuanthu_agent.scanner.engine.exposing import exposed, sharpened
from tuanthu_agent.scanner.engine.planning import Way
from tuanthu_agent.scanner.engine.subject import Recognised, Subject
from tuanthu_agent.scanner.interface import Service
from tuanthu_policy.devices.finding import ServiceFinding
from tuanthu_policy.devices.verdict import FAILING, Verdict
from tuanthu_policy.devices.verdicting import Conclusion, conclude

MOST_EVIDENCE: Final = 12


UNTRIED: Final = frozenset({"http", "onvif", "rtsp", "routeros", "ssh", "telnet", "ftp", "mqtt", "snmp"})
"""Protocols that people log in over: one that no catalogue entry could try is told, not passed over in silence."""


def findings(
    subject: Subject, recognised: Recognised, ways: Iterable[Way], *, listed_only: bool = False
) -> list[ServiceFinding]:
    """Services with a login, then those without; a live host with no service gets a line of its own.

    `listed_only`: nothing was meant to be tried here, so that nothing is missing.
    """
    by_service = {way.target.service: way for way in ways}
    lines = [of_way(subject, recognised, way) for way in by_service.values()]
    others = [service for service in subject.services if service not in by_service]
    for service in others:
        untried = service.protocol in UNTRIED and not listed_only
        lines.append(listed(subject, recognised, service, reason=missing(recognised) if untried else None))
    return lines or [listed(subject, recognised, None)]


def missing(recognised: Recognised) -> str:
    """Why no login was tried."""
    drafted = recognised.family is not None and recognised.family.status == "draft"
    return "draft-entry" if drafted else "login-unknown"


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
        accounts=tried_accounts(way),
        attempts=way.attempts,
        tested=concluded.tested,
        documented=concluded.documented,
        evidence=list(dict.fromkeys(way.evidence))[:MOST_EVIDENCE],
        reason=reason_of(way, concluded),
        exposures=sorted(sharpened({*subject.exposures.get(service, ()), *exposed(way)}, way)),
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


def tried_accounts(way: Way) -> list[str]:
    """Names of the accounts of which an answer is known."""
    return sorted({account.user for index, account in way.accounts if index in way.outcomes and account.user})


def reason_of(way: Way, concluded: Conclusion) -> str | None:
    """Why nothing clear came out; of a clear verdict only what qualifies it."""
    if way.own_refused and concluded.verdict not in FAILING:
        return "own-refused"
    if concluded.reason is not None:
        return concluded.reason
    return None if concluded.verdict in FAILING or concluded.verdict is Verdict.DEFAULT_REJECTED else way.reason


def listed(
    subject: Subject, recognised: Recognised, service: Service | None, *, reason: str | None = None
) -> ServiceFinding:
    """A service without a login, or one whose login could not be tried for a reason, or a live host without any."""
    return ServiceFinding(
        ip=subject.address,
        mac=subject.mac,
        port=service.port if service else None,
        transport=service.transport if service else None,
        protocol=service.protocol if service else None,
        tls=service.tls if service else False,
        device=recognised.device,
        verdict=Verdict.INCONCLUSIVE if reason else None,
        reason=reason,
        exposures=sorted(subject.exposures.get(service, ())) if service else [],
    )
