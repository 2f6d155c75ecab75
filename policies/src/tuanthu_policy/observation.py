"""What a collector saw: one attempt on one asset, raw and unjudged."""

import hashlib
from datetime import datetime
from typing import Any

import msgspec

from tuanthu_policy.status import ObservationStatus

__all__ = ["Facts", "Observation", "ObservationStatus", "Scalar", "Sighting", "content_digest", "digest_matches"]
Scalar = str | int | float | bool
Facts = dict[str, Any]
"""Fact name → value. A value is a scalar, a list of scalars, or a list of flat objects; a fact not read is absent."""


class Observation(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One attempt of one collector on one asset."""

    id: str
    """UUIDv7, made by the agent."""
    kind: str
    """The collector's name: `host`, `antivirus`, `lan` …; its facts stand in `policies/facts/<kind>.yml`."""
    method: str
    """How it looked: a short stable word per source, joined by `+`: `clamd+dpkg`."""
    collected_at: datetime
    """The agent's clock, UTC. Recorded, not trusted."""
    status: ObservationStatus
    reason: str | msgspec.UnsetType = msgspec.UNSET
    """Why the status is not `ok`: a stable code, a colon, and detail: `permission-denied: /run/clamav/clamd.ctl`."""
    facts: Facts = {}
    asset: str | msgspec.UnsetType = msgspec.UNSET
    """What was looked at, where it is not the agent's own machine: a device's key, `mac:aa:bb:cc:dd:ee:ff` or, where no
    MAC is known, `ip:10.1.2.3` (`tuanthu_policy.devices.key`). Not part of the digest."""
    digest: str
    """`content_digest` of kind, method, status, reason and facts: lower-case hex SHA-256."""


def content_digest(kind: str, method: str, status: str, reason: str | None, facts: Facts) -> str:
    """SHA-256 (hex) of the canonical JSON of what was seen, without identity and time.

    Two observations with the same digest say the same; an agent then reports only that the digest still holds.
    Canonical: UTF-8, keys sorted, no white space, as msgspec encodes it.
    """
    body = msgspec.json.encode([kind, method, status, reason or "", facts], order="sorted")
    return hashlib.sha256(body).hexdigest()


def digest_matches(observation: Observation) -> bool:
    """Whether the observation's digest is that of its content."""
    reason = None if observation.reason is msgspec.UNSET else observation.reason
    expected = content_digest(observation.kind, observation.method, observation.status.value, reason, observation.facts)
    return expected == observation.digest


class Sighting(msgspec.Struct, frozen=True):
    """An observation as a judge sees it: its content, and when that content was last seen to hold.

    `seen_at` is the collector's time (the agent's clock corrected for its skew and never later than the receipt), moved
    on by heartbeats; freshness is measured from it, not from `observation.collected_at`.
    """

    observation: Observation
    seen_at: datetime
