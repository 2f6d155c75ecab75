"""SSH servers that answer in ways in which a client easily reads a refusal, or more, into nothing."""

import pytest
from tests.agent.scanner.servers.ssh import OddServer
from tests.assets.servers.real import scripted

from tuanthu_policy.devices.verdict import AttemptOutcome

MANNERS = {
    "grants": (AttemptOutcome.ACCEPTED, "confirm:session"),
    "hangs-up": (AttemptOutcome.UNREACHABLE, "closed: without an answer to a login"),
    "silent": (AttemptOutcome.UNREACHABLE, "silent: no answer to a login"),
    "change": (AttemptOutcome.MUST_CHANGE, "asks-change"),
    "locked": (AttemptOutcome.LOCKED, "locked: the device says so"),
    "echo": (AttemptOutcome.REFUSED, "userauth-failure"),
    "partial": (AttemptOutcome.UNCLEAR, "ssh-partial: the password is right and not enough"),
    "partial-change": (AttemptOutcome.MUST_CHANGE, "asks-change"),
    "no-session": (AttemptOutcome.UNCLEAR, "ssh-unconfirmed: no session is given"),
}


@pytest.mark.parametrize("manner", MANNERS)
def test_each_manner_is_told_from_the_others(trying, manner, caplog):
    server = OddServer(manner)
    with scripted(server) as port:
        came = trying("ssh", port, "admin", "Mat-Khau.9x", seconds=3.0 if manner == "silent" else 20.0)
    outcome, said = MANNERS[manner]
    assert came.outcome is outcome, came
    assert said in (came.reason, *came.evidence)
    assert (server.passwords, server.commands) == (1, 0)
    assert not [record for record in caplog.records if record.name.startswith("tuanthu_agent.scanner")], (
        "the client logs"
    )


def test_a_lock_says_how_long(trying):
    with scripted(OddServer("locked")) as port:
        assert trying("ssh", port, "admin", "Mat-Khau.9x").unlock_seconds == 120


def test_a_server_that_asks_for_no_password_is_open(trying):
    server = OddServer("open")
    with scripted(server) as port:
        assert trying("ssh", port, "admin", "Mat-Khau.9x").outcome is AttemptOutcome.NO_AUTH
        assert trying("ssh", port, "admin", "").outcome is AttemptOutcome.ACCEPTED
    assert server.passwords == 0


def test_a_question_for_something_else_is_not_answered_with_the_password(trying):
    server = OddServer("grants", methods="keyboard-interactive")
    server.check_auth_interactive = lambda *_: __import__("paramiko").InteractiveQuery("", "", ("Code: ", True))
    with scripted(server) as port:
        assert trying("ssh", port, "admin", "Mat-Khau.9x").outcome is AttemptOutcome.UNCLEAR
    assert server.passwords == 0
