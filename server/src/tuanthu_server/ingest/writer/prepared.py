"""A report that passed every check that needs no lock."""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from tuanthu_policy.envelope import Acknowledgement, Envelope
from tuanthu_server.ingest.refusals import Refusal

Answer = Acknowledgement | Refusal

SKEW_TOLERANCE_MS = 120_000
"""A clock that is off by less is left as it is: the difference is mostly the way."""


class Prepared(msgspec.Struct, frozen=True):
    """Ready to be written."""

    agent_id: UUID
    envelope: Envelope
    payload_digest: bytes
    body: bytes
    """The payload as zstd."""
    signature: bytes
    received_at: datetime
    clock_skew_ms: int | None
    """Collector's clock minus agent's at sending; None for a file."""
    channel: str


def corrected(moment: datetime, skew_ms: int | None, received_at: datetime) -> datetime:
    """A time of an agent's clock as the collector's: moved by its skew if that is large, never after the receipt."""
    if skew_ms is not None and abs(skew_ms) > SKEW_TOLERANCE_MS:
        moment += timedelta(milliseconds=skew_ms)
    return min(moment, received_at)
