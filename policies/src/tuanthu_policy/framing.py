"""How a signed report is framed: names, bounds and base64url. Standard library and Python 3.8 only (legacy probe)."""

from __future__ import annotations

import base64
from typing import Final

SCHEMA_VERSION: Final = 1
MAX_PAYLOAD_BYTES: Final = 1024 * 1024
"""Largest payload after decompression that a collector takes."""
MAX_BODY_BYTES: Final = 256 * 1024
"""Largest body on the wire that a collector takes."""
SIGNATURE_FIELD: Final = "Tuanthu-Signature"
AGENT_FIELD: Final = "Tuanthu-Agent"
SENT_AT_FIELD: Final = "Tuanthu-Sent-At"
"""The agent's clock when it sends (RFC 3339, UTC): the collector records the skew."""
ENVELOPE_TYPE: Final = "tuanthu-envelope+json"
"""`typ` of the protected header of a report."""
ENROL_TYPE: Final = "tuanthu-enrol+json"
"""`typ` of the protected header of an enrolment: a signature for one can never serve as the other."""


def b64url(data: bytes) -> bytes:
    """Base64url without padding, as JWS wants it."""
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def b64url_decode(text: bytes) -> bytes:
    """The inverse of `b64url`; raises ValueError (binascii.Error) on bad input."""
    return base64.b64decode(text + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)


def signing_input(protected: bytes, payload: bytes) -> bytes:
    """The bytes that an Ed25519 JWS signs: `protected` is the base64url header as it stands in the JWS."""
    return protected + b"." + b64url(payload)
