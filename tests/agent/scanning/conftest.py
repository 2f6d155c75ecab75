"""An authority with its key, scopes that it signs, and devices as an audit leaves them."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc import jws
from joserfc.jwk import OKPKey
from tests.agent.scanner.conftest import make_scope

from tuanthu_agent.scanner.discovery.interface import Host
from tuanthu_agent.scanner.interface import Service
from tuanthu_agent.scanner.scan import Audited
from tuanthu_policy.devices.finding import Device, ServiceFinding
from tuanthu_policy.envelope import b64url
from tuanthu_policy.scan_scope import SCOPE_TYPE

MAC = "a4:14:37:00:00:01"


class Authority:
    """Signs scopes."""

    def __init__(self):
        self.private = Ed25519PrivateKey.generate()
        self.public = self.private.public_key()
        self.text = b64url(self.public.public_bytes_raw()).decode()

    def sign(self, scope, typ=SCOPE_TYPE):
        header = {"alg": "Ed25519", "typ": typ}
        return jws.serialize_compact(
            header, msgspec.json.encode(scope), OKPKey.import_key(self.private), algorithms=["Ed25519"]
        )

    def order(self, scope=None, hours=24, enrolled=()):
        return {
            "scope": self.sign(scope or scope_now()),
            "run_every_hours": hours,
            "enrolled": [{"macs": list(macs), "names": list(names)} for macs, names in enrolled],
        }


def scope_now(**changes):
    """A scope that holds now."""
    now = datetime.now(UTC).replace(microsecond=0)
    validity = {"issued_at": now, "not_before": now - timedelta(days=2), "not_after": now + timedelta(days=30)}
    return make_scope(**validity | changes)


@pytest.fixture
def authority():
    return Authority()


def finding(port=80, protocol="http", verdict=None, **changes):
    values = {
        "ip": "127.20.0.5",
        "mac": MAC,
        "port": port,
        "transport": "tcp",
        "protocol": protocol,
        "tls": False,
        "device": Device(vendor="Hikvision", family="hikvision-isapi", model="DS-2CD", class_="camera", confidence=90),
        "verdict": verdict,
        **changes,
    }
    return ServiceFinding(**values)


def audited(*findings, read=(), **changes):
    """A device with these services; `read`: (port, reader) that read all."""
    services = tuple(
        Service(one.ip, one.port, one.protocol, one.transport, one.tls) for one in findings if one.port is not None
    )
    values = {"address": "127.20.0.5", "mac": MAC, "device": MAC, "class_": "camera", "services": services, **changes}
    by_port = {one.port: one for one in services}
    findings = findings or (finding(port=None, protocol=None, transport=None),)
    return Audited(Host(**values), findings, frozenset((by_port[port], name) for port, name in read))
