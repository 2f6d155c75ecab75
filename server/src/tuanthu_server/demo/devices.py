"""What a simulated scan finds at a unit: a few cameras, routers and printers with every sort of verdict."""

import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from tuanthu_policy.devices.labels import standing
from tuanthu_policy.devices.verdict import Verdict
from tuanthu_server.demo.scene import Sight, sight, utc

ANONYMOUS: Final = frozenset({"ftp-anonymous", "rtsp-without-authentication"})


class Model(msgspec.Struct, frozen=True):
    """One sort of device as it is met, with what its services come to."""

    device_class: str
    vendor: str
    model: str
    family: str
    services: Sequence[tuple[int, str, bool, str, Sequence[str]]]
    """Port, protocol, TLS, verdict, exposures."""
    managed: bool = False


PLAIN: Final = ("http-without-tls",)
DEFAULT, REFUSED = "default-confirmed", "default-rejected"
MODELS: Final = (
    Model("camera", "Hikvision", "DS-2CD2143", "hikvision-isapi", ((80, "http", False, DEFAULT, PLAIN),)),
    Model("nvr", "Dahua", "NVR4108", "dahua-rpc2", ((443, "http", True, REFUSED, ()),)),
    Model(
        "router",
        "MikroTik",
        "hAP ac2",
        "mikrotik-routeros",
        ((22, "ssh", False, REFUSED, ()), (443, "http", True, REFUSED, ())),
    ),
    Model("ont", "Viettel", "F670Y", "", ((80, "http", False, "per-device-secret", (*PLAIN, "upnp-igd")),)),
    Model("camera", "Dahua", "IPC-HDW1230", "dahua-rpc2", ((80, "http", False, "uninitialised", PLAIN),)),
    Model("printer", "HP", "LaserJet M404", "", ((80, "http", False, "no-auth", PLAIN),)),
    Model("switch", "TP-Link", "TL-SG108E", "", ((80, "http", False, "inconclusive", PLAIN),)),
    Model("ap", "Ubiquiti", "UAP-AC", "", ((22, "ssh", False, "locked", ("obsolete-ssh",)),)),
    Model(
        "camera",
        "Hikvision",
        "DS-2CD1023",
        "hikvision-isapi",
        ((23, "telnet", False, "must-change", ("telnet-open",)), (443, "http", True, REFUSED, ())),
    ),
    Model("nas", "Synology", "DS220j", "", ((21, "ftp", False, "no-auth", ("ftp-anonymous", "ftp-open")),)),
    Model("ups", "APC", "AP9630", "", ((161, "snmp", False, DEFAULT, ("snmp-answering", "snmp-clear-text")),)),
    Model("switch", "Cisco", "SG350", "", ((161, "snmp", False, REFUSED, ("snmp-answering",)),)),
    Model("camera", "EZVIZ", "C6N", "", ((8000, "http", False, "accepts-any", ()),)),
    Model("router", "DrayTek", "Vigor2925", "", ((443, "http", True, "protocol-mismatch", ("obsolete-tls",)),)),
    Model("computer", "Dell", "", "", ()),
    Model("phone", "Samsung", "", "", ()),
    Model("computer", "HP", "", "", (), managed=True),
)
UNSETTLED: Final = "login-unsettled: default_login uninitialised open_access"
REASONS: Final = {"inconclusive": "accounts-left", "locked": "stopped", "protocol-mismatch": "tried"}


def found_at(number: int, unit: str, at: datetime) -> tuple[dict[str, Sight], Sight]:
    """What the scan of a unit says by machine `number`: devices by their keys, and the scan itself."""
    draw = random.Random(f"{unit}/devices")  # noqa: S311 - invented facts, no secrets
    chosen = draw.sample(range(len(MODELS)), draw.randint(4, 8))
    network = draw.randint(1, 250)
    devices = {}
    for place, index in enumerate(sorted(chosen)):
        mac = f"02:74:65:{number >> 8 & 255:02x}:{number & 255:02x}:{place:02x}"
        devices[f"mac:{mac}"] = device_sight(MODELS[index], f"10.64.{network}.{place + 10}", mac)
    computers = [
        one for one in devices.values() if one.facts["device_class"] == "computer" and not one.facts["managed"]
    ]
    return devices, scan_sight(draw, at, devices, computers)


