"""A rule made ready to judge."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import msgspec

from tuanthu_policy.condition import Compiler, KindLike, Plan, kinds_read
from tuanthu_policy.duration import parse_duration
from tuanthu_policy.operators import TIMED
from tuanthu_policy.rule import Rule
from tuanthu_policy.verdicts import Table, Test, Verdict

_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule's closures, with all that a judgement of it needs."""

    rule: str
    kinds: tuple[str, ...]
    """The kinds that it reads, in the order of its records."""
    lifetime: timedelta
    """`max_age` and a microsecond: evidence seen at T is stale from T + lifetime on."""
    timed: bool
    """Whether a leaf measures an age."""
    applies: Test | None
    condition: Test
    verdicts: tuple[Verdict, ...]
    applies_plan: Plan | None
    condition_plan: Plan


def compile_rule(rule: Rule, kinds: Mapping[str, KindLike]) -> CompiledRule:
    """Compile a rule against the fact catalogue.

    Raises ConditionError (with the place in the rule) and DurationError.
    """
    applies_when: Any = None if rule.applies_when is msgspec.UNSET else rule.applies_when
    read = kinds_read(applies_when, rule.condition)
    table = Table()
    compiler = Compiler(kinds, read, table)
    applies = None if applies_when is None else compiler.compile(applies_when, "applies_when")
    condition = compiler.compile(rule.condition, "condition")
    return CompiledRule(
        rule=rule.id,
        kinds=read,
        lifetime=parse_duration(rule.max_age) + _TICK,
        timed=_timed(condition) or (applies is not None and _timed(applies)),
        applies=applies.test if applies else None,
        condition=condition.test,
        verdicts=tuple(table.verdicts),
        applies_plan=applies,
        condition_plan=condition,
    )


def _timed(plan: Plan) -> bool:
    return plan.operator in TIMED or any(_timed(child) for child in plan.children)
