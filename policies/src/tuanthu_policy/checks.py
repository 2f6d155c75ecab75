"""Checks over a whole policy: names that must exist, conditions that must fit the facts."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

from tuanthu_policy.compiled import CompiledRule, compile_rule
from tuanthu_policy.condition import ConditionError
from tuanthu_policy.control import Framework
from tuanthu_policy.duration import DAY, DurationError, parse_duration
from tuanthu_policy.errors import PolicyError
from tuanthu_policy.fact import AssetSort, Fact, FactKind, FactType, sort_of
from tuanthu_policy.rule import Rule
from tuanthu_policy.yaml_tree import Where, key_text

Locate = Callable[[str, Where, str, str], PolicyError]
"""Makes the error for a place in the file of a rule, kind or framework: (name, where, vi, en)."""

NAME: Final = r"[a-z][a-z0-9_]*"


def unplaced(name: str, where: Where, vi: str, en: str) -> PolicyError:
    """The error for a policy that has no files: the name of the part stands for the file."""
    return PolicyError(vi, en, name, 0, key_text(where))


def check_policy(
    kinds: Mapping[str, FactKind],
    rules: Mapping[str, Rule],
    frameworks: Mapping[str, Framework],
    locate: Locate = unplaced,
) -> dict[str, CompiledRule]:
    """Check everything and compile the rules; raises PolicyError at the first fault."""
    for kind in kinds.values():
        for name, fact in kind.facts.items():
            _check_fact(fact, kind.kind, ("facts", name), locate)
    compiled = {rule.id: check_rule(rule, kinds, locate) for rule in rules.values()}
    sorts = {name: asset_sort(rule, kinds) for name, rule in compiled.items()}
    for framework in frameworks.values():
        _check_framework(framework, sorts, locate)
    return compiled


def asset_sort(compiled: CompiledRule, kinds: Mapping[str, FactKind]) -> AssetSort:
    """What a checked rule is about."""
    return sort_of(kinds[kind] for kind in compiled.kinds) or AssetSort.MACHINE


def check_rule(rule: Rule, kinds: Mapping[str, FactKind], locate: Locate = unplaced) -> CompiledRule:
    """Check and compile one rule."""
    check_age(rule.id, rule.max_age, locate)
    try:
        compiled = compile_rule(rule, kinds)
    except ConditionError as error:
        raise locate(rule.id, error.where, error.vi, error.en) from None
    if sort_of(kinds[kind] for kind in compiled.kinds) is None:
        raise locate(
            rule.id,
            ("condition",),
            "quy tắc về thiết bị chỉ được xét dữ kiện của thiết bị",
            "a rule about devices may read nothing but facts of devices",
        )
    return compiled


def check_age(name: str, max_age: str, locate: Locate) -> None:
    """The age that evidence may have is a duration of at least one day: heartbeats come once a day at least."""
    try:
        if parse_duration(max_age) < DAY:
            raise locate(name, ("max_age",), "max_age phải từ 1 ngày trở lên", "max_age must be at least one day")
    except DurationError as error:
        raise locate(name, ("max_age",), error.vi, error.en) from None


def _check_fact(fact: Fact, kind: str, where: Where, locate: Locate) -> None:
    if (fact.type is FactType.ITEMS) != bool(fact.fields):
        raise locate(
            kind, (*where, "fields"), "kiểu items, và chỉ kiểu này, có fields", "type items, and no other, has fields"
        )
    if fact.values and fact.type is not FactType.TEXT:
        raise locate(kind, (*where, "values"), "chỉ kiểu text có values", "only type text has values")
    for name, inner in fact.fields.items():
        place = (*where, "fields", name)
        if inner.type is FactType.ITEMS:
            raise locate(kind, (*place, "type"), "items không lồng nhau", "items do not nest")
        _check_fact(inner, kind, place, locate)


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _check_framework(framework: Framework, sorts: Mapping[str, AssetSort], locate: Locate) -> None:
    for key in ("date", "in_force_from"):
        written = getattr(framework.document, key)
        if written and not _is_date(written):
            raise locate(
                framework.id, ("document", key), "ngày phải viết theo ISO, ví dụ 2018-05-25", "an ISO date is needed"
            )
    seen: set[str] = set()
    for index, control in enumerate(framework.controls):
        where = ("controls", index)
        if control.id in seen:
            raise locate(
                framework.id, (*where, "id"), f"trùng mã {control.id!r}", f"duplicate control id {control.id!r}"
            )
        seen.add(control.id)
        _check_measured(framework.id, control.rules, (*where, "rules"), sorts, locate)
        if not control.rules and not control.attestation:
            raise locate(
                framework.id, where, "điều khoản cần rules hoặc attestation", "a control needs rules or attestation"
            )
        if control.attestation:
            try:
                parse_duration(control.attestation.valid_for)
            except DurationError as error:
                raise locate(framework.id, (*where, "attestation", "valid_for"), error.vi, error.en) from None


def _check_measured(name: str, rules: list[str], where: Where, sorts: Mapping[str, AssetSort], locate: Locate) -> None:
    """The rules of a clause exist, and none is about scans, which measure no clause."""
    for number, rule in enumerate(rules):
        if rule not in sorts:
            raise locate(name, (*where, number), f"không có quy tắc {rule!r}", f"no rule {rule!r}")
        if sorts[rule] is AssetSort.SCANNER:
            raise locate(
                name,
                (*where, number),
                f"quy tắc về lần quét {rule!r} không đo điều khoản nào",
                f"the rule about scans {rule!r} measures no clause",
            )
