"""The signed report: the same bytes over HTTPS and in a file.

The payload is the UTF-8 JSON of an `Envelope`. Its signature is a JWS with `alg` Ed25519 over those exact bytes. Over
HTTPS the payload is the body and the JWS is detached (`header..signature`) in the header field `Tuanthu-Signature`. In
a file each line is the whole compact JWS (`header.payload.signature`), the file gzipped; both have one signing input,
so one signature serves both. This module frames and holds types; it does no cryptography.

What an agent signs is taken whole or not at all: a field that this collector does not know could change what the
others mean. In the answers of a collector an agent passes over fields that it does not know: collectors go first.
"""

from datetime import datetime
from typing import Final

import msgspec

from tuanthu_policy.framing import (
    AGENT_FIELD,
    ENROL_TYPE,
    ENVELOPE_TYPE,
    MAX_BODY_BYTES,
    MAX_PAYLOAD_BYTES,
    SCHEMA_VERSION,
    SENT_AT_FIELD,
    SIGNATURE_FIELD,
    b64url,
    b64url_decode,
    signing_input,
)
from tuanthu_policy.observation import Observation

__all__ = [
    "AGENT_FIELD",
    "ENROL_TYPE",
    "ENVELOPE_TYPE",
    "MAX_BODY_BYTES",
    "MAX_DOWNLOAD_BYTES",
    "MAX_PAYLOAD_BYTES",
    "MAX_UPLOAD_BYTES",
    "SCAN_FIELD",
    "SCAN_ORDER_TYPE",
    "SCHEMA_VERSION",
    "SENT_AT_FIELD",
    "SIGNATURE_FIELD",
    "TRANSFER_FIELD",
    "TRANSFER_SECONDS",
    "TRANSFER_TYPE",
    "Acknowledgement",
    "EnrolRequest",
    "EnrolResponse",
    "EnrolledMachine",
    "Envelope",
    "Held",
    "MachineIdentity",
    "Problem",
    "ScanOrder",
    "ScanOrderRequest",
    "TransferAnswer",
    "TransferRequest",
    "b64url",
    "b64url_decode",
    "signing_input",
]

TRANSFER_TYPE: Final = "tuanthu-transfer+json"
"""`typ` of the protected header of a request for a timed transfer."""
TRANSFER_FIELD: Final = "Tuanthu-Transfer"
"""The JSON of a `TransferRequest`, base64url without padding; the signature is over the JSON, not over the body."""
MAX_DOWNLOAD_BYTES: Final = 2 * 1024 * 1024
MAX_UPLOAD_BYTES: Final = 1024 * 1024
TRANSFER_SECONDS: Final = 10.0
"""Longest time for which either side goes on with one transfer."""


SCAN_ORDER_TYPE: Final = "tuanthu-scan-order+json"
"""`typ` of the protected header of a request for a scan order."""
SCAN_FIELD: Final = "Tuanthu-Scan"
"""The JSON of a `ScanOrderRequest`, base64url without padding; the signature is over the JSON."""


class Held(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A heartbeat: the content with this digest was seen again, unchanged."""

    kind: str
    digest: str
    at: datetime
    asset: str | msgspec.UnsetType = msgspec.UNSET
    """As in `Observation`: the device that it speaks of, unset for the agent's own machine."""


class Envelope(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One report of one agent."""

    schema_version: int
    agent: str
    """The agent's UUID, given at enrolment."""
    sequence: int
    """1, 2, 3 … without gaps per agent; a missing number shows as a gap at the collector."""
    created_at: datetime
    agent_version: str
    policy_digest: str | msgspec.UnsetType = msgspec.UNSET
    """Digest of the policy bundle that the agent has, if any."""
    observations: list[Observation] = []
    held: list[Held] = []


class MachineIdentity(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What an enrolling machine says of itself; inventory, not evidence."""

    hostname: str
    serial: str | msgspec.UnsetType = msgspec.UNSET
    macs: list[str] = []
    os: str | msgspec.UnsetType = msgspec.UNSET
    role: str = "workstation"
    """`workstation` or `server`."""
    owner: str | msgspec.UnsetType = msgspec.UNSET
    location: str | msgspec.UnsetType = msgspec.UNSET


class EnrolRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Body of `POST /agent/v1/enrol`, signed by the very key that it names (proof of possession)."""

    schema_version: int
    token: str
    public_key: str
    """The raw 32 bytes of the Ed25519 public key, base64url without padding (the `x` of its JWK)."""
    created_at: datetime
    machine: MachineIdentity


class EnrolResponse(msgspec.Struct, frozen=True, kw_only=True):
    """Answer to an enrolment: 201 for a new agent, 200 when the same key with the same token asks again."""

    agent: str
    unit_code: str
    unit_name: str
    server_time: datetime
    authority: str | msgspec.UnsetType = msgspec.UNSET
    """The raw Ed25519 public key that signs scan scopes, base64url without padding, which the agent pins; unset where
    the collector trusts none."""


class Acknowledgement(msgspec.Struct, frozen=True, kw_only=True):
    """Answer to a report, given only after a durable commit."""

    sequence: int
    status: str
    """`stored`, `late` (stored; it fills a gap and changes no newer state) or `replayed` (known, no effect)."""
    resend: list[str] = []
    """Digests that the agent holds and the collector does not know: send these observations in full again."""
    missing: list[tuple[int, int]] = []
    """Ranges of sequence numbers that never arrived, first and last, at most ten."""
    server_time: datetime


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """RFC 9457 problem of the agents' endpoints, in both languages."""

    type: str
    """`urn:tuanthu:error:<code>`."""
    title: str
    """Vietnamese."""
    title_en: str
    status: int
    detail: str = ""
    detail_en: str = ""
    retry: bool = False
    """Whether sending the same bytes again later can succeed."""
    last_sequence: int | msgspec.UnsetType = msgspec.UNSET
    """With `sequence-conflict`: the highest sequence number that the collector has of this agent."""


class TransferRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Asks for a timed transfer in one direction, to learn how fast the way to the collector is."""

    schema_version: int
    agent: str
    direction: str
    """`down` from the collector, or `up` to it."""
    created_at: datetime


class TransferAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Answer to a transfer `up`: what arrived; nothing of it is kept."""

    bytes: int


class ScanOrderRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Asks whether this agent is to scan its unit's networks, and by which scope."""

    schema_version: int
    agent: str
    created_at: datetime
    have: str | msgspec.UnsetType = msgspec.UNSET
    """Id of the scope that the agent has; the answer gives the scope all the same."""


class EnrolledMachine(msgspec.Struct, frozen=True, kw_only=True):
    """A machine of the unit that has an agent: a host that matches is no gap in coverage."""

    macs: list[str]
    """Lower case, separated by colons."""
    names: list[str]


class ScanOrder(msgspec.Struct, frozen=True, kw_only=True):
    """Answer to a request for a scan order, where there is one (else 204 without a body).

    The agent obeys the scope only if its own pinned authority signed it: a collector can withhold one, not make one.
    """

    scope: str
    """The signed scope, a compact JWS."""
    run_every_hours: int = 24
    enrolled: list[EnrolledMachine] = []
