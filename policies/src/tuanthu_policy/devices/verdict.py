"""What a login attempt came to, and what is concluded of a service."""

from enum import StrEnum
from typing import Final


class AttemptOutcome(StrEnum):
    """One login with one account. Only ACCEPTED, MUST_CHANGE and REFUSED are knowledge; all else proves nothing."""

    ACCEPTED = "accepted"
    """Positive evidence, and a second protected read that confirmed it."""
    MUST_CHANGE = "must-change"
    """The account was accepted, and the device forces a change of its password."""
    REFUSED = "refused"
    """The device said explicitly that the account is wrong."""
    LOCKED = "locked"
    """The device said that it is locked, or closed itself; nothing more is sent that day."""
    NO_AUTH = "no-auth"
    """What ought to be protected was readable without any account."""
    MISMATCH = "protocol-mismatch"
    """The device does not speak as the catalogue says, or cannot agree on cryptography."""
    UNCLEAR = "unclear"
    """An answer that is neither acceptance nor refusal."""
    UNREACHABLE = "unreachable"
    """No connection, a reset or no answer in time."""
    UNSENT = "unsent"
    """No connection came about at all: the device cannot have seen the account."""


class Verdict(StrEnum):
    """What is concluded of one service of one device."""

    DEFAULT_CONFIRMED = "default-confirmed"
    MUST_CHANGE = "must-change"
    UNINITIALISED = "uninitialised"
    NO_AUTH = "no-auth"
    ACCEPTS_ANY = "accepts-any"
    DEFAULT_REJECTED = "default-rejected"
    LOCKED = "locked"
    PER_DEVICE_SECRET = "per-device-secret"  # noqa: S105  a verdict
    PROTOCOL_MISMATCH = "protocol-mismatch"
    INCONCLUSIVE = "inconclusive"


PASSING: Final = frozenset({Verdict.DEFAULT_REJECTED})
"""The only pass: every documented account refused, or the site's own accepted, or the device says so."""
FAILING: Final = frozenset(
    {Verdict.DEFAULT_CONFIRMED, Verdict.MUST_CHANGE, Verdict.UNINITIALISED, Verdict.NO_AUTH, Verdict.ACCEPTS_ANY}
)
"""On a default configuration, or open. The rest settles nothing."""
