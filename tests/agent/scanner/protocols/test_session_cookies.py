"""A device that gives a cookie for Digest and lets its bearer in, and one that lets everybody in."""

import pytest
from tests.assets.servers.real import scripted

from tuanthu_agent.scanner.interface import Service
from tuanthu_agent.scanner.protocols.faults import EndedError
from tuanthu_agent.scanner.protocols.http.browser import Browser
from tuanthu_agent.scanner.protocols.stream import Deadline
from tuanthu_policy.devices.rendering import Rendered

CHALLENGE = 'WWW-Authenticate: Digest realm="NVRDVR", nonce="1"\r\n'


def device(*, cookie):
    def serve(sock):
        head = b""
        while b"\r\n\r\n" not in head:
            head += sock.recv(4096)
        text = head.decode()
        if text.startswith("PUT /login"):
            good = "Authorization: Digest" in text
            status, extra = ("200 OK", cookie) if good else ("401 Unauthorized", CHALLENGE)
        else:
            status, extra = "200 OK", ""
        sock.sendall(f"HTTP/1.1 {status}\r\n{extra}Content-Length: 2\r\nConnection: close\r\n\r\n{{}}".encode())

    return serve


def browse(door, port):
    browser = Browser(door, Service("127.0.0.1", port, "http"), Deadline(5.0), ("admin", "x"))
    assert browser.send(Rendered("PUT", "/login", auth="digest")).status == 200
    return browser.send(Rendered("GET", "/info", auth="session"))


def test_a_read_that_the_sessions_cookie_opens_counts(door):
    with scripted(device(cookie="Set-Cookie: WebLoginHandle=7; path=/\r\n")) as port:
        assert browse(door, port).status == 200


def test_a_read_that_is_open_to_all_does_not(door):
    with scripted(device(cookie="")) as port, pytest.raises(EndedError, match="open-without-credentials"):
        browse(door, port)
