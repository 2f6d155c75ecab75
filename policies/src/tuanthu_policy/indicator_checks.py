"""Checks over indicators, and the compiled questions that they ask of machines."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from tuanthu_policy.checks import Locate, check_age
from tuanthu_policy.compiled import CompiledRule, compile_rule
from tuanthu_policy.condition import ConditionError
from tuanthu_policy.control import Framework
from tuanthu_policy.errors import PolicyError
from tuanthu_policy.fact import AssetSort, FactKind, sort_of
from tuanthu_policy.indicator import (
    AttestedIndicator,
    Indicator,
    IndicatorClass,
    IndicatorPlan,
    MachineShare,
    NumberShare,
    Question,
    UnitShare,
    measure_code,
)
from tuanthu_policy.rule import Rule, Severity
from tuanthu_policy.yaml_tree import Where

UNIT_KINDS: Final = frozenset({"department", "hospital", "centre", "station", "other"})
_ID: Final = re.compile(r"[a-z0-9][a-z0-9-]*")
Condition = dict[str, Any]


def check_plans(
    plans: Mapping[str, IndicatorPlan],
    kinds: Mapping[str, FactKind],
    rules: Mapping[str, Rule],
    frameworks: Mapping[str, Framework],
    locate: Locate,
) -> dict[str, CompiledRule]:
    """Check every plan; the compiled questions by their codes. Raises PolicyError at the first fault."""
    return {
        code: compiled
        for plan in plans.values()
        for code, compiled in _PlanChecker(plan, kinds, rules, frameworks, locate).check()
    }


class _PlanChecker:
    """Checks one plan."""

    def __init__(
        self,
        plan: IndicatorPlan,
        kinds: Mapping[str, FactKind],
        rules: Mapping[str, Rule],
        frameworks: Mapping[str, Framework],
        locate: Locate,
    ) -> None:
        self._plan, self._kinds, self._rules, self._locate = plan, kinds, rules, locate
        self._framework = frameworks.get(plan.framework)

    def check(self) -> Iterator[tuple[str, CompiledRule]]:
        plan = self._plan
        if self._framework is None:
            raise self._error(
                ("framework",), f"không có văn bản {plan.framework!r}", f"no framework {plan.framework!r}"
            )
        check_age(plan.id, plan.max_age, self._locate)
        self._ids([one.id for one in plan.indicators], ("indicators",))
        for index, indicator in enumerate(plan.indicators):
            where = ("indicators", index)
            self._place(indicator, self._framework, where)
            yield from self._questions(indicator, where)

    def _error(self, where: Where, vi: str, en: str) -> PolicyError:
        return self._locate(self._plan.id, where, vi, en)

    def _ids(self, ids: Sequence[str], where: Where) -> None:
        for index, name in enumerate(ids):
            place = (*where, index, "id")
            if not _ID.fullmatch(name):
                raise self._error(place, "mã chỉ gồm a-z, 0-9 và dấu gạch", "an id has only a-z, 0-9 and hyphens")
            if name in ids[:index]:
                raise self._error(place, f"trùng mã {name!r}", f"duplicate id {name!r}")

    def _place(self, indicator: Indicator, framework: Framework, where: Where) -> None:
        """Its clause exists (and is attested where only a person can tell); its kinds of units exist."""
        clause = next((one for one in framework.controls if one.id == indicator.clause), None)
        if clause is None:
            text = indicator.clause
            raise self._error((*where, "clause"), f"không có điều khoản {text!r}", f"no clause {text!r}")
        if isinstance(indicator, AttestedIndicator) and not clause.attestation:
            raise self._error(
                (*where, "clause"), "điều khoản này không có attestation", "that clause has no attestation"
            )
        for index, kind in enumerate(indicator.kinds):
            if kind not in UNIT_KINDS:
                raise self._error(
                    (*where, "kinds", index), f"không có loại đơn vị {kind!r}", f"no kind of unit {kind!r}"
                )
        if isinstance(indicator, NumberShare) and indicator.at_most_whole and indicator.denominator == "units":
            raise self._error(
                (*where, "at_most_whole"), "không dùng khi chia cho số đơn vị", "makes no sense when divided by units"
            )

    def _questions(self, indicator: Indicator, where: Where) -> Iterator[tuple[str, CompiledRule]]:
        if not isinstance(indicator, (MachineShare, UnitShare)):
            return
        condition, applies = self._asked(indicator.holds, (*where, "holds"))
        code = measure_code(self._plan.id, indicator.id)
        yield code, self._compiled(code, condition, applies, (*where, "holds"))
        machines = isinstance(indicator, MachineShare)
        classes, key = (
            (indicator.classes, "classes") if isinstance(indicator, MachineShare) else (indicator.apart, "apart")
        )
        self._ids([one.id for one in classes], (*where, key))
        for index, one in enumerate(classes):
            place = (*where, key, index)
            code = measure_code(self._plan.id, indicator.id, one.id)
            self._compiled(code, one.condition, applies, place)  # by itself, so that an error names its place
            whole = _of_class(condition if machines else None, classes[:index], one)
            yield code, self._compiled(code, whole, applies, place)

    def _asked(self, question: Question, where: Where) -> tuple[Condition, Condition | msgspec.UnsetType]:
        """The condition of a question, and where it applies."""
        if bool(question.rules) == (question.condition is not msgspec.UNSET):
            raise self._error(where, "cần condition hoặc rules, chỉ một", "needs condition or rules, one of them")
        if question.condition is not msgspec.UNSET:
            return question.condition, msgspec.UNSET
        for index, name in enumerate(question.rules):
            if name not in self._rules:
                raise self._error((*where, "rules", index), f"không có quy tắc {name!r}", f"no rule {name!r}")
            if self._rules[name].applies_when != self._rules[question.rules[0]].applies_when:
                raise self._error(
                    (*where, "rules", index),
                    "các quy tắc của một chỉ tiêu phải có cùng applies_when",
                    "the rules of one indicator need the same applies_when",
                )
        chosen = [self._rules[name] for name in question.rules]
        return {"all": [rule.condition for rule in chosen]}, chosen[0].applies_when

    def _compiled(
        self, code: str, condition: Condition, applies: Condition | msgspec.UnsetType, where: Where
    ) -> CompiledRule:
        title = self._plan.title
        rule = Rule(
            id=code,
            title=title,
            rationale=title,
            remediation=title,
            severity=Severity.LOW,
            max_age=self._plan.max_age,
            condition=condition,
            applies_when=applies,
        )
        try:
            compiled = compile_rule(rule, self._kinds)
        except ConditionError as error:
            raise self._error((*where, *error.where), error.vi, error.en) from None
        if sort_of(self._kinds[kind] for kind in compiled.kinds) is not AssetSort.MACHINE:
            raise self._error(
                (*where, "condition"), "chỉ tiêu chỉ xét dữ kiện của máy", "an indicator reads facts of machines only"
            )
        return compiled


def _of_class(counted: Condition | None, better: Sequence[IndicatorClass], one: IndicatorClass) -> Condition:
    """True of what counts, is of this class and of no better one; unknown while a better one is not ruled out."""
    parts = [] if counted is None else [counted]
    parts.append(one.condition)
    if better:
        parts.append({"none": [other.condition for other in better]})
    return {"all": parts}
