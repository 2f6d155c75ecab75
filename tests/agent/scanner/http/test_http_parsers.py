"""Reading answers, cookies and challenges of any bytes; Digest against the vectors of its RFC."""

import contextlib
import socket

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuanthu_agent.scanner.protocols.digest import Use, basic_authorization, digest_authorization, pick_digest
from tuanthu_agent.scanner.protocols.faults import EndedError
from tuanthu_agent.scanner.protocols.http.jar import LONGEST, MOST, Jar
from tuanthu_agent.scanner.protocols.http.response import MOST_RECEIVED, read_response
from tuanthu_agent.scanner.protocols.stream import Deadline, Stream
from tuanthu_policy.devices.answer import Answer
from tuanthu_policy.devices.challenges import parse_challenges

RFC = (
    'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm={}, '
    'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
)


@pytest.mark.parametrize(
    ("algorithm", "response"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_the_vectors_of_rfc_7616(algorithm, response):
    challenge = pick_digest(parse_challenges([RFC.format(algorithm)]))
    use = Use("GET", "/dir/index.html", 1, "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ")
    field = digest_authorization(challenge, "Mufasa", "Circle of Life", use)
    assert f'response="{response}"' in field
    assert field.endswith("qop=auth, nc=00000001")


def test_the_vector_of_rfc_7617():
    assert basic_authorization("test", "123£") == "Basic dGVzdDoxMjPCow=="


@pytest.mark.parametrize(
    ("headers", "algorithm"),
    [
        ([RFC.format("SHA-512-256"), RFC.format("MD5")], "MD5"),
        ([RFC.format("SHA-256"), RFC.format("MD5")], "SHA-256"),
        (["Basic realm=x, " + RFC.format("MD5")], "MD5"),
        (['Digest realm="x"'], None),
        (['Digest realm="x", nonce="1", qop="auth-int"'], None),
        (['Basic realm="x"', "NTLM"], None),
        ([], None),
    ],
)
def test_which_challenge_is_answered(headers, algorithm):
    found = pick_digest(parse_challenges(headers))
    assert (found and found.parameters["algorithm"]) == algorithm


@given(st.lists(st.text(max_size=60), max_size=3))
def test_challenges_are_read_without_falling_over(headers):
    found = pick_digest(parse_challenges(["Digest " + one for one in headers]))
    if found is not None:
        field = digest_authorization(found, 'a"', "b", Use("GET", "/"))
        assert field.isprintable()


@given(st.lists(st.text(max_size=80), max_size=6))
def test_no_cookie_breaks_out_of_its_header(values):
    jar = Jar()
    jar.learn(Answer(200, tuple(("Set-Cookie", value) for value in values)))
    assert jar.field().isprintable()
    assert jar.field().isascii()


def test_cookies_are_bounded_and_can_be_taken_back():
    jar = Jar()
    jar.learn(Answer(200, tuple(("Set-Cookie", f"c{number}=1") for number in range(200))))
    jar.learn(Answer(200, (("set-cookie", "big=" + "x" * (LONGEST + 1)), ("Set-Cookie", "c0=; max-age=0"))))
    assert len(jar.field().split("; ")) == MOST - 1
    assert Jar().field("own=1") == "own=1"


def received(data):
    """The answer that is read of these bytes and an end."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(data)
        theirs.shutdown(socket.SHUT_WR)
        return read_response(Stream(ours, Deadline(5), MOST_RECEIVED))


HEADS = st.lists(
    st.sampled_from(
        [b"Content-Length: 3", b"Content-Length: 3, 4", b"Transfer-Encoding: chunked", b"Content-Encoding: gzip", b" folded", b":", b"X", b"\xff: \x80", b"Set-Cookie: a=b"]
    ),
    max_size=4,
)  # fmt: skip
BODIES = st.one_of(
    st.binary(max_size=40), st.sampled_from([b"3\r\nabc\r\n0\r\n\r\n", b"abc", b"ffffffff\r\n", b"0\r\n\r\n"])
)


@settings(deadline=None)
@given(
    st.sampled_from([b"HTTP/1.1 401 x", b"HTTP/1.0 200", b"HTTP/1.1 999 ", b"HTTP/1.1 204 x", b"ICY 200"]),
    HEADS,
    BODIES,
)
def test_any_answer_is_read_or_ends_in_a_typed_error(first, heads, body):
    with contextlib.suppress(EndedError):
        found = received(b"\r\n".join([first, *heads, b"", b""]) + body)
        assert found.answer.status in {401, 200, 999, 204}
        assert not found.cut


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_end_in_a_typed_error_or_an_answer(data):
    with contextlib.suppress(EndedError):
        assert 200 <= received(data).answer.status <= 999
