"""Keeping account of what could not be looked at while products are searched for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tuanthu_agent.collectors.interface import Findings
from tuanthu_agent.host import Host


@dataclass
class Search:
    """Whether the search as a whole can be counted on; a doubt makes every number of products unsayable."""

    found: Findings
    doubtful: bool = False

    def doubt(self, reason: str) -> None:
        """There may be another product, or one fewer."""
        self.found.miss(reason)
        self.doubtful = True

    def any_file(self, host: Host, paths: Iterable[str]) -> bool:
        """Whether one of these is there; one that may not be looked at is a doubt."""
        answers = [(path, host.has(path)) for path in paths]
        if any(there for _, there in answers):
            return True
        for path, there in answers:
            if there is None:
                self.doubt(f"permission-denied: {path}")
        return False
