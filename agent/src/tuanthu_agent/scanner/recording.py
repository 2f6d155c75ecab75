"""Capturing an officer's own unit into a draft entry of the catalogue: what it shows to anybody, without any login."""

import re
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urlsplit

from tuanthu_agent.errors import TuanthuError
from tuanthu_agent.scanner.discovery.vendors import vendor_of
from tuanthu_agent.scanner.interface import Door, Service
from tuanthu_agent.scanner.protocols.faults import EndedError, network_reason
from tuanthu_agent.scanner.protocols.http.browser import Browser
from tuanthu_agent.scanner.protocols.http.pages import read_http
from tuanthu_agent.scanner.protocols.stream import Deadline
from tuanthu_agent.scanner.redacting import redacted
from tuanthu_policy.devices.answer import Answer

SECONDS: Final = 30.0
MOST_BODY: Final = 8000
KEPT_HEADERS: Final = ("Server", "Content-Type", "WWW-Authenticate", "Location", "X-Powered-By")
SIGNS: Final = (
    ("http.favicon.md5", 40),
    ("http.realm", 30),
    ("http.title", 30),
    ("tls.subject", 25),
    ("http.header.server", 20),
    ("mac.vendor", 15),
)
"""What tells a family, with its weight; a guess that whoever finishes the draft has to mend."""
THRESHOLD: Final = 70
WEAK_TITLES: Final = frozenset({"", "login", "index", "home", "document", "đăng nhập"})


@dataclass(frozen=True, slots=True)
class Captured:
    """What was seen, without what belongs to this one unit."""

    service: Service
    page: Answer
    subjects: dict[str, str]


def service_of(url: str) -> Service:
    """The web service of a URL with an address in it; raises TuanthuError. A name is never resolved."""
    try:
        parts = urlsplit(url)
        address = str(ip_address(parts.hostname or ""))
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        parts = None
    if parts is None or parts.scheme not in ("http", "https"):
        raise TuanthuError(
            f"{url[:80]!r} không dùng được: cần dạng http://10.1.2.3 hoặc https://10.1.2.3:8443 (không phải tên)",
            f"{url[:80]!r} cannot be used: http://10.1.2.3 or https://10.1.2.3:8443 is needed (an address, no name)",
        )
    return Service(address, port, "http", tls=parts.scheme == "https")


def capture(door: Door, service: Service, mac: str | None) -> Captured:
    """Start page, icon, certificate; raises TuanthuError where nothing answers, OutOfScopeError."""
    seen = read_http(door, service, SECONDS)
    try:
        page = Browser(door, service, Deadline(SECONDS)).get("/").answer
    except EndedError as error:
        raise silent(service, error.reason) from None
    except OSError as error:
        raise silent(service, network_reason(error)) from None
    subjects = dict(seen.subjects)
    vendor = vendor_of(mac) if mac else None
    if vendor:
        subjects["mac.vendor"] = vendor
    own = (service.address, mac or "")
    clean = {name: text if name == "mac.vendor" else redacted(text, *own) for name, text in subjects.items()}
    headers = tuple(
        (name, redacted(text, *own)) for name, text in page.headers if name.lower() in map(str.lower, KEPT_HEADERS)
    )
    body = redacted(page.body.decode("utf-8", "replace")[:MOST_BODY], *own)
    return Captured(service, Answer(page.status, headers, body.encode()), clean)


def silent(service: Service, reason: str | None) -> TuanthuError:
    """Nothing can be captured."""
    return TuanthuError(
        f"{service.address}:{service.port} không trả lời như một trang web ({reason})",
        f"{service.address}:{service.port} does not answer as a web page ({reason})",
    )


def entry(captured: Captured, family: str, vendor: str, device_class: str, example: str) -> dict[str, Any]:
    """The draft: recognised, never logged in to, until somebody completes it. Raises TuanthuError for too few signs."""
    service = captured.service
    evidence = evidence_of(captured)
    document: dict[str, Any] = {
        "schema": 1,
        "id": family,
        "vendor": vendor,
        "family": f"{vendor} ({family})",
        "device_class": device_class,
        "status": "draft",
        "references": [
            {
                "kind": "knowledge",
                "title": "A capture of an own unit",
                "claim": "start page, headers, icon, certificate",
            }
        ],
        "fingerprint": {
            "ports": [{"port": service.port, **({"tls": True} if service.tls else {})}],
            "evidence": evidence,
            "threshold": THRESHOLD,
        },
        "remediation": {
            "vi": "Đặt mật khẩu quản trị mạnh, riêng cho thiết bị này.",
            "en": "Give the device a strong management password of its own.",
        },
        "examples": [example],
    }
    if captured.subjects.get("http.catch_all") != "true":
        document["fingerprint"]["veto"] = [{"where": "http.catch_all", "equals": "true"}]
    return document


def evidence_of(captured: Captured) -> list[dict[str, Any]]:
    """The signs that are there, their weights so that all but the weakest together reach the threshold."""
    found = [
        (name, captured.subjects[name], weight)
        for name, weight in SIGNS
        if captured.subjects.get(name) and captured.subjects[name].strip().lower() not in WEAK_TITLES
    ]
    if len(found) < 2:
        raise TuanthuError(
            "Trang này có quá ít dấu hiệu riêng để nhận ra thiết bị (cần ít nhất hai trong: tiêu đề, realm, "
            "biểu tượng, máy chủ web, chứng thư)",
            "This page shows too little to recognise the device by (two are needed of: title, realm, icon, server, "
            "certificate)",
        )
    total = sum(weight for *_, weight in found)
    scale = min(100 / total, 1.0) if total >= THRESHOLD else (THRESHOLD + 5) / total
    return [
        {"where": name, "equals": text, "weight": max(1, int(weight * scale + 0.5))} for name, text, weight in found
    ]


def example(captured: Captured, family: str, source: str) -> dict[str, Any]:
    """The capture as an example that must be recognised as the entry."""
    headers: dict[str, Any] = {}
    for name, text in captured.page.headers:
        known = headers.get(name)
        headers[name] = text if known is None else [*([known] if isinstance(known, str) else known), text]
    shown = {name: text for name, text in captured.subjects.items() if not name.startswith("http.")}
    further = {name: text for name, text in captured.subjects.items() if name in ("http.favicon.md5", "http.catch_all")}
    page = {"status": captured.page.status, "headers": headers, "body": captured.page.body.decode()}
    return {
        "provenance": "captured",
        "source": source,
        "family": family,
        "page": page,
        "evidence": {**shown, **further, **_followed(captured)},
    }


def _followed(captured: Captured) -> dict[str, str]:
    """What a page showed that the first one led to."""
    if not 300 <= captured.page.status < 400:
        return {}
    wanted = ("http.title", "http.realm", "http.header.server", "http.status")
    return {name: captured.subjects[name] for name in wanted if name in captured.subjects}


def slug(text: str) -> str:
    """An id of the catalogue."""
    return "-".join(re.findall(r"[a-z0-9]+", text.lower())) or "unknown"
