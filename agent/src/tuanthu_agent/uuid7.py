"""UUIDv7 (RFC 9562): time-ordered, so the collector's indexes grow at their end."""

from __future__ import annotations

import secrets
import time
import uuid


def uuid7(milliseconds: int | None = None) -> str:
    """A new UUIDv7 as text; `milliseconds` since 1970, now by default."""
    moment = int(time.time() * 1000) if milliseconds is None else milliseconds
    value = (moment & ((1 << 48) - 1)) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 7 << 76
    value = value & ~(3 << 62) | 2 << 62
    return str(uuid.UUID(int=value))
