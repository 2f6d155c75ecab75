"""Updates that are known and not installed, as facts: counted whole, listed in part, security first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, Final, List, Optional

from tuanthu_agent.collectors.interface import Findings

MOST_PENDING: Final = 100
_LONGEST: Final = 120


@dataclass(frozen=True)
class Pending:
    """One update; `security` None where that cannot be told."""

    name: str
    version: str = ""
    security: Optional[bool] = None
    severity: str = ""

    def item(self) -> Dict[str, Any]:
        """Its fields as a fact."""
        fields = {
            "name": self.name[:_LONGEST],
            "version": self.version[:_LONGEST] or None,
            "security": self.security,
            "severity": self.severity or None,
        }
        return {name: value for name, value in fields.items() if value is not None}


def put_pending(found: Findings, updates: List[Pending], *, sorted_out: bool) -> None:
    """Count and list; `sorted_out`: of each it is known whether it is a security update."""
    found.put("pending_count", len(updates))
    if sorted_out:
        found.put("pending_security_count", sum(1 for one in updates if one.security))
    ordered = sorted(updates, key=lambda one: (not one.security, one.name, one.version))
    if len(ordered) > MOST_PENDING:
        found.miss("too-many: pending")
    found.put("pending", [one.item() for one in ordered[:MOST_PENDING]])
