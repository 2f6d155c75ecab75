"""The RouterOS API on an emulator of both generations."""

import pytest
from tests.agent.scanner.servers.routeros import RouterOsApi, write_sentence
from tests.assets.servers.real import scripted

from tuanthu_agent.scanner.interface import Service
from tuanthu_agent.scanner.protocols.registry import READERS
from tuanthu_policy.devices.verdict import AttemptOutcome


@pytest.mark.parametrize(("old", "style"), [(False, "plain"), (True, "challenge")])
def test_both_generations_grant_and_refuse_once(looking, trying, old, style):
    device = RouterOsApi("admin", "", old=old)
    with scripted(device) as port:
        assert looking("routeros", port).evidence == ("login-wanted",)
        came = trying("routeros", port, "admin", "")
        assert came.outcome is AttemptOutcome.ACCEPTED, came
        assert came.evidence == ("done", style, "confirm:resource")
        assert (device.failures, device.left) == (0, 1)
        came = trying("routeros", port, "admin", "sai-hoan-toan")
        assert (came.outcome, device.failures) == (AttemptOutcome.REFUSED, 1), came
    assert set(device.commands) == {"/login", "/quit", "/system/resource/print"}


def test_a_device_without_a_login_is_open(looking):
    device = RouterOsApi("admin", "", open_=True)
    with scripted(device) as port:
        look = looking("routeros", port)
        assert (look.outcome, look.exposures) == (AttemptOutcome.NO_AUTH, ("routeros-without-tls",))
    assert device.left == 1


def test_other_words_of_a_trap_are_no_refusal(trying):
    with scripted(RouterOsApi("admin", "x", says="internal error")) as port:
        assert trying("routeros", port, "admin", "y").outcome is AttemptOutcome.UNCLEAR
    with scripted(RouterOsApi("admin", "x", says="too many login attempts, try again in 60 seconds")) as port:
        came = trying("routeros", port, "admin", "y")
        assert (came.outcome, came.unlock_seconds) == (AttemptOutcome.LOCKED, 60)


def test_done_without_a_readable_resource_is_unclear(trying):
    def serve(sock):
        for _ in range(3):
            sock.recv(4096)
            write_sentence(sock, "!done")

    with scripted(serve) as port:
        assert trying("routeros", port, "admin", "y").outcome is AttemptOutcome.UNCLEAR


def test_the_banner_is_how_it_refuses(door):
    with scripted(RouterOsApi("admin", "x")) as port:
        seen = READERS["routeros"](door, Service("127.0.0.1", port, "routeros"), 5.0)
        assert seen.subjects == {"routeros.banner": "!fatal not logged in"}
