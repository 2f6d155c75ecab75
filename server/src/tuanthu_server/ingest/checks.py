"""The checks that need no lock, in the order of docs/protocol.md."""

import hashlib
from datetime import UTC, datetime
from uuid import UUID

import msgspec

from tuanthu_policy.envelope import ENVELOPE_TYPE
from tuanthu_server.ingest import compression, signature
from tuanthu_server.ingest.decoding import decode_envelope
from tuanthu_server.ingest.refusals import Refusal
from tuanthu_server.ingest.writer.prepared import Prepared


class Delivery(msgspec.Struct, frozen=True):
    """A report as it came, nothing of it trusted."""

    body: bytes
    encoding: str
    agent: str
    signature: str
    sent_at: str
    """The agent's clock at sending; empty for a file."""
    channel: str
    received_at: datetime


def agent_id(text: str) -> UUID:
    """The id that a header field names; what is no UUID names no agent."""
    try:
        return UUID(text)
    except ValueError:
        raise Refusal("agent-unknown", text[:64], text[:64]) from None


def prepare(delivery: Delivery, agent: UUID, key: bytes) -> Prepared:
    """Unpack, verify and decode a report of a known agent; raises Refusal."""
    payload = compression.unpack(delivery.body, delivery.encoding)
    signature.verify(delivery.signature, payload, key, ENVELOPE_TYPE)
    return Prepared(
        agent_id=agent,
        envelope=decode_envelope(payload, agent),
        payload_digest=hashlib.sha256(payload).digest(),
        body=compression.packed(payload, delivery.body, delivery.encoding),
        signature=delivery.signature.encode("ascii"),
        received_at=delivery.received_at,
        clock_skew_ms=_skew(delivery),
        channel=delivery.channel,
    )


def _skew(delivery: Delivery) -> int | None:
    """Collector's clock minus agent's, in milliseconds; None where no sending time is given."""
    if not delivery.sent_at:
        return None
    try:
        sent_at = datetime.fromisoformat(delivery.sent_at)
        if sent_at.tzinfo is None:
            raise ValueError(sent_at)  # noqa: TRY301 (told as any other malformed time)
        return round((delivery.received_at - sent_at.astimezone(UTC)).total_seconds() * 1000)
    except (ValueError, OverflowError):
        raise Refusal("malformed", "Tuanthu-Sent-At", "Tuanthu-Sent-At") from None
