"""The agent's state as one value, for `status` and for scripts."""

from datetime import UTC, datetime

import msgspec

from tuanthu_agent import __version__
from tuanthu_agent.config import Config
from tuanthu_agent.identity import Identity
from tuanthu_agent.spool.interface import Note, Spool


class Refusal(msgspec.Struct, frozen=True):
    """A report that the collector will never take; fields as in `Refused`."""

    sequence: int
    code: str
    reason: str
    at: datetime


class State(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that `status` tells; moments are UTC, null where nothing has happened or is planned."""

    version: str
    data_dir: str
    enrolled: Identity | None
    last_collected: datetime | None
    next_collection: datetime | None
    last_delivered: datetime | None
    last_sequence: int
    waiting: int
    waiting_bytes: int
    failure: str
    """Why the last delivery failed; empty if it did not."""
    next_try: datetime | None
    last_scan: datetime | None
    scan_failure: str
    """Why the scan order could not be obeyed; empty if it could, or there is none."""
    bundle_version: int
    """Of the newest bundle that was taken from the collector; 0 for none: what came in the package is used."""
    bundle_failure: str
    """Why the newest bundle was refused; empty if it was not."""
    refused: list[Refusal]
    notes: list[Note]


def read_state(config: Config, identity: Identity | None, spool: Spool) -> State:
    """The state of this agent; raises SpoolError."""
    size = spool.size()
    failure = spool.get("retry:error") or ""
    return State(
        version=__version__,
        data_dir=str(config.data_dir),
        enrolled=identity,
        last_collected=from_text(spool.get("last:collect")),
        next_collection=from_seconds(spool.get("next:collect")),
        last_delivered=from_text(spool.get("last:deliver")),
        last_sequence=spool.last_sequence(),
        waiting=size.reports,
        waiting_bytes=size.payload_bytes,
        failure=failure,
        next_try=from_seconds(spool.get("retry:at")) if failure else None,
        last_scan=from_text(spool.get("last:scan")),
        scan_failure=spool.get("scan:error") or "",
        bundle_version=bundle_version(spool),
        bundle_failure=spool.get("bundle:error") or "",
        refused=[Refusal(one.sequence, one.code, one.reason, one.at) for one in spool.refused()],
        notes=spool.notes(),
    )


def bundle_version(spool: Spool) -> int:
    """The number of the newest bundle that was taken."""
    _, _, version = (spool.get("bundle:version") or "").partition(" ")
    return int(version) if version.isdecimal() else 0


def from_text(text: str | None) -> datetime | None:
    """A remembered moment (RFC 3339); None if there is none, or none that makes sense."""
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        return None


def from_seconds(text: str | None) -> datetime | None:
    """A remembered moment (seconds since 1970); None if there is none, or none that makes sense."""
    try:
        return datetime.fromtimestamp(float(text), UTC) if text else None
    except (ValueError, OverflowError, OSError):
        return None
