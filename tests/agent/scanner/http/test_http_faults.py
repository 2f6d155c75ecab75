"""Devices that break off, babble or never end: never an exception, never knowledge, never longer than allowed."""

import gzip
import itertools
import time
import zlib

import pytest
from tests.agent.scanner.http.devices import HIKVISION, DigestDevice
from tests.agent.scanner.http.serving import RESET, drip, free_port, reply

from tuanthu_agent.scanner.interface import OutOfScopeError
from tuanthu_policy.devices.verdict import AttemptOutcome as Outcome

ASKS = 'WWW-Authenticate: Digest realm="x", nonce="1", qop="auth"'
OK = "<userCheck><statusValue>200</statusValue></userCheck>"
NOTHING_KNOWN = {Outcome.UNCLEAR, Outcome.UNREACHABLE, Outcome.MISMATCH}


def after_challenge(answer):
    """The challenge as it should be, and then this."""
    return lambda request: answer() if request.header("Authorization") else reply(401, "", ASKS)


FAULTS = {
    "nothing": lambda: b"",
    "reset": lambda: [RESET],
    "half a head": lambda: b"HTTP/1.1 401 Unauthorized\r\nServer: x",
    "a head and a reset": lambda: [b"HTTP/1.1 401 Unauthorized\r\nServer: x\r\n", RESET],
    "no HTTP": lambda: b"SSH-2.0-x\r\n",
    "HTTP/0.9": lambda: b"<html>401</html>",
    "zeros": lambda: bytes(5000),
    "status of two digits": lambda: b"HTTP/1.1 40 x\r\n\r\n",
    "HTTP 2": lambda: b"HTTP/2 401 x\r\n\r\n",
    "short body": lambda: b"HTTP/1.1 401 x\r\nContent-Length: 100\r\n\r\nabc",
    "two lengths": lambda: b"HTTP/1.1 401 x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "negative length": lambda: b"HTTP/1.1 401 x\r\nContent-Length: -1\r\n\r\nab",
    "wordy length": lambda: b"HTTP/1.1 401 x\r\nContent-Length: many\r\n\r\nab",
    "huge length": lambda: [b"HTTP/1.1 401 x\r\nContent-Length: 99999999999\r\n\r\n", b"x" * 400_000],
    "endless body": lambda: itertools.chain([b"HTTP/1.1 401 x\r\n\r\n"], itertools.repeat(b"x" * 65536, 40)),
    "reset in a body without length": lambda: [b"HTTP/1.1 401 x\r\n\r\nabc", RESET],
    "endless headers": lambda: itertools.chain([b"HTTP/1.1 401 x\r\n"], itertools.repeat(b"A: " + b"x" * 1000 + b"\r\n", 2000)),
    "one endless header": lambda: itertools.chain([b"HTTP/1.1 401 x\r\nA: "], itertools.repeat(b"x" * 65536, 40)),
    "endless interim answers": lambda: itertools.repeat(b"HTTP/1.1 100 Continue\r\n\r\n", 20),
    "bad chunk": lambda: b"HTTP/1.1 401 x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n",
    "short chunk": lambda: b"HTTP/1.1 401 x\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc",
    "chunk that overruns": lambda: b"HTTP/1.1 401 x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n",
    "huge chunks": lambda: itertools.chain(
        [b"HTTP/1.1 401 x\r\nTransfer-Encoding: chunked\r\n\r\n"], itertools.repeat(b"10000\r\n" + b"x" * 65536 + b"\r\n", 40)
    ),
    "no gzip": lambda: reply(401, b"abc", "Content-Encoding: gzip"),
    "short gzip": lambda: reply(401, gzip.compress(OK.encode() * 50)[:-20], "Content-Encoding: gzip"),
    "packed bomb": lambda: reply(401, gzip.compress(bytes(50_000_000)), "Content-Encoding: gzip"),
    "unknown coding": lambda: reply(401, b"abc", "Content-Encoding: br"),
    "server error": lambda: reply(500, "x"),
    "catch-all": lambda: reply(200, "<html><title>Welcome</title></html>"),
    "redirect": lambda: reply(302, "", "Location: /login.htm"),
    "redirect elsewhere": lambda: reply(302, "", "Location: http://198.51.100.7/"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_no_fault_at_the_login_is_knowledge(scripted, trying, fault):
    server = scripted(after_challenge(FAULTS[fault]))
    found = trying(server.port, "hikvision-isapi")
    assert found.outcome in NOTHING_KNOWN
    assert found.reason
    assert sum(one.header("Authorization") is not None for one in server.requests) == 1


@pytest.mark.parametrize("fault", FAULTS)
def test_no_fault_of_the_first_answer_lets_the_password_out(scripted, looking, trying, fault):
    server = scripted(lambda _request: FAULTS[fault]())
    look = looking(server.port, "hikvision-isapi")
    assert look.outcome in NOTHING_KNOWN
    assert look.reason
    assert trying(server.port, "hikvision-isapi").outcome in NOTHING_KNOWN
    assert all(one.header("Authorization") is None for one in server.requests)


@pytest.mark.parametrize("seconds", [0.6])
@pytest.mark.parametrize("slow", [drip, lambda _data: iter([time.sleep(3) or b""])], ids=["drips", "silent"])
def test_a_tarpit_ends_with_the_time_that_is_given(scripted, looking, trying, slow, seconds):
    server = scripted(lambda _request: slow(reply(401, "x" * 500, ASKS)))
    start = time.monotonic()
    assert looking(server.port, "hikvision-isapi", seconds=seconds).outcome is Outcome.UNREACHABLE
    assert trying(server.port, "hikvision-isapi", seconds=seconds).outcome is Outcome.UNREACHABLE
    assert time.monotonic() - start < 30


def test_a_closed_port_and_a_plain_service_that_should_speak_tls(scripted, looking, trying):
    assert looking(free_port(), "hikvision-isapi").outcome is Outcome.UNREACHABLE
    found = trying(scripted(lambda _request: reply(401)).port, "hikvision-isapi", tls=True)
    assert (found.outcome in NOTHING_KNOWN, found.reason.startswith("tls")) == (True, True)


@pytest.mark.parametrize(
    "answer",
    [
        lambda: reply(200, gzip.compress(OK.encode()), "Content-Encoding: gzip"),
        lambda: reply(200, zlib.compress(OK.encode()), "Content-Encoding: deflate"),
        lambda: reply(200, zlib.compress(OK.encode())[2:-4], "Content-Encoding: deflate"),
        lambda: reply(200, OK, length=False),
        lambda: b"HTTP/1.1 100 Continue\r\n\r\n" + reply(200, OK),
        lambda: b"HTTP/1.0 200 OK\n\n" + OK.encode(),
        lambda: b"HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\n" + OK[:5].encode() + b"\r\n%x\r\n" % (len(OK) - 5) + OK[5:].encode() + b"\r\n0\r\n\r\n",
        lambda: drip(reply(200, OK), 0.001),
        lambda: b"HTTP/1.1 200 OK\r\nX: a\r\n b\r\njunk\r\nContent-Length: %d\r\n\r\n" % len(OK) + OK.encode(),
    ],
    ids=["gzip", "zlib", "deflate", "until close", "interim", "bare line feeds", "chunked", "slow", "folded"],
)  # fmt: skip
def test_odd_but_whole_answers_are_read(scripted, trying, answer):
    device = DigestDevice(HIKVISION)

    def handle(request):
        given = device(request)
        return answer() if given.startswith(b"HTTP/1.1 200") and request.path.endswith("userCheck") else given

    assert trying(scripted(handle).port, "hikvision-isapi").outcome is Outcome.ACCEPTED


def test_what_the_scope_forbids_is_not_swallowed(looking, trying, door, monkeypatch):
    def refuse(*_arguments):
        raise OutOfScopeError

    monkeypatch.setattr(door, "connect", refuse)
    for run in (looking, trying):
        with pytest.raises(OutOfScopeError):
            run(9, "hikvision-isapi")
