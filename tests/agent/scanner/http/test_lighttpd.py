"""Logins to a real web server, by Basic and by Digest."""

import pytest

from tuanthu_agent.scanner.interface import Service
from tuanthu_agent.scanner.protocols.http.pages import read_http
from tuanthu_policy.devices.loader import load_devices
from tuanthu_policy.devices.matching import recognise
from tuanthu_policy.devices.verdict import AttemptOutcome as Outcome

METHODS = [("basic", "generic-http-basic"), ("digest", "generic-http-digest")]


@pytest.mark.parametrize(("method", "name"), METHODS)
def test_the_right_account_is_accepted_and_a_wrong_one_refused(lighttpd, looking, trying, method, name):
    port = lighttpd(method)
    assert looking(port, name).outcome is None
    found = trying(port, name)
    assert (found.outcome, found.evidence) == (
        Outcome.ACCEPTED,
        ("status-200", "success", "confirm-200", "confirm:/", "contrast"),
    )
    assert trying(port, name, password="sai-mật-khẩu").outcome is Outcome.REFUSED
    assert trying(port, name, user="tt-ngẫu-nhiên").outcome is Outcome.REFUSED


@pytest.mark.parametrize(
    ("method", "name", "user"),
    [("basic", "generic-http-basic", 'a"b\\c'), ("digest", "generic-http-digest", "quản-trị")],
)
def test_names_and_passwords_with_odd_letters_work(lighttpd, trying, method, name, user):
    port = lighttpd(method, user=user, password="mật khẩu: 1")
    assert trying(port, name, user=user, password="mật khẩu: 1").outcome is Outcome.ACCEPTED


@pytest.mark.parametrize(("method", "other"), [("basic", "generic-http-digest"), ("digest", "generic-http-basic")])
def test_a_server_that_wants_the_other_scheme_is_no_refusal(lighttpd, looking, trying, method, other):
    port = lighttpd(method)
    assert looking(port, other).outcome is Outcome.MISMATCH
    found = trying(port, other)
    assert (found.outcome, "401" in found.reason) == (Outcome.MISMATCH, True)


def test_a_server_that_asks_nothing_is_a_mismatch_and_its_page_no_success(lighttpd, looking, trying):
    port = lighttpd(None)
    assert looking(port, "generic-http-basic").outcome is Outcome.MISMATCH
    found = trying(port, "generic-http-basic")
    assert (found.outcome, found.reason) == (Outcome.UNCLEAR, "open-without-credentials: status 200")


@pytest.mark.parametrize(("method", "name"), METHODS)
def test_it_is_recognised_by_its_challenge(lighttpd, door, method, name):
    port = lighttpd(method)
    seen = read_http(door, Service("127.0.0.1", port, "http"), 10)
    assert (seen.subjects["http.realm"], seen.exposures, seen.reason) == ("Router", ("http-without-tls",), None)
    assert recognise(load_devices().values(), seen.subjects).best.family.id == name
