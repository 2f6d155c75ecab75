"""RTSP, MQTT, FTP and TLS on scripts of what devices do beyond the servers at hand."""

import hashlib
import re
import ssl

import pytest
from tests.agent.scanner.servers.door import server_tls
from tests.assets.servers.real import certificate, scripted

from tuanthu_agent.scanner.interface import Service
from tuanthu_agent.scanner.protocols.registry import READERS
from tuanthu_policy.devices.verdict import AttemptOutcome

SDP = b"v=0\r\no=- 0 0 IN IP4 0.0.0.0\r\n"


class RtspCamera:
    """Digest with SHA-256 or MD5, Basic beside it; the first nonce may be stale; `path` alone is a stream."""

    def __init__(self, *, algorithm="MD5", stale=False, path="/live", locked=b"", busy=0):
        self.algorithm, self.stale, self.path, self.locked = algorithm, stale, path, locked
        self.busy = busy
        self.failures = self.shown = 0
        self.schemes = []

    def __call__(self, sock):
        nonce = 1
        while request := sock.recv(8192).decode():
            found = re.search(r"Authorization: (\w+) (.*)", request)
            if found is None:
                self.refuse(sock, nonce)
                continue
            self.schemes.append(found[1])
            if self.stale and nonce == 1:
                nonce = 2
                self.refuse(sock, nonce, ", stale=true")
            elif not self.right(found[2], nonce):
                self.failures += 1
                self.refuse(sock, nonce)
            elif self.path not in request.split("\r\n")[0]:
                sock.sendall(b"RTSP/1.0 404 Not Found\r\n\r\n")
            elif self.shown and self.busy:
                self.busy -= 1
                sock.sendall(b"RTSP/1.0 503 Service Unavailable\r\n\r\n")
            else:
                self.shown += 1
                sock.sendall(
                    b"RTSP/1.0 200 OK\r\nContent-Type: application/sdp\r\nContent-Length: %d\r\n\r\n" % len(SDP) + SDP
                )

    def refuse(self, sock, nonce, more=""):
        body = self.locked if self.failures else b""
        digest = f'Digest realm="cam", nonce="n{nonce}", algorithm={self.algorithm}{more}'
        head = f'RTSP/1.0 401 Unauthorized\r\nWWW-Authenticate: Basic realm="cam"\r\nWWW-Authenticate: {digest}\r\n'
        sock.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)

    def right(self, header, nonce):
        def hashed(text):
            return hashlib.new(self.algorithm.replace("-", "").lower(), text.encode()).hexdigest()

        values = dict(re.findall(r'(\w+)="?([^",\r]+)"?', header))
        secret, asked = hashed("admin:cam:12345"), hashed(f"DESCRIBE:{values['uri']}")
        return values["nonce"] == f"n{nonce}" and values["response"] == hashed(f"{secret}:n{nonce}:{asked}")


@pytest.mark.parametrize("options", [{}, {"algorithm": "SHA-256"}, {"stale": True}])
def test_a_camera_with_digest_beside_basic(looking, trying, options):
    camera = RtspCamera(**options)
    with scripted(camera) as port:
        assert looking("rtsp", port, path="/live").outcome is None
        assert trying("rtsp", port, "admin", "12345", path="/live").outcome is AttemptOutcome.ACCEPTED
        assert camera.failures == 0
        assert trying("rtsp", port, "admin", "sai-roi", path="/live").outcome is AttemptOutcome.REFUSED
        assert camera.failures == 1
    assert set(camera.schemes) == {"Digest"}


def test_a_missing_stream_behind_the_login_is_no_refusal(trying):
    with scripted(RtspCamera()) as port:
        assert trying("rtsp", port, "admin", "12345", path="/khac").outcome is AttemptOutcome.UNCLEAR


@pytest.mark.parametrize(("busy", "outcome"), [(1, AttemptOutcome.ACCEPTED), (2, AttemptOutcome.UNCLEAR)])
def test_a_camera_that_is_busy_at_the_second_read_is_asked_once_more(trying, busy, outcome):
    with scripted(RtspCamera(busy=busy)) as port:
        assert trying("rtsp", port, "admin", "12345", path="/live").outcome is outcome


