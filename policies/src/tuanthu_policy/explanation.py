"""The explained tree of a judgement: every node judged, none skipped, each with what was expected and what was there.

Groups and quantifiers are judged here from their members by plain minimum and maximum, independently of the closures
that judge fast; a test holds the two together.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from tuanthu_policy.condition import Plan
from tuanthu_policy.groups import QUANTIFIERS
from tuanthu_policy.leaves import ABSENT
from tuanthu_policy.result import Node
from tuanthu_policy.verdicts import TRUE, TRUTH, UNKNOWN, Clock, Verdict

LONGEST_SHOWN: Final = 200
"""Characters of a value that an explanation shows."""
_TRUTHS: Final = (False, None, True)


@dataclass(frozen=True, slots=True)
class Explainer:
    """Explains conditions of one rule at one moment."""

    verdicts: Sequence[Verdict]
    clock: Clock
    seen: Sequence[str]
    """The observation's id of each kind that the rule reads, empty where there is none."""

    def explain(self, plan: Plan, record: Any, *, decided: bool, top: bool = True) -> Node:
        """The tree of one condition.

        `decided` marks the way to the leaf that decided. Below a quantifier stands one child for each item, in the
        list's order. `top` is false below a quantifier, where the record is an item.
        """
        members = self._members(plan, record, top=top)
        if not members:
            return self._leaf(plan, record, decided=decided, top=top)
        inner = top and not plan.fact
        judged = [self.explain(child, part, decided=False, top=inner) for child, part in members]
        truths = [_TRUTHS.index(node.truth) for node in judged]
        whole = min(truths) if plan.operator in {"all", "all_items"} else max(truths)
        winner = truths.index(whole)
        reason = judged[winner].reason
        if decided:
            child, part = members[winner]
            judged[winner] = self.explain(child, part, decided=True, top=inner)
        if plan.operator == "none" and whole != UNKNOWN:
            whole = TRUE - whole
        return Node(
            path=plan.path,
            operator=plan.operator,
            truth=_TRUTHS[whole],
            decided=decided,
            fact=plan.fact,
            actual=str(len(judged)) if plan.operator in QUANTIFIERS else "",
            reason=reason,
            observation=self.seen[plan.slot] if plan.fact else "",
            children=tuple(judged),
        )

    def _members(self, plan: Plan, record: Any, *, top: bool) -> list[tuple[Plan, Any]]:
        """The members of a group, or the items of a quantifier's list; none for a leaf and where there is no list."""
        if not plan.fact:
            return [(child, record) for child in plan.children]
        items = self._read(plan, record, top=top) if plan.children else None
        return [(plan.children[0], item) for item in items] if type(items) is list else []

    def _leaf(self, plan: Plan, record: Any, *, decided: bool, top: bool) -> Node:
        code = plan.test(record, self.clock)
        value = self._read(plan, record, top=top)
        return Node(
            path=plan.path,
            operator=plan.operator,
            truth=_TRUTHS[code & TRUTH],
            decided=decided,
            fact=plan.fact,
            expected="" if plan.argument is None else _shown(plan.argument),
            actual="" if value is None else _shown(value),
            reason=self.verdicts[code >> 2].reason,
            observation=self.seen[plan.slot],
        )

    def _read(self, plan: Plan, record: Any, *, top: bool) -> Any:
        """What the record holds under the plan's field; in a rule of several kinds the top has one record per kind."""
        try:
            return (record[plan.slot] if top and len(self.seen) > 1 else record)[plan.field]
        except ABSENT:
            return None


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…"
