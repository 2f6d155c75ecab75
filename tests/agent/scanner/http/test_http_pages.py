"""What a web service shows to anybody: the evidence, probes and the device's own word."""

import hashlib
import ssl

import msgspec
import pytest
from tests.agent.scanner.http.serving import RESET, free_port, reply

from tuanthu_agent.scanner.interface import OutOfScopeError, Service
from tuanthu_agent.scanner.protocols.http.pages import ask, ask_attestations, ask_probes, read_http
from tuanthu_policy.devices.answer import Answer
from tuanthu_policy.devices.family import Request
from tuanthu_policy.devices.loader import load_devices
from tuanthu_policy.devices.matching import recognise, wanted_probes
from tuanthu_policy.devices.verdict import Verdict

FAMILIES = load_devices()
HIKVISION = FAMILIES["hikvision-isapi"]
ICON = b"\x00\x00\x01\x00"


def web(port, tls=False):
    return Service("127.0.0.1", port, "http", tls=tls)


def site(pages, other=None):
    """Pages by path; the rest is 404 or `other`."""
    return lambda request: pages.get(request.path, other or reply(404))


def test_start_page_icon_and_catch_all(scripted, door):
    server = scripted(site({"/": reply(200, "<title>Máy in</title>", "Server: S"), "/favicon.ico": reply(200, ICON)}))
    seen = read_http(door, web(server.port), 10)
    assert seen.subjects["http.title"] == "Máy in"
    assert seen.subjects["http.header.server"] == "S"
    assert seen.subjects["http.favicon.md5"] == hashlib.md5(ICON).hexdigest()
    assert seen.subjects["http.catch_all"] == "false"
    assert (seen.exposures, seen.reason) == (("http-without-tls",), None)
    assert all(one.header("Authorization") is None for one in server.requests)


def test_a_page_for_every_path_is_told(scripted, door):
    server = scripted(lambda _request: reply(200, "<title>x</title>", "Content-Type: text/html"))
    seen = read_http(door, web(server.port), 10)
    assert seen.subjects["http.catch_all"] == "true"
    assert "http.favicon.md5" not in seen.subjects


@pytest.mark.parametrize("location", ["/weblogin.htm", "http://127.0.0.1:{port}/weblogin.htm"])
def test_a_redirect_of_the_same_origin_is_followed_and_told(scripted, door, location):
    pages = {"/weblogin.htm": reply(200, "<title>Vigor</title>")}
    server = scripted(site(pages))
    pages["/"] = reply(302, "", f"Location: {location.format(port=server.port)}", "Server: DWS")
    seen = read_http(door, web(server.port), 10).subjects
    assert (seen["http.status"], seen["http.title"], seen["http.header.server"]) == ("200", "Vigor", "DWS")
    assert seen["http.location"].endswith("/weblogin.htm")


@pytest.mark.parametrize(
    "location", ["http://198.51.100.7/", "https://127.0.0.1/", "//198.51.100.7/", "login.htm", "javascript:x", ""]
)
def test_a_redirect_elsewhere_is_told_and_not_followed(scripted, door, location):
    server = scripted(lambda _request: reply(302, "", f"Location: {location}"))
    seen = read_http(door, web(server.port), 10).subjects
    assert seen["http.status"] == "302"
    assert [one.path for one in server.requests][:2] == ["/", "/favicon.ico"]


def test_redirects_without_end_are_given_up(scripted, door):
    server = scripted(lambda _request: reply(302, "", "Location: /x"))
    assert read_http(door, web(server.port), 10).subjects["http.location"] == "/x"
    assert len(server.requests) == 5


def test_a_long_page_is_cut_and_a_broken_one_leaves_what_was_seen(scripted, door):
    server = scripted(site({"/": reply(200, "<title>lớn</title>" + "x" * 400_000)}))
    assert len(read_http(door, web(server.port), 10).subjects["http.body"]) < 262_144
    server = scripted(site({"/": reply(200, "<title>x</title>")}, [RESET]))
    seen = read_http(door, web(server.port), 10)
    assert (seen.subjects["http.title"], seen.reason.partition(":")[0]) == ("x", "closed")
    assert read_http(door, web(free_port()), 10).subjects == {}


def test_a_certificate_and_old_tls_are_told_even_where_no_page_comes(scripted, door, certified):
    server = scripted(lambda _request: [RESET], certified(ssl.TLSVersion.TLSv1))
    seen = read_http(door, web(server.port, tls=True), 10)
    assert (seen.subjects["tls.subject"], seen.subjects["tls.version"]) == ("CN=modem.lan", "TLSv1")
    assert seen.exposures == ("obsolete-tls",)


def test_probes_settle_what_the_page_leaves_open_and_are_sent_once(scripted, door):
    activated = "<ActivateStatus><Activated>true</Activated></ActivateStatus>"
    server = scripted(site({"/": reply(200, "doc/page/login.asp"), "/SDK/activateStatus": reply(200, activated)}))
    seen = read_http(door, web(server.port), 10).subjects
    assert recognise(FAMILIES.values(), seen) is None
    twin = msgspec.structs.replace(HIKVISION, id="twin")
    wanted = wanted_probes([HIKVISION, twin], seen)
    before = len(server.requests)
    probed = ask_probes(door, web(server.port), wanted, 10)
    assert (len(wanted), len(server.requests) - before) == (4, 2)
    assert recognise([HIKVISION], seen, probed).best.score == 90


@pytest.mark.parametrize(
    ("answer", "verdict", "evidence"),
    [
        (
            reply(200, "<ActivateStatus><Activated>false</Activated></ActivateStatus>"),
            Verdict.UNINITIALISED,
            ("attest:activation",),
        ),
        (reply(200, "<ActivateStatus><Activated>true</Activated></ActivateStatus>"), None, ("attest:activation",)),
        (reply(200, "<html>Activated false"), None, ()),
        (reply(404), None, ()),
        (b"", None, ()),
    ],
)
def test_a_device_says_of_itself_that_it_was_never_set_up(scripted, door, answer, verdict, evidence):
    server = scripted(lambda _request: answer)
    found = ask_attestations(door, web(server.port), HIKVISION, 10)
    assert (found.verdict, found.evidence) == (verdict, evidence)


def test_a_request_that_must_not_be_sent_is_not(scripted, door):
    server = scripted(lambda _request: reply(200))
    assert ask(door, web(server.port), Request(path="{unknown}"), 5) == "request-refused: unknown"
    assert ask(door, web(server.port), Request(path="http://198.51.100.7/"), 5) == "request-refused: path"
    assert server.requests == []
    assert isinstance(ask(door, web(server.port), Request(path="/", auth="basic"), 5), Answer)
    assert server.requests[0].header("Authorization") is None


def test_what_the_scope_forbids_is_not_swallowed(door, monkeypatch):
    def refuse(*_arguments):
        raise OutOfScopeError

    monkeypatch.setattr(door, "connect", refuse)
    with pytest.raises(OutOfScopeError):
        read_http(door, web(9), 5)
    with pytest.raises(OutOfScopeError):
        ask_attestations(door, web(9), HIKVISION, 5)
