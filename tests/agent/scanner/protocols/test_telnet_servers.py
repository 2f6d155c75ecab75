"""Telnet against inetutils' telnetd with the machine's own login."""

import pytest
from tests.assets.servers.processes import EXPIRED, PASSWORD, USER
from tests.assets.servers.real import telnetd

from tuanthu_agent.scanner.interface import Service
from tuanthu_agent.scanner.protocols.registry import READERS
from tuanthu_policy.devices.verdict import AttemptOutcome

pytestmark = pytest.mark.root


@pytest.fixture
def port(tmp_path, accounts):
    with telnetd(tmp_path, accounts) as (found, _):
        yield found


def test_a_login_is_asked_for_and_the_banner_is_read(port, looking, door):
    look = looking("telnet", port)
    assert (look.outcome, look.evidence, look.exposures) == (None, ("asks-login",), ("telnet-open",))
    assert "login:" in READERS["telnet"](door, Service("127.0.0.1", port, "telnet"), 8.0).subjects["telnet.banner"]


def test_the_right_password_brings_a_shell_which_is_left_again(port, trying):
    came = trying("telnet", port, USER, PASSWORD)
    assert came.outcome is AttemptOutcome.ACCEPTED, came
    assert came.evidence == ("shell", "confirm:prompt")


@pytest.mark.parametrize("user", [USER, "khong-co"])
def test_a_wrong_password_is_refused(port, trying, user):
    came = trying("telnet", port, user, "sai-hoan-toan")
    assert came.outcome is AttemptOutcome.REFUSED, came
    assert came.evidence[0] == "says-refused"


def test_a_forced_change_is_seen_and_not_answered(port, trying):
    came = trying("telnet", port, EXPIRED, PASSWORD)
    assert came.outcome is AttemptOutcome.MUST_CHANGE, came
