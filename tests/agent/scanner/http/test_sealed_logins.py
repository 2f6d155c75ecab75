"""Logins that encrypt, against devices that were written from what other people's clients do, and not from the entries."""

from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from tests.agent.scanner.http.conftest import target
from tests.lab.devices.device import Device
from tests.lab.devices.http import Request
from tests.lab.devices.registry import KINDS
from tests.lab.devices.state import SITE_PASSWORD

from tuanthu_agent.scanner.protocols.http.pages import ask_attestations
from tuanthu_policy.devices.verdict import AttemptOutcome as Outcome
from tuanthu_policy.devices.verdict import Verdict

ENTRIES = {
    "tplink-archer": "tp-link-archer-luci",
    "mercusys-luci": "mercusys-luci",
    "mercusys-mw": "mercusys-router",
    "tplink-gdpr": "tp-link-gdpr",
    "ruijie-reyee": "ruijie-reyee",
}
LOOPBACK = ("127.0.0.1", 1)


@pytest.fixture
def standing(scripted):
    """A device at a port of loopback."""

    def stand(kind, mutation="changed"):
        device = Device(KINDS[kind], "127.0.0.1", "02:00:0a:4d:00:11", mutation)
        service = next(service for service in device.services if service.protocol == "http")
        page = service.serve(device, service)

        def handler(sent):
            place = urlsplit(sent.path)
            fields = {name.lower(): value for name, value in sent.headers}
            query = dict(parse_qsl(place.query, keep_blank_values=True))
            entry = device.connection(service.port, LOOPBACK)
            request = Request(sent.method, unquote(place.path), query, fields, sent.body, LOOPBACK[0], entry)
            return page.respond(request).encode(page.server)

        return device, scripted(handler).port

    return stand


def untouched(device):
    """Nothing written, nobody put out, no session left."""
    seen = device.state.report()
    return seen["writes"] == [] and seen["evictions"] == 0 and seen["opened"] == seen["closed"]


@pytest.mark.parametrize("kind", ENTRIES)
def test_the_sites_own_password_is_accepted_and_the_session_ended(kind, standing, looking, trying):
    device, port = standing(kind)
    assert looking(port, ENTRIES[kind]).outcome is None
    came = trying(port, ENTRIES[kind], password=SITE_PASSWORD)
    assert came.outcome is Outcome.ACCEPTED, came
    assert "logout-failed" not in came.evidence
    assert (device.state.opened, device.state.closed, len(device.state.attempts)) == (1, 1, 1)
    assert untouched(device)


@pytest.mark.parametrize("kind", ENTRIES)
@pytest.mark.parametrize(("user", "password"), [("admin", "Sai-mật-khẩu"), ("tuanthu-4f", "x" * 32)])
def test_another_password_is_refused_once(kind, user, password, standing, trying):
    device, port = standing(kind)
    came = trying(port, ENTRIES[kind], user=user, password=password)
    assert came.outcome is Outcome.REFUSED, came
    assert len(device.state.attempts) == 1
    assert untouched(device)


@pytest.mark.parametrize("kind", ENTRIES)
def test_the_device_says_how_many_are_left_and_when_it_is_locked(kind, standing, looking, trying):
    device, port = standing(kind, "lock-3-ip")
    entry = ENTRIES[kind]
    told = [trying(port, entry, password="Sai-mật-khẩu").left for _ in range(2)]
    told.append(looking(port, entry).left)
    assert all(left < 10 for left in told if left is not None)
    assert kind == "mercusys-mw" or any(left is not None for left in told)
    assert trying(port, entry, password="Sai-mật-khẩu").outcome in {Outcome.REFUSED, Outcome.LOCKED}
    came = trying(port, entry, password=SITE_PASSWORD)
    assert came.outcome is Outcome.LOCKED, came
    assert untouched(device)


@pytest.mark.parametrize("kind", ["tplink-archer", "mercusys-luci", "mercusys-mw", "tplink-gdpr"])
def test_nobody_is_put_out(kind, standing, trying):
    device, port = standing(kind, "single-session")
    came = trying(port, ENTRIES[kind], password=SITE_PASSWORD)
    assert came.outcome in {Outcome.UNCLEAR, Outcome.MISMATCH}, came
    assert untouched(device)


@pytest.mark.parametrize("kind", ["tplink-archer", "mercusys-luci"])
def test_a_stale_signature_is_no_refusal(kind, standing, trying):
    device, port = standing(kind, "stale-token")
    assert trying(port, ENTRIES[kind], password=SITE_PASSWORD).outcome is Outcome.UNCLEAR
    assert trying(port, ENTRIES[kind], password=SITE_PASSWORD).outcome is Outcome.ACCEPTED
    assert untouched(device)


@pytest.mark.parametrize("kind", ["tplink-archer", "mercusys-luci"])
@pytest.mark.parametrize(("mutation", "verdict"), [("uninitialised", Verdict.UNINITIALISED), ("changed", None)])
def test_the_device_says_itself_that_nobody_set_it_up(kind, mutation, verdict, standing, door):
    device, port = standing(kind, mutation)
    place = target(port, ENTRIES[kind])
    assert ask_attestations(door, place.service, place.family, 5.0).verdict == verdict
    assert device.state.attempts == []
