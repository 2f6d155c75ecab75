"""A rule: one testable condition over facts."""

from enum import StrEnum
from typing import Any

import msgspec

from tuanthu_policy.text import Text


class Severity(StrEnum):
    """How much a failure matters."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`policies/rules/<domain>/<id>/rule.yml`."""

    id: str
    """`<domain>.<name>`, stable for ever: `antivirus.signatures_fresh`."""
    title: Text
    rationale: Text
    remediation: Text
    severity: Severity
    max_age: str
    """How long evidence may be used: `7d`, `36h`; at least one day."""
    condition: dict[str, Any]
    """The condition in the language of `tuanthu_policy.condition`."""
    applies_when: dict[str, Any] | msgspec.UnsetType = msgspec.UNSET
    """Where this is false the rule is `notapplicable`; where it is unknown the rule is `unknown`."""
