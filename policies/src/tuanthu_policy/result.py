"""The judgement of one rule on one asset."""

from datetime import datetime

import msgspec

from tuanthu_policy.outcome import Outcome


class RuleResult(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule came to, what decided it, and how long that can last without new facts."""

    rule: str
    outcome: Outcome
    decided_by: str
    """Path of the leaf that decided: `condition.all[1].any_item.all[0]`; empty where no leaf was reached."""
    reason: str
    """Why, as a stable code (see `reasons`), the fact or kind, and perhaps the collector's cause:
    `not-equal: antivirus.products.running`, `stale: antivirus`, `missing: lan.dns_resolves: probes-passive`."""
    evidence: tuple[str, ...] = ()
    """Ids of the observations that the deciding leaf read."""
    due_at: datetime | None = None
    """The earliest moment at which the passing of time alone can change the outcome; None when it cannot."""


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """One node of the explained result tree (see `evaluate.explain`)."""

    path: str
    operator: str
    """`rule` (the root), `all`, `any`, `none`, `any_item`, `all_items`, or the operator of a leaf: `is`, `at_most` …"""
    truth: bool | None
    """None is unknown."""
    decided: bool
    """Whether this node is on the way to what decided the whole."""
    fact: str = ""
    expected: str = ""
    actual: str = ""
    reason: str = ""
    observation: str = ""
    """Id of the observation that was read."""
    children: tuple["Node", ...] = ()
