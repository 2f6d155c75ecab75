"""The explained tree of a judgement: every node judged, none skipped, each with what was expected and what was there."""

import json
from collections.abc import Sequence
from typing import Any, Final

from tuanthu_policy.condition import Plan
from tuanthu_policy.groups import QUANTIFIERS
from tuanthu_policy.leaves import ABSENT
from tuanthu_policy.result import Node
from tuanthu_policy.verdicts import TRUTH, UNKNOWN, Clock, Verdict

LONGEST_SHOWN: Final = 200
"""Characters of a value that an explanation shows."""
_TRUTHS: Final = (False, None, True)


def explain_plan(
    plan: Plan,
    verdicts: Sequence[Verdict],
    record: Any,
    clock: Clock,
    seen: Sequence[str],
    *,
    decided: bool,
    top: bool = True,
) -> Node:
    """The tree of one condition. `seen` holds the observation's id of each kind; `decided` marks the way that decided.

    Groups and quantifiers are judged here anew, from their members, by plain minimum and maximum. Below a quantifier
    stands one child for each item, in the list's order.
    """
    if plan.fact and not plan.children:
        return _leaf(plan, verdicts, record, clock, seen, decided=decided, top=top)
    if plan.fact:
        items = _read(plan, record, seen, top=top)
        if type(items) is not list or not items:
            return _leaf(plan, verdicts, record, clock, seen, decided=decided, top=top)
        members = [(plan.children[0], item, False) for item in items]
    else:
        members = [(child, record, top) for child in plan.children]
    judged = [
        explain_plan(child, verdicts, part, clock, seen, decided=False, top=inner) for child, part, inner in members
    ]
    return _group(plan, judged, members, verdicts, clock, seen, decided=decided)


def _group(
    plan: Plan,
    judged: list[Node],
    members: list[tuple[Plan, Any, bool]],
    verdicts: Sequence[Verdict],
    clock: Clock,
    seen: Sequence[str],
    *,
    decided: bool,
) -> Node:
    truths = [_TRUTHS.index(node.truth) for node in judged]
    whole = min(truths) if plan.operator in {"all", "all_items"} else max(truths)
    winner = truths.index(whole)
    if decided:
        child, part, inner = members[winner]
        judged[winner] = explain_plan(child, verdicts, part, clock, seen, decided=True, top=inner)
    if plan.operator == "none" and whole != UNKNOWN:
        whole = TRUTH - 1 - whole
    return Node(
        path=plan.path,
        operator=plan.operator,
        truth=_TRUTHS[whole],
        decided=decided,
        fact=plan.fact,
        actual=str(len(judged)) if plan.operator in QUANTIFIERS else "",
        reason=judged[winner].reason,
        observation=seen[plan.slot] if plan.fact else "",
        children=tuple(judged),
    )


def _leaf(
    plan: Plan,
    verdicts: Sequence[Verdict],
    record: Any,
    clock: Clock,
    seen: Sequence[str],
    *,
    decided: bool,
    top: bool,
) -> Node:
    code = plan.test(record, clock)
    value = _read(plan, record, seen, top=top)
    return Node(
        path=plan.path,
        operator=plan.operator,
        truth=_TRUTHS[code & TRUTH],
        decided=decided,
        fact=plan.fact,
        expected="" if plan.argument is None else _shown(plan.argument),
        actual="" if value is None else _shown(value),
        reason=verdicts[code >> 2].reason,
        observation=seen[plan.slot],
    )


def _read(plan: Plan, record: Any, seen: Sequence[str], *, top: bool) -> Any:
    """What the record holds under the plan's field; at the top of a rule of several kinds, the record of its kind."""
    try:
        return (record[plan.slot] if top and len(seen) > 1 else record)[plan.field]
    except ABSENT:
        return None


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…"
