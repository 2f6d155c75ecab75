"""Moments as the protocol writes them."""

from __future__ import annotations

from datetime import datetime, timezone


def now_text() -> str:
    """RFC 3339 in UTC, with microseconds."""
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
