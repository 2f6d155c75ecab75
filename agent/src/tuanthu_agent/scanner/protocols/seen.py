"""What a service shows of itself to anybody: subjects for fingerprints, and findings that need no login."""

from collections.abc import Callable
from dataclasses import dataclass, field

from tuanthu_agent.scanner.interface import Door, Service

_LONGEST = 400


@dataclass(frozen=True, slots=True)
class Seen:
    """Subjects of evidence (`ssh.banner` …) and codes of exposure. `reason`: why there is nothing or not all."""

    subjects: dict[str, str] = field(default_factory=dict)
    exposures: tuple[str, ...] = ()
    reason: str | None = None


Reader = Callable[[Door, Service, float], Seen]
"""Reads a service within so many seconds, without any credential; never raises but OutOfScopeError."""


def shown(raw: bytes | str, longest: int = _LONGEST) -> str:
    """A device's text as one line fit for people and patterns: no control characters, blanks joined, bounded."""
    text = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else raw
    kept = "".join(letter if letter.isprintable() else " " for letter in text[: longest * 4])
    return " ".join(kept.split())[:longest]
