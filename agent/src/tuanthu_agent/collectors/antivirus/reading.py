"""What one product said of itself: fields of its item, each with where it came from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tuanthu_agent.collectors.antivirus.values import clean


@dataclass
class Reading:
    """Fields as in `policies/facts/antivirus.yml`; one that is not known is not there."""

    fields: dict[str, Any] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    gaps: list[str] = field(default_factory=list)

    def put(self, name: str, value: object, source: str) -> None:
        """Keep a field; None and an empty text mean that it is not known."""
        if value is None or value == "":
            return
        self.fields[name] = clean(value) if isinstance(value, str) else value
        self.sources[name] = source

    def put_all(self, fields: dict[str, Any], source: str) -> None:
        """Keep several fields of one source."""
        for name, value in fields.items():
            self.put(name, value, source)

    def miss(self, reason: str) -> None:
        """Note what could not be read, and why."""
        if reason not in self.gaps:
            self.gaps.append(reason)

    def source_list(self, *words: str) -> list[str]:
        """`field=source` in a fixed order, after the sources of the product as a whole."""
        return [*words, *(f"{name}={source}" for name, source in sorted(self.sources.items()))]
