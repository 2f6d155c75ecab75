"""Servers on loopback, and logins against them."""

import contextlib

import msgspec
import pytest
from tests.agent.scanner.http.serving import LoopbackDoor, Scripted, tls_context
from tests.assets.servers import web

from tuanthu_agent.scanner.interface import Service, Target
from tuanthu_agent.scanner.protocols.http.login import HttpLogins
from tuanthu_policy.devices.family import Account
from tuanthu_policy.devices.loader import load_devices

FAMILIES = load_devices()


@pytest.fixture
def door():
    made = LoopbackDoor()
    yield made
    assert made.open == 0, "a connection was left open"
    assert made.most <= 1, "two connections were open at once"
    assert made.protocols <= {"http"}


@pytest.fixture
def scripted():
    made = []

    def start(handler, context=None):
        made.append(Scripted(handler, context))
        return made[-1]

    yield start
    for one in made:
        one.close()


@pytest.fixture
def lighttpd(tmp_path):
    with contextlib.ExitStack() as stack:

        def start(method, **account):
            return stack.enter_context(web.lighttpd(tmp_path, method, **account))[0]

        yield start


@pytest.fixture
def certified(tmp_path):
    """A context of a server with a certificate of its own making."""
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "modem.lan")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
    ).sign(key, hashes.SHA256())
    (tmp_path / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (tmp_path / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return lambda version=None: tls_context(tmp_path / "cert.pem", tmp_path / "key.pem", version)


def target(port, name, tls=False, **changes):
    family = FAMILIES[name]
    if changes:
        http = msgspec.structs.replace(family.logins[0].http, **changes)
        family = msgspec.structs.replace(family, logins=[msgspec.structs.replace(family.logins[0], http=http)])
    return Target(Service("127.0.0.1", port, "http", tls=tls), family, family.logins[0])


@pytest.fixture
def looking(door):
    def look(port, name, seconds=10.0, **more):
        return HttpLogins().look(door, target(port, name, **more), seconds)

    return look


@pytest.fixture
def trying(door):
    """One login; the password never stands in what comes back."""

    def attempt(port, name, user="admin", password="admin", seconds=10.0, **more):
        account = Account(user=user, password=password, source=0)
        came = HttpLogins().attempt(door, target(port, name, **more), account, seconds)
        assert len(password) < 6 or password not in repr(came)
        return came

    return attempt
