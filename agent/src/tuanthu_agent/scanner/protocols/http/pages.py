"""What a web service shows to anybody: evidence for the fingerprint, probes, and the device's word about itself."""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import msgspec

from tuanthu_agent.scanner.interface import Door, Service
from tuanthu_agent.scanner.protocols.faults import EndedError, network_reason
from tuanthu_agent.scanner.protocols.http.browser import Browser
from tuanthu_agent.scanner.protocols.http.response import Received
from tuanthu_agent.scanner.protocols.seen import Seen
from tuanthu_agent.scanner.protocols.stream import Deadline
from tuanthu_agent.scanner.protocols.tls import parse_certificate
from tuanthu_policy.devices.answer import Answer
from tuanthu_policy.devices.attesting import attested
from tuanthu_policy.devices.family import Family, Probe, Request
from tuanthu_policy.devices.rendering import RequestError, local_path, render
from tuanthu_policy.devices.subjects import page_evidence
from tuanthu_policy.devices.templates import TemplateError
from tuanthu_policy.devices.verdict import Verdict
from tuanthu_policy.text import Text

_MOST_REDIRECTS: Final = 2
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})


def read_http(door: Door, service: Service, seconds: float) -> Seen:
    """Start page (redirects of the same origin followed), icon, and whether every path is answered alike.

    Raises nothing but OutOfScopeError.
    """
    browser = Browser(door, service, Deadline(seconds))
    subjects: dict[str, str] = {}
    reason = None
    try:
        start = _start_page(browser, subjects)
        _icon(browser, subjects)
        _catch_all(browser, start, subjects)
    except EndedError as error:
        reason = error.reason
    except OSError as error:
        reason = network_reason(error)
    if browser.tls_version:
        subjects["tls.version"] = browser.tls_version
        subjects.update(parse_certificate(browser.certificate or b""))
    shown = "http.status" in subjects or "tls.version" in subjects
    return Seen(subjects, browser.exposures if shown else (), reason)


def _start_page(browser: Browser, subjects: dict[str, str]) -> Answer:
    answer = browser.get("/").answer
    subjects.update(page_evidence(answer))
    first = dict(subjects)
    for _ in range(_MOST_REDIRECTS):
        path = _next(answer, browser.origin)
        if path is None:
            break
        answer = browser.get(path).answer
        subjects.update({**first, **page_evidence(answer)})
        subjects["http.location"] = first["http.location"]
    return answer


def _next(answer: Answer, origin: str) -> str | None:
    location = next(iter(answer.header("location")), "")
    if answer.status not in _REDIRECTS or not location:
        return None
    try:
        return local_path(location, origin)
    except RequestError:
        return None


def _icon(browser: Browser, subjects: dict[str, str]) -> None:
    answer = browser.get("/favicon.ico").answer
    kind = " ".join(answer.header("content-type")).lower()
    if answer.status == 200 and answer.body and "html" not in kind:
        subjects["http.favicon.md5"] = hashlib.md5(answer.body, usedforsecurity=False).hexdigest()


def _catch_all(browser: Browser, start: Answer, subjects: dict[str, str]) -> None:
    received: Received = browser.get(f"/{secrets.token_hex(8)}")
    alike = received.answer.status == start.status == 200
    subjects["http.catch_all"] = "true" if alike else "false"


def ask(door: Door, service: Service, request: Request, seconds: float) -> Answer | str:
    """One request without credentials; a text says why there is no answer. Raises nothing but OutOfScopeError."""
    browser = Browser(door, service, Deadline(seconds))
    try:
        rendered = render(request, {"origin": browser.origin, "host": browser.host})
        return browser.send(msgspec.structs.replace(rendered, auth="none"))
    except EndedError as error:
        return error.reason
    except (TemplateError, RequestError) as error:
        return f"request-refused: {error}"
    except OSError as error:
        return network_reason(error)


def ask_probes(
    door: Door, service: Service, wanted: Iterable[tuple[Family, Probe]], seconds: float
) -> dict[tuple[str, str], Answer]:
    """The answers to probes for `matching.recognise`; the same request of two families is sent once."""
    deadline = Deadline(seconds)
    known: dict[bytes, Answer | str] = {}
    found: dict[tuple[str, str], Answer] = {}
    for family, probe in wanted:
        key = msgspec.json.encode(probe.request)
        if key not in known:
            if deadline.left() <= 0:
                break
            known[key] = ask(door, service, probe.request, deadline.left())
        answer = known[key]
        if isinstance(answer, Answer):
            found[family.id, probe.id] = answer
    return found


@dataclass(frozen=True, slots=True)
class Attested:
    """What a device says of itself; `verdict` None: nothing that settles it."""

    verdict: Verdict | None = None
    evidence: tuple[str, ...] = ()
    notes: tuple[Text, ...] = ()


def ask_attestations(door: Door, service: Service, family: Family, seconds: float) -> Attested:
    """Ask for every statement of the family until one settles it. Spends no attempt; raises only OutOfScopeError."""
    deadline = Deadline(seconds)
    evidence: list[str] = []
    notes: list[Text] = []
    for one in family.attest:
        answer = ask(door, service, one.request, max(deadline.left(), 0.001))
        said = attested(one, answer) if isinstance(answer, Answer) else None
        if said is None:
            continue
        evidence.append(f"attest:{one.id}")
        if said.note is not msgspec.UNSET:
            notes.append(said.note)
        if said.verdict is not msgspec.UNSET:
            return Attested(Verdict(said.verdict), tuple(evidence), tuple(notes))
    return Attested(None, tuple(evidence), tuple(notes))
