"""One line of the log of attempts, and how lines hang together. Pure.

Each line is the JSON of a `Record`; `prev` is the SHA-256 of the line before it (without its line feed), `FIRST` in the
first. What a crash left half-written stays in the file as a line of its own, closed by `TORN`, by which it is no JSON:
the next record names the SHA-256 of such lines in `after_torn`.
"""

import hashlib
from datetime import datetime
from typing import Final

import msgspec

FIRST: Final = "0" * 64
TORN: Final = b"~"


class Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """Who authorised, when, which device and account, what came of it; never a password."""

    seq: int
    """1, 2, 3 …"""
    prev: str
    at: datetime
    """UTC, by the wall clock."""
    phase: str
    """`intent`, written before the packet leaves, or `outcome`."""
    attempt: int
    """Number of the login in the ledger; the same for intent and outcome."""
    scope: str
    """Id of the scope."""
    authorisation: str
    """The document that authorised the scan."""
    device: str
    """The hardware address, or the address where that is not known."""
    address: str
    protocol: str
    port: int
    login: str
    """`<family>/<login>`."""
    account: str
    """The account's name; empty where the protocol has none (an SNMP community)."""
    outcome: str | None = None
    """An `AttemptOutcome`, of phase `outcome`."""
    reason: str | None = None
    after_torn: str | None = None


def encode(record: Record) -> bytes:
    """The line, without its line feed."""
    return msgspec.json.encode(record)


def decode(line: bytes) -> Record | None:
    """The record; None for what is no whole line."""
    try:
        return msgspec.json.decode(line, type=Record)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def digest(data: bytes) -> str:
    """SHA-256 as text."""
    return hashlib.sha256(data).hexdigest()


def are_torn(lines: list[bytes]) -> bool:
    """Whether all of these are what a crash left half-written and the program closed; anything else is foreign."""
    return all(line.endswith(TORN) for line in lines)


def digest_torn(lines: list[bytes]) -> str | None:
    """What the next record says of half-written lines before it; None where there are none."""
    return digest(b"\n".join(lines)) if lines else None