def device_sight(model: Model, address: str, mac: str) -> Sight:
    """One device as an agent states it."""
    services = [_service(*one) for one in model.services]
    standings = [standing(Verdict(one["verdict"])) for one in services]
    verdicts = {one.get("verdict") for one in services}
    exposures = {code for one in services for code in one["exposures"]}
    settled = "unknown" not in standings
    web = [one for one in services if one["protocol"] == "http"]
    encrypted = [one for one in services if one["tls"] or one["protocol"] == "ssh"]
    is_open = bool(verdicts & {"no-auth", "accepts-any"}) or bool(exposures & ANONYMOUS)
    snmp = next((standing(Verdict(one["verdict"])) for one in services if one["protocol"] == "snmp"), "")
    facts = {
        "address": address,
        "mac": mac,
        "vendor": model.vendor,
        "family": model.family or None,
        "model": model.model or None,
        "device_class": model.device_class,
        "confidence": 95 if model.family else 60,
        "managed": model.managed,
        "services": services,
        "logins": len(standings),
        "logins_failing": standings.count("fail"),
        "logins_unsettled": standings.count("unknown"),
        "logins_passing": standings.count("pass"),
        "default_login": True if "fail" in standings else False if settled and standings else None,
        "uninitialised": True if "uninitialised" in verdicts else False if settled else None,
        "open_access": True if is_open else False if settled else None,
        "exposure_count": sum(len(one["exposures"]) for one in services),
        "telnet_open": "telnet-open" in exposures,
        "web_management": bool(web),
        "plain_http_only": bool(web) and not any(one["tls"] for one in web),
        "snmp_answering": bool(snmp),
        "snmp_default_community": {"fail": True, "pass": False}.get(snmp),
        "upnp_igd": "upnp-igd" in exposures,
        "obsolete_crypto": bool(exposures & {"obsolete-tls", "obsolete-ssh"}),
        "encrypted_services": len(encrypted),
    }
    return sight("device", facts, *(() if settled else (UNSETTLED,)))


def _service(port: int, protocol: str, tls: bool, verdict: str, exposures: Sequence[str]) -> dict[str, Any]:  # noqa: FBT001
    """One item of `services`."""
    clear = standing(Verdict(verdict)) != "unknown"
    found: dict[str, Any] = {
        "port": port,
        "transport": "udp" if protocol == "snmp" else "tcp",
        "protocol": protocol,
        "tls": tls,
        "verdict": verdict,
        "standing": standing(Verdict(verdict)),
        "tested": 3 if clear else 1,
        "documented": 3,
        "attempts": 3 if clear else 1,
        "exposures": sorted(exposures),
    }
    if protocol != "snmp" and verdict not in {"no-auth", "uninitialised", "per-device-secret"}:
        found["accounts"] = ["admin"] if not clear else ["admin", "root"]
    if verdict in {"default-confirmed", "must-change"}:
        found["account"] = "public" if protocol == "snmp" else "admin"
    if verdict in REASONS:
        found["reason"] = REASONS[verdict]
    return found


def scan_sight(draw: random.Random, at: datetime, devices: Mapping[str, Sight], computers: Sequence[Sight]) -> Sight:
    """What the scanning machine says of its scan."""
    whole = draw.random() < 0.85
    facts = {
        "designated": True,
        "scope": "00000000-0000-7000-8000-000000000000",
        "authorisation": "Văn bản trình diễn, không có hiệu lực",
        "started_at": utc(at - timedelta(hours=2)),
        "finished_at": utc(at - timedelta(hours=1)),
        "whole": whole,
        "hosts": len(devices) + draw.randint(1, 12),
        "devices": len(devices),
        "logins_sent": draw.randint(0, 12),
        "unmanaged_computers": len(computers) if whole else None,
        "unmanaged": [
            {name: one.facts[name] for name in ("address", "mac", "vendor", "device_class")} for one in computers
        ],
        "gaps": [] if whole else ["window-closed"],
    }
    return sight("scan", facts, *(() if whole else ("not-looked: unmanaged_computers",)))
