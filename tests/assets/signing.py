"""An agent's side of the protocol, small and independent of the agent's own code: keys, signatures, envelopes."""

import json
import time
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tuanthu_policy.envelope import ENROL_TYPE, ENVELOPE_TYPE, b64url, signing_input
from tuanthu_policy.observation import content_digest


def now_text() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")


def time_text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def uuid7() -> str:
    raw = int(time.time() * 1000).to_bytes(6, "big") + uuid.uuid4().bytes[6:]
    raw = raw[:6] + bytes([0x70 | raw[6] & 0x0F, raw[7], 0x80 | raw[8] & 0x3F]) + raw[9:]
    return str(uuid.UUID(bytes=raw))


def sign(key: Ed25519PrivateKey, payload: bytes, typ: str, header: dict | None = None) -> str:
    """A detached JWS; `header` replaces the protected header."""
    protected = b64url(json.dumps(header or {"alg": "Ed25519", "typ": typ}, separators=(",", ":")).encode())
    return (protected + b".." + b64url(key.sign(signing_input(protected, payload)))).decode()


def observation(
    kind: str, facts: dict, *, status: str = "ok", reason: str | None = None, at: datetime | None = None
) -> dict:
    found = {
        "id": uuid7(),
        "kind": kind,
        "method": "test",
        "collected_at": time_text(at) if at else now_text(),
        "status": status,
        "facts": facts,
        "digest": content_digest(kind, "test", status, reason, facts),
    }
    return found | ({"reason": reason} if reason else {})


@dataclass
class TestAgent:
    """Makes and signs reports, one sequence number after the other."""

    __test__ = False
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    id: str = ""
    sequence: int = 0

    @property
    def public(self) -> bytes:
        return self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def enrolment(self, token: str, hostname: str = "may-tram-01", **changes) -> tuple[bytes, str]:
        request = {
            "schema_version": 1,
            "token": token,
            "public_key": b64url(self.public).decode(),
            "created_at": now_text(),
            "machine": {"hostname": hostname, "role": "workstation"},
        } | changes
        body = json.dumps(request).encode()
        return body, sign(self.key, body, ENROL_TYPE)

    def envelope(self, observations: list[dict] = (), held: list[dict] = (), **changes) -> dict:
        self.sequence += 1
        return {
            "schema_version": 1,
            "agent": self.id,
            "sequence": self.sequence,
            "created_at": now_text(),
            "agent_version": "0.1.0",
            "observations": list(observations),
            "held": list(held),
        } | changes

    def signed(self, envelope: dict | bytes) -> tuple[bytes, str]:
        payload = envelope if isinstance(envelope, bytes) else msgspec.json.encode(envelope)
        return payload, sign(self.key, payload, ENVELOPE_TYPE)

    def report(self, observations: list[dict] = (), held: list[dict] = (), **changes) -> tuple[bytes, str]:
        return self.signed(self.envelope(observations, held, **changes))


def held(seen: dict, at: datetime | None = None) -> dict:
    """A heartbeat for an observation."""
    return {"kind": seen["kind"], "digest": seen["digest"], "at": time_text(at) if at else now_text()}


def compact(payload: bytes, detached: str) -> bytes:
    """One line of an exported file."""
    header, _, signature = detached.encode().split(b".")
    return header + b"." + b64url(payload) + b"." + signature
