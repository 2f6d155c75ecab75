"""What is wrong with the way in that an entry describes. Pure."""

from collections.abc import Iterator
from typing import Final

import msgspec

from tuanthu_policy.devices.check_parts import (
    Fault,
    check_request,
    check_sealed,
    check_signals,
    check_steps,
    check_tests,
    request_names,
)
from tuanthu_policy.devices.contrasting import contrast_step
from tuanthu_policy.devices.family import HttpLogin, Login, Step, Tests
from tuanthu_policy.devices.neutral import NEUTRAL, UNAUTHORISED
from tuanthu_policy.devices.subjects import AnswerReader
from tuanthu_policy.devices.templates import TemplateError, names_in
from tuanthu_policy.devices.testing import all_hold
from tuanthu_policy.yaml_tree import Where

PROTOCOLS: Final = ("http", "ssh", "telnet", "ftp", "snmp", "rtsp", "onvif", "mqtt", "routeros")
SIDE_EFFECTS: Final = ("none", "evicts-admin-session", "consumes-session-slot")
GIVEN: Final = frozenset({"user", "password", "origin", "host"})
"""Variables that are there from the beginning; before the password is sent only the last two."""


def check_login(login: Login, where: Where) -> Iterator[Fault]:
    """One way in."""
    if login.protocol not in PROTOCOLS:
        shown = ", ".join(PROTOCOLS)
        yield (*where, "protocol"), f"giao thức phải là một trong: {shown}", f"the protocol is one of: {shown}"
    if login.side_effects not in SIDE_EFFECTS:
        shown = ", ".join(SIDE_EFFECTS)
        yield (*where, "side_effects"), f"phải là một trong: {shown}", f"one of: {shown}"
    if (login.protocol == "http") != (login.http is not msgspec.UNSET):
        yield (*where, "http"), "phần http đi cùng giao thức http", "the part http goes with the protocol http"
    if login.http is not msgspec.UNSET:
        yield from _check_http(login.http, (*where, "http"))


def _check_http(login: HttpLogin, where: Where) -> Iterator[Fault]:
    before: set[str] = {"origin", "host"}
    yield from check_steps(login.preflight, (*where, "preflight"), before)
    for index, step in enumerate(login.preflight):
        if step.attempt or step.request.auth in {"basic", "digest"}:
            yield (*where, "preflight", index), "preflight không được đăng nhập", "a preflight may not log in"
    variables: set[str] = set(GIVEN)
    yield from check_steps(login.steps, (*where, "steps"), variables)
    yield from _check_attempt(login.steps, (*where, "steps"))
    yield from check_sealed(login.sealed, (*where, "sealed"), variables)
    yield from check_request(login.confirm, (*where, "confirm"), variables)
    if login.confirm.method not in {"GET", "HEAD", "POST"}:
        yield (*where, "confirm", "method"), "bước xác nhận chỉ được đọc", "the confirmation only reads"
    if login.confirm.auth == "none":
        yield (*where, "confirm", "auth"), "bước xác nhận dùng phiên vừa mở", "the confirmation uses the session"
    if login.logout is not msgspec.UNSET:
        yield from check_request(login.logout, (*where, "logout"), variables)
    yield from check_signals(login.signals, (*where, "signals"))
    for name in ("success", "confirmed", "failure", "must_change"):
        yield from check_tests(getattr(login, name), (*where, name))
        if name in {"failure", "must_change"} or contrast_step(login) is None:
            yield from check_proof(getattr(login, name), (*where, name), unauthorised=name != "failure")
    yield from check_proof(login.signals.locked, (*where, "signals", "locked"), unauthorised=True, common=_COMMON_LOCKS)


_COMMON_LOCKS: Final = frozenset({"forbidden", "too-many", "busy"})
"""Answers that may mean a lock: taking one for it costs a day, never a wrong verdict."""


def check_proof(
    tests: Tests | msgspec.UnsetType, where: Where, *, unauthorised: bool, common: frozenset[str] = frozenset()
) -> Iterator[Fault]:
    """Refuse tests that hold on an answer that proves nothing, such as any page with status 200."""
    if tests is msgspec.UNSET:
        return
    answers = {name: answer for name, answer in NEUTRAL.items() if name not in common}
    if unauthorised:
        answers["unauthorised"] = UNAUTHORISED
    for name, answer in answers.items():
        if all_hold(tests, AnswerReader(answer)):
            yield (
                where,
                f"đúng cả với câu trả lời không chứng minh gì ({name}); cần bằng chứng riêng của thiết bị",
                f"this holds on an answer that proves nothing ({name}); ask for evidence of the device's own",
            )
            return


def _check_attempt(steps: list[Step], where: Where) -> Iterator[Fault]:
    """Exactly one step carries the password, or what was computed from it."""
    marked = [index for index, step in enumerate(steps) if step.attempt]
    if len(marked) != 1:
        yield where, "đúng một bước có attempt: true", "exactly one step has attempt: true"
        return
    secret = {"password"}
    for index, step in enumerate(steps):
        for one in step.compute:
            if _names(one.of) & secret or (one.key is not msgspec.UNSET and _names(one.key) & secret):
                secret.add(one.set)
        sends = bool(request_names(step.request) & secret) or step.request.auth in {"basic", "digest"}
        if sends != step.attempt:
            if sends:
                yield (*where, index), "bước này cũng gửi mật khẩu", "this step sends the password as well"
            else:
                yield (*where, index), "bước attempt không gửi mật khẩu", "the attempt does not send the password"


def _names(text: str) -> set[str]:
    try:
        return names_in(text)
    except TemplateError:
        return set()
