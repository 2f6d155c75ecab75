"""The port to a spool: what every implementation must do (one contract suite runs against all)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

MOST_REFUSED: Final = 200
"""Refused reports that are kept for people to look at; the oldest go first."""
MOST_NOTES: Final = 50


@dataclass(frozen=True)
class Signed:
    """A report ready to be kept."""

    payload: bytes
    signature: str
    """Detached JWS over the payload."""
    contents: Mapping[str, str] = field(default_factory=dict)
    """Kind → digest of the observations that it carries in full; of a device the kind, a blank and its key."""


@dataclass(frozen=True)
class Report:
    """A report that the collector has not acknowledged."""

    sequence: int
    payload: bytes
    signature: str


@dataclass(frozen=True)
class Refused:
    """A report that the collector will never take."""

    sequence: int
    code: str
    reason: str
    at: datetime
    payload: bytes


@dataclass(frozen=True)
class Note:
    """Something about the spool itself that people should know."""

    at: datetime
    vi: str
    en: str


@dataclass(frozen=True)
class Size:
    """What waits in the spool."""

    reports: int
    payload_bytes: int


class Spool(ABC):
    """Reports in the order of their sequence numbers, and the little state that must survive with them.

    Every change is durable when the method returns. All methods raise SpoolError when the storage fails; a failed
    method has changed nothing.
    """

    @abstractmethod
    def append(self, make: Callable[[int], Signed]) -> int:
        """Take the next sequence number, have the report made for it and keep it, as one step; returns the number.

        Where `make` raises nothing happened and the number is not used up. Raises SpoolFullError at the size bound.
        """

    @abstractmethod
    def pending(self, limit: int) -> list[Report]:
        """The first reports that wait, lowest sequence number first; all for a negative limit.

        A report whose bytes no longer are what was kept is moved to the refused with code `spool-damaged`.
        """

    @abstractmethod
    def acknowledge(self, sequence: int, payload: bytes | None = None) -> None:
        """The collector has this report: forget it, and remember its contents as known there. Unknown: no effect.

        `payload`: what was sent. A report that has got other bytes since (renumbered by another process) stays.
        """

    @abstractmethod
    def refuse(self, sequence: int, code: str, reason: str, payload: bytes | None = None) -> None:
        """The collector will never take this report: move it to the refused and forget its contents.

        `payload`: as for `acknowledge`.
        """

    @abstractmethod
    def renumber(self, after: int, make: Callable[[Report, int], Signed]) -> None:
        """The collector has other reports up to `after`: number those that wait `after + 1` and on, in order.

        Nothing is renumbered where all that wait are above `after`; the next new report is above it in any case.
        """

    @abstractmethod
    def belong_to(self, agent: str, make: Callable[[Report, int], Signed]) -> None:
        """Remember whose reports these are (value `agent`), as one step.

        Where they were another agent's, number those that wait 1, 2, 3 … for the new identity and forget what the
        former collector knew.
        """

    @abstractmethod
    def contents(self) -> dict[str, str]:
        """As in `Signed`: the digests that the collector is known to have and that no later waiting report changes."""

    @abstractmethod
    def forget(self, digests: Iterable[str]) -> None:
        """The collector does not know these digests: they must be sent in full again."""

    @abstractmethod
    def refused(self) -> list[Refused]:
        """The newest refused reports, newest first, at most MOST_REFUSED."""

    @abstractmethod
    def last_sequence(self) -> int:
        """The highest sequence number ever given, 0 at first."""

    @abstractmethod
    def size(self) -> Size:
        """How much waits."""

    @abstractmethod
    def get(self, key: str) -> str | None:
        """A remembered value (last runs, next retry …)."""

    @abstractmethod
    def put(self, values: Mapping[str, str]) -> None:
        """Remember values, all or none."""

    @abstractmethod
    def note(self, vi: str, en: str) -> None:
        """Keep a message about the spool, at most MOST_NOTES."""

    @abstractmethod
    def notes(self) -> list[Note]:
        """The messages, newest first."""

    @abstractmethod
    def close(self) -> None:
        """Release the storage."""
