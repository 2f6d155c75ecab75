"""What is stated of one device, the facts of the kind `device`: the same for an unchanged device, night by night."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from tuanthu_agent.scanner.scan import Audited
from tuanthu_policy.devices.finding import ServiceFinding
from tuanthu_policy.devices.labels import standing
from tuanthu_policy.devices.verdict import Verdict

Facts = dict[str, Any]
ANONYMOUS: Final = frozenset(
    {"ftp-anonymous", "mqtt-anonymous", "onvif-without-authentication", "rtsp-without-authentication"}
)
OBSOLETE: Final = frozenset({"obsolete-ssh", "obsolete-tls"})
OPEN: Final = frozenset({Verdict.NO_AUTH, Verdict.ACCEPTS_ANY})
ANSWERING_ANYBODY: Final = frozenset({"ftp", "mqtt", "onvif", "rtsp"})
SIGNS: Final = (
    "telnet_open",
    "web_management",
    "plain_http_only",
    "open_access",
    "snmp_answering",
    "upnp_igd",
    "obsolete_crypto",
)
"""Facts that are always there where the device was looked at for them, and no login left them open."""


def device_facts(audited: Audited, *, whole: bool) -> Facts:
    """The facts of one device. `whole`: every port was looked at; else nothing is said to be absent, and no count."""
    host, found = audited.host, in_order(audited.findings)
    recognised = audited.findings[0].device
    facts = {
        "address": host.address,
        "mac": host.mac,
        "vendor": recognised.vendor,
        "family": recognised.family,
        "model": recognised.model,
        "device_class": recognised.class_,
        "confidence": recognised.confidence,
        "managed": host.managed,
        "services": [service_facts(one) for one in found],
        **counts(found, whole=whole),
        **signs(audited, found, whole=whole),
    }
    return {name: value for name, value in facts.items() if value is not None}


def in_order(findings: Sequence[ServiceFinding]) -> list[ServiceFinding]:
    """The services, by port; the line of a host without any is none."""
    found = [one for one in findings if one.port is not None]
    return sorted(found, key=lambda one: (one.port or 0, one.transport or "", one.protocol or "", one.tls, one.ip))


def service_facts(one: ServiceFinding) -> Facts:
    """One item of `services`."""
    facts = {
        "port": one.port,
        "transport": one.transport,
        "protocol": one.protocol,
        "tls": one.tls,
        "verdict": one.verdict.value if one.verdict else None,
        "standing": standing(one.verdict),
        "account": one.account,
        "accounts": sorted(one.accounts) or None,
        "tested": one.tested,
        "documented": one.documented,
        "attempts": one.attempts,
        "reason": stable_reason(one.reason),
        "exposures": sorted(one.exposures),
    }
    return {name: value for name, value in facts.items() if value is not None}


def stable_reason(reason: str | None) -> str | None:
    """Its code: the detail may tell of hours left, which pass."""
    return reason.partition(":")[0] if reason else None


def counts(found: Sequence[ServiceFinding], *, whole: bool) -> Facts:
    """Services by what their verdict comes to. Of a device that was not looked at whole, only what is amiss."""
    standings = Counter(standing(one.verdict) for one in found if one.verdict is not None)
    facts = {
        "logins_failing": standings["fail"],
        "logins_unsettled": standings["unknown"],
        "exposure_count": sum(len(one.exposures) for one in found),
    }
    if not whole:
        return {name: count for name, count in facts.items() if count}
    return facts | {"logins": standings.total(), "logins_passing": standings["pass"]}


def signs(audited: Audited, found: Sequence[ServiceFinding], *, whole: bool) -> Facts:
    """What rules ask for in one word; what was not looked at is absent."""
    exposed = {code for one in found for code in one.exposures}
    web = [one for one in found if one.protocol == "http"]
    crypto = {service for service, name in audited.read if name in ("ssh", "tls")}
    facts: Facts = {
        "telnet_open": any(one.protocol == "telnet" for one in found) or no(whole),
        "web_management": bool(web) or no(whole),
        "plain_http_only": only_plain(web, whole=whole),
        **settled(found, anonymous(audited, found, exposed, whole=whole), whole=whole),
        **snmp(found, whole=whole),
        "upnp_igd": "upnp-igd" in exposed or no(whole and upnp_seen(audited, found)),
        "obsolete_crypto": bool(OBSOLETE & exposed) or no(whole and crypto_seen(audited)),
        "encrypted_services": len(crypto) if whole else None,
    }
    return facts


def no(looked: bool) -> bool | None:  # noqa: FBT001  reads as a sentence
    """False where it was looked for; None where it could be there all the same."""
    return False if looked else None


def only_plain(web: Sequence[ServiceFinding], *, whole: bool) -> bool | None:
    """A page over HTTP, and none over HTTPS."""
    if any(one.tls for one in web):
        return False
    return bool(web) if whole else None


def anonymous(audited: Audited, found: Sequence[ServiceFinding], exposed: set[str], *, whole: bool) -> bool | None:
    """Whether anybody may read something without an account."""
    asked = [one for one in found if one.protocol in ANSWERING_ANYBODY]
    if ANONYMOUS & exposed or any(one.verdict is Verdict.NO_AUTH for one in asked):
        return True
    read = {(service.port, service.transport) for service, name in audited.read if name == service.protocol}
    # The greeting of an FTP server does not tell; its verdict does.
    settled = all(
        standing(one.verdict) in ("pass", "fail") or (one.protocol != "ftp" and (one.port, one.transport) in read)
        for one in asked
    )
    return no(whole and settled)


def settled(found: Sequence[ServiceFinding], anybody: bool | None, *, whole: bool) -> Facts:  # noqa: FBT001  as told
    """What rules ask of logins: true as soon as one is amiss, false once all are settled, else absent."""
    verdicts = {one.verdict for one in found if one.verdict is not None}
    came = {standing(verdict) for verdict in verdicts}
    clear = whole and "unknown" not in came
    return {
        "default_login": True if "fail" in came else no(clear and "pass" in came),
        "uninitialised": True if Verdict.UNINITIALISED in verdicts else no(clear),
        "open_access": True if OPEN & verdicts or anybody else no(clear and anybody is False),
    }


def snmp(found: Sequence[ServiceFinding], *, whole: bool) -> Facts:
    """Whether SNMP answers, and whether to a factory community; one that answers without a verdict is unsettled."""
    came = {standing(one.verdict) if one.verdict else "unknown" for one in found if one.protocol == "snmp"}
    return {
        "snmp_answering": True if came else no(whole),
        "snmp_default_community": True if "fail" in came else no(came == {"pass"}),
    }


def upnp_seen(audited: Audited, found: Sequence[ServiceFinding]) -> bool:
    """Whether each UPnP description was read. Every host was asked for one, singly and with its wire."""
    asked = {(one.port, one.transport) for one in found if one.protocol == "upnp"}
    return asked <= {(service.port, service.transport) for service, name in audited.read if name == "upnp"}


def crypto_seen(audited: Audited) -> bool:
    """Whether the algorithms of every TLS and SSH service of the device were read."""
    services = audited.host.services
    wanted = {(one, "tls") for one in services if one.tls} | {(one, "ssh") for one in services if one.protocol == "ssh"}
    return wanted <= audited.read
