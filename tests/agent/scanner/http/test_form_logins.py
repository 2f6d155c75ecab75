"""A form with a token, a hashed password and a redirect, as many modems have it: nothing of it is code."""

import hashlib
from urllib.parse import parse_qs

import msgspec
import pytest
from tests.agent.scanner.http.serving import reply

from tuanthu_agent.scanner.interface import OutOfScopeError, Service, Target
from tuanthu_agent.scanner.protocols.http.login import HttpLogins
from tuanthu_policy.devices.checks import faults
from tuanthu_policy.devices.family import Account, Family
from tuanthu_policy.devices.verdict import AttemptOutcome as Outcome

FORM = r"""<script>getObj("Frm_Logintoken").value = "\x31\x37"; var rand = "4711";</script><form name="login">"""
FAMILY = {
    "schema": 1,
    "id": "modem",
    "vendor": "Thử",
    "family": "Thử",
    "device_class": "ont",
    "status": "documented",
    "references": [{"kind": "vendor-manual", "title": "x", "claim": "x"}],
    "fingerprint": {"ports": [], "evidence": [{"where": "http.body", "regex": "Frm_Logintoken", "weight": 70}]},
    "remediation": {"vi": "Đổi", "en": "Change"},
    "examples": ["x"],
    "accounts": [{"user": "admin", "password": "admin", "source": 0}],
    "logins": [
        {
            "id": "form",
            "protocol": "http",
            "http": {
                "steps": [
                    {
                        "id": "page",
                        "request": {"path": "/"},
                        "take": {
                            "packed": {"where": "body", "regex": r'Frm_Logintoken.\).value = "([^"]*)"'},
                            "rand": {"where": "body", "regex": r'rand = "([0-9]+)"'},
                        },
                    },
                    {
                        "id": "login",
                        "compute": [
                            {"set": "token", "by": "unescape_js", "of": "{packed}"},
                            {"set": "proof", "by": "sha256", "of": "{password}{rand}"},
                        ],
                        "request": {
                            "method": "POST",
                            "path": "/",
                            "headers": {"Referer": "{origin}/"},
                            "form": {
                                "action": "login",
                                "Username": "{user}",
                                "Password": "{proof}",
                                "Token": "{token}",
                            },
                        },
                        "attempt": True,
                        "require": {"all": [{"where": "status", "equals": 302}]},
                        "take": {"next": {"where": "location"}},
                    },
                    {"id": "start", "request": {"path": "{next}"}},
                ],
                "success": {"all": [{"where": "body", "regex": 'id="mainmenu"'}]},
                "confirm": {"path": "/getpage.gch?pid=1002"},
                "confirmed": {"all": [{"where": "body", "regex": "SerialNumber"}]},
                "failure": {"all": [{"where": "status", "equals": 200}, {"where": "body", "regex": "error_password"}]},
                "signals": {"locked": {"any": [{"where": "body", "regex": "locked for"}]}},
                "logout": {"path": "/logout"},
            },
        }
    ],
}


class Modem:
    def __init__(self, *, password="admin", to="/start.ghtml"):
        self.password = password
        self.to = to
        self.inside = False
        self.token = "17"

    def __call__(self, request):
        cookie = request.header("Cookie") or ""
        if request.method == "POST":
            return self.login({name: values[0] for name, values in parse_qs(request.body.decode()).items()}, cookie)
        if request.path == "/":
            return reply(200, FORM, "Set-Cookie: sid=9")
        if request.path == "/logout":
            self.inside = False
            return reply(200, "bye")
        pages = {"/start.ghtml": '<div id="mainmenu">', "/getpage.gch?pid=1002": "<SerialNumber>Z</SerialNumber>"}
        return reply(200, pages[request.path] if self.inside and "sid=9" in cookie else FORM)

    def login(self, fields, cookie):
        if fields["Token"] != self.token or "sid=9" not in cookie:
            return reply(200, "<p>Trang đã hết hạn</p>" + FORM)
        if fields["Password"] != hashlib.sha256(f"{self.password}4711".encode()).hexdigest():
            return reply(200, "error_password" + FORM)
        self.inside = True
        return reply(302, "", f"Location: {self.to}")


@pytest.fixture
def logging_in(scripted, door):
    def attempt(device):
        family = msgspec.convert(FAMILY, Family)
        target = Target(Service("127.0.0.1", scripted(device).port, "http"), family, family.logins[0])
        return HttpLogins().attempt(door, target, Account(user="admin", password="admin", source=0), 10)

    return attempt


def test_the_entry_is_right():
    assert list(faults(msgspec.convert(FAMILY, Family))) == []


def test_it_logs_in_follows_confirms_and_leaves(logging_in):
    device = Modem()
    found = logging_in(device)
    assert (found.outcome, found.evidence[-1], device.inside) == (Outcome.ACCEPTED, "confirm:/getpage.gch", False)


def test_a_changed_password_is_refused(logging_in):
    assert logging_in(Modem(password="khác")).outcome is Outcome.REFUSED


def test_a_stale_token_is_no_refusal(logging_in):
    device = Modem()
    device.token = "18"
    found = logging_in(device)
    assert (found.outcome, found.reason) == (Outcome.MISMATCH, "unexpected-answer: login: status 200")


def test_a_redirect_to_another_host_is_not_followed_and_the_session_is_left(logging_in):
    device = Modem(to="http://198.51.100.7/start.ghtml")
    found = logging_in(device)
    assert (found.outcome, found.reason, device.inside) == (Outcome.MISMATCH, "request-refused: path", False)


def test_a_logout_that_never_answers_is_told(logging_in):
    device = Modem()
    found = logging_in(lambda request: b"" if request.path == "/logout" else device(request))
    assert (found.outcome, found.evidence[-1]) == (Outcome.ACCEPTED, "logout-failed")


def test_a_scope_that_ends_before_the_logout_loses_no_outcome(logging_in, door, monkeypatch):
    device = Modem()
    connect, count = door.connect, iter(range(99))

    def until_confirmed(*arguments):
        if next(count) >= 4:
            raise OutOfScopeError
        return connect(*arguments)

    monkeypatch.setattr(door, "connect", until_confirmed)
    found = logging_in(device)
    assert (found.outcome, found.evidence[-1]) == (Outcome.ACCEPTED, "logout-failed")
