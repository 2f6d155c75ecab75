"""Logins over HTTP as the catalogue describes them."""

import secrets
import time
from collections.abc import Generator
from typing import Final, TypeVar

import msgspec

from tuanthu_agent.scanner.interface import Attempt, Door, Look, OutOfScopeError, Target
from tuanthu_agent.scanner.protocols.credentials import pair
from tuanthu_agent.scanner.protocols.faults import EndedError, attempted, looked, mismatch
from tuanthu_agent.scanner.protocols.http.browser import Browser
from tuanthu_agent.scanner.protocols.stream import Deadline
from tuanthu_policy.devices.answer import Answer
from tuanthu_policy.devices.contrasting import believes_any
from tuanthu_policy.devices.conversation import Looked, Sending, State, login_course, open_read, preflight
from tuanthu_policy.devices.family import Account, HttpLogin
from tuanthu_policy.devices.judging import Judgement, read_signals
from tuanthu_policy.devices.primitives import Surroundings
from tuanthu_policy.devices.rendering import RequestError, render
from tuanthu_policy.devices.subjects import AnswerReader
from tuanthu_policy.devices.templates import TemplateError
from tuanthu_policy.devices.testing import all_hold
from tuanthu_policy.devices.verdict import AttemptOutcome
from tuanthu_policy.devices.verdicting import is_testable

T = TypeVar("T")
_FOR_COURSE: Final = 0.75
"""Share of the time after which a login is given up, so that there is time to log out."""
_INSIDE: Final = frozenset({AttemptOutcome.ACCEPTED, AttemptOutcome.MUST_CHANGE})


class HttpLogins:
    """`LoginProtocol` for HTTP and HTTPS."""

    def look(self, door: Door, target: Target, seconds: float) -> Look:
        """Preflight, then the protected page without credentials: who may read it needs no login."""
        browser = Browser(door, target.service, Deadline(seconds))
        return looked(lambda: self._look(browser, target), browser.exposures)

    def _look(self, browser: Browser, target: Target) -> Look:
        login = _http(target)
        state = State(_variables(browser), _surroundings())
        found = Look()
        fault: EndedError | None = None
        try:
            found = _as_look(_drive(preflight(login, target.family.lockout, state), browser, target), browser)
        except EndedError as error:
            if error.outcome is AttemptOutcome.UNREACHABLE:
                raise
            fault = error
        if found.outcome is not AttemptOutcome.LOCKED and _is_open(login, browser, state):
            seen = (*found.evidence, "open-read")
            return Look(AttemptOutcome.NO_AUTH, evidence=seen, exposures=browser.exposures)
        if fault is not None:
            raise fault
        return found

    def attempt(self, door: Door, target: Target, account: Account, seconds: float) -> Attempt:
        """One login; whatever happens after the password was sent, the way out is sent as well."""
        whole = Deadline(seconds)
        browsers: list[Browser] = []

        def run() -> Attempt:
            browser = Browser(door, target.service, Deadline(seconds * _FOR_COURSE), pair(account))
            browsers.append(browser)
            return self._attempt(browser, target, account, whole)

        found = attempted(run)
        exposures = browsers[0].exposures if browsers else ()
        return Attempt(
            found.outcome, found.evidence, found.reason, found.left, found.unlock_seconds, exposures or found.exposures
        )

    def _attempt(self, browser: Browser, target: Target, account: Account, whole: Deadline) -> Attempt:
        login = _http(target)
        if not is_testable(target.family, target.login):
            raise mismatch("never-run: a draft, or it would end another's session")
        user, password = pair(account)
        state = State({**_variables(browser), "user": user, "password": password}, _surroundings())
        sent: list[Sending] = []
        found: Judgement | None = None
        out = True
        try:
            found = _drive(login_course(login, target.family.lockout, state), browser, target, sent)
        finally:
            if any(one.attempt for one in sent):
                if found is None or found.outcome not in _INSIDE:
                    browser.forget()
                out = _log_out(login, browser, state, whole)
        evidence = found.evidence if out else (*found.evidence, "logout-failed")
        return Attempt(found.outcome, evidence, found.reason, found.left, found.unlock_seconds)


def _http(target: Target) -> HttpLogin:
    if target.login.http is msgspec.UNSET:
        raise mismatch("no-http-login: the entry describes none")
    return target.login.http


def _variables(browser: Browser) -> dict[str, str]:
    return {"origin": browser.origin, "host": browser.host}


def _surroundings() -> Surroundings:
    return Surroundings(int(time.time() * 1000), secrets.token_bytes(64))


def _drive(
    course: Generator[Sending, Answer, T], browser: Browser, target: Target, sent: list[Sending] | None = None
) -> T:
    """Carry a course out; raises EndedError, OSError, OutOfScopeError."""
    signals = _http(target).signals
    lockout = target.family.lockout
    sent = [] if sent is None else sent
    try:
        sending = next(course)
        while True:
            sent.append(sending)
            answer = browser.send(sending.request, lambda one: read_signals(signals, lockout, one).locked)
            sending = course.send(answer)
    except StopIteration as ended:
        result: T = ended.value
        return result


def _as_look(found: Looked, browser: Browser) -> Look:
    return Look(found.outcome, found.left, found.unlock_seconds, found.evidence, found.reason, browser.exposures)


def _is_open(login: HttpLogin, browser: Browser, state: State) -> bool:
    """Where only contrast tells success from any page, an open page proves nothing."""
    request = None if believes_any(login.confirmed) else open_read(login, state)
    if request is None:
        return False
    try:
        return all_hold(login.confirmed, AnswerReader(browser.send(request)))
    except (EndedError, OSError):
        return False


def _log_out(login: HttpLogin, browser: Browser, state: State, whole: Deadline) -> bool:
    """Send the logout, and once more where the connection broke; whether it was answered or none was needed."""
    if login.logout is msgspec.UNSET:
        return True
    browser.deadline = whole
    for _ in range(2):
        try:
            browser.send(render(login.logout, state.variables))
        except (TemplateError, RequestError):
            return True  # the device gave no session to end
        except OutOfScopeError:
            return False  # the window closed meanwhile; what the login came to is known all the same
        except (EndedError, OSError):
            continue
        return True
    return False