def test_words_of_a_lock_in_a_401(trying):
    with scripted(RtspCamera(locked=b"User Locked! Please try again after 30 minutes")) as port:
        came = trying("rtsp", port, "admin", "sai-roi", path="/live")
    assert (came.outcome, came.unlock_seconds) == (AttemptOutcome.LOCKED, 1800)


class Broker5:
    """A broker of version 5 alone: a CONNECT of 3.1.1 is answered with `unacceptable protocol`."""

    def __init__(self, code):
        self.code = code
        self.versions = []

    def __call__(self, sock):
        packet = sock.recv(4096)
        self.versions.append(packet[8])
        if packet[8] == 4:
            sock.sendall(b"\x20\x02\x00\x01")
            return
        sock.sendall(bytes([0x20, 3, 0, self.code, 0]))
        if sock.recv(2) == b"\xc0\x00":
            sock.sendall(b"\xd0\x00")
            sock.recv(2)


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        (0, AttemptOutcome.ACCEPTED),
        (0x86, AttemptOutcome.REFUSED),
        (0x8A, AttemptOutcome.LOCKED),
        (0x80, AttemptOutcome.UNCLEAR),
    ],
)
def test_a_broker_of_version_5_alone(trying, code, outcome):
    broker = Broker5(code)
    with scripted(broker) as port:
        assert trying("mqtt", port, "admin", "public-1").outcome is outcome
    assert broker.versions == [4, 5]


def test_a_broker_that_accepts_and_is_then_silent_is_unclear(trying):
    def serve(sock):
        sock.recv(4096)
        sock.sendall(b"\x20\x02\x00\x00")
        sock.recv(4096)

    with scripted(serve) as port:
        assert trying("mqtt", port, "a", "b", seconds=1.0).outcome is not AttemptOutcome.ACCEPTED


def ftp(*replies):
    def serve(sock):
        for reply in replies:
            sock.sendall(reply + b"\r\n")
            sock.recv(4096)

    return serve


@pytest.mark.parametrize(
    ("replies", "outcome"),
    [
        ((b"220 a", b"331 b", b"230 c", b"257 d", b"221"), AttemptOutcome.ACCEPTED),
        ((b"220-a\r\nabc\r\n220 a", b"331-b\r\n 331 x\r\n331 b", b"230 c", b"257 d", b"221"), AttemptOutcome.ACCEPTED),
        ((b"220 a", b"331 b", b"230 c", b"530 log in first"), AttemptOutcome.UNCLEAR),
        ((b"220 a", b"230 no password wanted", b"257 d", b"221"), AttemptOutcome.NO_AUTH),
        ((b"220 a", b"530 who are you"), AttemptOutcome.UNCLEAR),
        ((b"220 a", b"530 sessions must use TLS", b"221"), AttemptOutcome.MISMATCH),
        ((b"220 a", b"331 b", b"530 sessions must use TLS", b"221"), AttemptOutcome.MISMATCH),
        ((b"220 a", b"331 b", b"530 wrong"), AttemptOutcome.REFUSED),
        ((b"220 a", b"331 b", b"421 too many failures"), AttemptOutcome.LOCKED),
        ((b"220 a", b"331 b"), AttemptOutcome.UNREACHABLE),
        ((b"421 too many users",), AttemptOutcome.UNREACHABLE),
        ((b"500 no",), AttemptOutcome.UNCLEAR),
    ],
)
def test_what_ftp_servers_reply(trying, replies, outcome):
    with scripted(ftp(*replies)) as port:
        assert trying("ftp", port, "admin", "admin", seconds=3.0).outcome is outcome


def test_tls_before_1_2_is_spoken_for_the_check_and_is_an_exposure(tmp_path, door):
    context = server_tls(certificate(tmp_path))
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1

    def serve(sock):
        with context.wrap_socket(sock, server_side=True) as tls:
            tls.recv(100)

    with scripted(serve) as port:
        seen = READERS["tls"](door, Service("127.0.0.1", port, "http", tls=True), 5.0)
    assert (seen.subjects["tls.version"], seen.exposures) == ("TLSv1", ("obsolete-tls",))
    assert seen.subjects["tls.issuer"] == "CN=thiet-bi,O=Thu Nghiem"
