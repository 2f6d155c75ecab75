"""A connection ends when its time or its bytes are used up, whatever the device does to keep it alive."""

import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tuanthu_agent.scanner.door import BoundExceededError, secure, tighten
from tuanthu_agent.scanner.door.bounded import Bound, bounded


class Ticking:
    """A clock that moves only when it is told to."""

    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Ticking()


def connected(server, seconds=30.0, most_bytes=10_000, clock=None):
    """A bounded client and its peer."""
    bound = Bound(seconds, most_bytes, clock) if clock else Bound(seconds, most_bytes)
    client = bounded(socket.AF_INET, bound)
    client.settimeout(10)
    client.connect(server.getsockname())
    peer, _ = server.accept()
    return client, peer


@pytest.fixture
def server():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        sock.listen()
        yield sock


def drain(sock):
    while True:
        sock.recv(300)


def flood(sock):
    while True:
        sock.sendall(b"x" * 1_000_000)


def test_a_device_that_drips_does_not_outlive_the_deadline(server, clock):
    client, peer = connected(server, 10, clock=clock)
    with client, peer:
        for _ in range(10):
            peer.sendall(b".")
            assert client.recv(100) == b"."
            clock.now += 1
        peer.sendall(b".")
        with pytest.raises(BoundExceededError) as caught:
            client.recv(100)
    assert caught.value.code == "deadline-exceeded"
    assert not isinstance(caught.value, TimeoutError)


def test_a_single_wait_ends_with_the_whole(server):
    client, peer = connected(server, 0.05)
    with client, peer, pytest.raises(BoundExceededError):
        client.recv(1)


def test_a_single_wait_that_is_shorter_is_an_ordinary_timeout(server):
    client, peer = connected(server)
    with client, peer:
        client.settimeout(0.01)
        with pytest.raises(TimeoutError):
            client.recv(1)
        assert client.gettimeout() == 0.01


def test_a_device_that_floods_is_cut_off(server):
    client, peer = connected(server, most_bytes=1000)
    with client, peer:
        peer.sendall(b"x" * 1001)
        with pytest.raises(BoundExceededError) as caught:
            drain(client)
    assert caught.value.code == "too-much"


def test_files_made_of_it_are_bounded_too(server):
    client, peer = connected(server, most_bytes=1000)
    with client, peer, client.makefile("rb") as file:
        peer.sendall(b"x" * 1001)
        with pytest.raises(BoundExceededError):
            file.read()


def test_a_device_that_reads_nothing_does_not_hold_us(server):
    client, peer = connected(server, 0.2)
    with client, peer, pytest.raises(BoundExceededError):
        flood(client)


def test_everything_of_a_long_message_arrives(server):
    client, peer = connected(server)
    message = bytes(range(256)) * 2000
    got = bytearray()

    def read():
        while len(got) < len(message):
            got.extend(peer.recv(65_536))

    thread = threading.Thread(target=read)
    thread.start()
    with client, peer:
        client.sendall(message)
        thread.join(10)
    assert bytes(got) == message


def test_a_bound_is_only_ever_made_tighter(server, clock):
    client, peer = connected(server, 10, clock=clock)
    with client, peer:
        tighten(client, 100, 1_000_000)
        tighten(client, 5, 3)
        peer.sendall(b"abcd")
        assert client.recv(3) == b"abc"
        with pytest.raises(BoundExceededError, match="too-much"):
            client.recv(1)
        clock.now = 5
        with pytest.raises(BoundExceededError, match="deadline"):
            client.send(b"x")


def test_other_sockets_are_left_alone():
    with socket.socket() as plain:
        tighten(plain, 1)


@pytest.mark.parametrize("name", ["recvfrom", "recvmsg", "recvfrom_into", "recvmsg_into"])
def test_there_is_no_way_around_the_bound(server, name):
    client, peer = connected(server)
    with client, peer, pytest.raises(NotImplementedError):
        getattr(client, name)(bytearray(1))


@pytest.fixture(scope="module")
def context(tmp_path_factory):
    """What a device with a certificate of its own shows."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "camera")])
    start = datetime(2026, 1, 1, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=3650))
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


def trusting():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def test_tls_keeps_the_bound(server, context):
    client, peer = connected(server, most_bytes=1000)

    def serve():
        with context.wrap_socket(peer, server_side=True) as tls:
            tls.sendall(b"x" * 1000)
            tls.recv(1)
            tls.sendall(b"y")
            tls.recv(1)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    with secure(client, trusting(), "camera") as tls:
        got = b""
        while len(got) < 1000:
            got += tls.recv(4096)
        tls.sendall(b"more")
        with pytest.raises(BoundExceededError, match="too-much"):
            tls.recv(1)
        tighten(tls, 0)
        with pytest.raises(BoundExceededError, match="deadline"):
            tls.sendall(b"x")
    thread.join(10)


def test_a_handshake_that_never_ends_is_ended(server):
    client, peer = connected(server, 0.1)
    with peer, pytest.raises(OSError):
        secure(client, trusting())
    assert client.fileno() == -1


def test_no_tls_on_the_other_side_is_an_error_of_sockets(server):
    client, peer = connected(server)
    with peer:
        peer.sendall(b"HTTP/1.0 400 Bad Request\r\n\r\n")
        with pytest.raises(OSError):
            secure(client, trusting())
