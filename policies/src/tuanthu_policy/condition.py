"""The condition language: a plain dict, checked and compiled once to closures. Standard library only.

    {all: [{fact: antivirus.product_count, at_least: 1},
           {fact: antivirus.products, any_item: {all: [{fact: running, is: true}, {fact: realtime, is: true}]}}]}

Truth is three-valued (Kleene): what could not be read is unknown, and unknown survives unless another branch decides.
`docs/conditions.md` describes the language for authors of rules.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from tuanthu_policy.groups import GROUPS, QUANTIFIERS, select
from tuanthu_policy.operators import OPERATORS, ArgumentError, FactLike
from tuanthu_policy.verdicts import Table, Test

DEEPEST: Final = 8
MOST_LEAVES: Final = 64
Where = tuple[str | int, ...]


class KindLike(Protocol):
    """What a condition needs to know of a kind of observation (`tuanthu_policy.fact.FactKind` is one)."""

    @property
    def facts(self) -> Mapping[str, FactLike]:
        """Fact name → fact."""


class ConditionError(ValueError):
    """A condition that cannot be compiled. `where` leads through the dict to the culprit; `vi`, `en` say what is wrong."""

    def __init__(self, where: Where, vi: str, en: str) -> None:
        super().__init__(en)
        self.where = where
        self.vi = vi
        self.en = en


@dataclass(frozen=True, slots=True)
class Plan:
    """One compiled node, with what is needed to explain it."""

    path: str
    operator: str
    test: Test
    fact: str = ""
    """Full name: `antivirus.products.running`."""
    field: str = ""
    """The key under which the record holds it."""
    slot: int = 0
    argument: Any = None
    children: tuple["Plan", ...] = ()


@dataclass(frozen=True, slots=True)
class Scope:
    """What `fact` names: at the top `kind.fact`, inside a quantifier a field of the item."""

    facts: Mapping[str, FactLike]
    prefix: str
    slot: int


class Compiler:
    """Compiles the conditions of one rule into one table of verdicts."""

    def __init__(self, kinds: Mapping[str, KindLike], read: Sequence[str], table: Table) -> None:
        """`read` lists the kinds of the rule, in the order of its records (see `kinds_read`)."""
        self._kinds = kinds
        self._read = read
        self._table = table
        self._leaves = 0

    def compile(self, condition: object, name: str) -> Plan:
        """Compile the condition that stands under the rule's key `name`; raises ConditionError."""
        return self._node(condition, name, (), None)

    def _node(self, node: object, path: str, where: Where, scope: Scope | None) -> Plan:
        if len(where) > 2 * DEEPEST:
            raise ConditionError(where, f"lồng quá {DEEPEST} tầng", f"nested deeper than {DEEPEST}")
        if not isinstance(node, dict) or not node:
            raise ConditionError(where, "điều kiện phải là một ánh xạ", "a condition is a mapping")
        if "fact" in node:
            return self._on_fact(node, path, where, scope)
        group = next((key for key in node if key in GROUPS), None)
        if group is None or len(node) != 1:
            raise ConditionError(
                (*where, str(next(iter(node)))),
                "điều kiện phải có đúng một trong all, any, none, hoặc có fact",
                "a condition has exactly one of all, any, none, or has fact",
            )
        return self._group(group, node[group], path, where, scope)

    def _group(self, group: str, members: object, path: str, where: Where, scope: Scope | None) -> Plan:
        if not isinstance(members, list) or not members:
            raise ConditionError(
                (*where, group), f"{group} cần danh sách không rỗng", f"{group} needs a list that is not empty"
            )
        children = tuple(
            self._node(member, f"{path}.{group}[{index}]", (*where, group, index), scope)
            for index, member in enumerate(members)
        )
        return Plan(path, group, GROUPS[group]([child.test for child in children]), children=children)

    def _on_fact(self, node: dict[Any, Any], path: str, where: Where, scope: Scope | None) -> Plan:
        self._leaves += 1
        if self._leaves > MOST_LEAVES:
            raise ConditionError(where, f"quá {MOST_LEAVES} phép so sánh", f"more than {MOST_LEAVES} leaves")
        asked = [key for key in node if key != "fact"]
        if len(asked) != 1 or (asked[0] not in OPERATORS and asked[0] not in QUANTIFIERS):
            culprit = next((str(key) for key in asked if key not in OPERATORS and key not in QUANTIFIERS), "fact")
            raise ConditionError(
                (*where, culprit),
                "bên cạnh fact phải có đúng một phép: " + ", ".join((*OPERATORS, *QUANTIFIERS)),
                "beside fact stands exactly one of: " + ", ".join((*OPERATORS, *QUANTIFIERS)),
            )
        field, fact, inner = self._resolve(node["fact"], where, scope)
        build = self._quantifier if asked[0] in QUANTIFIERS else self._leaf
        plan = build(asked[0], node[asked[0]], field, fact, inner, path, where)
        if scope is None and len(self._read) > 1:
            return Plan(path, plan.operator, select(inner.slot, plan.test), *_rest(plan))
        return plan

    def _resolve(self, name: object, where: Where, scope: Scope | None) -> tuple[str, FactLike, Scope]:
        """The field's key, its definition, and a scope whose prefix is its full name."""
        if not isinstance(name, str):
            raise ConditionError((*where, "fact"), "fact phải là tên", "fact is a name")
        if scope is None:
            kind, _, field = name.partition(".")
            known = self._kinds.get(kind)
            if known is None:
                raise ConditionError((*where, "fact"), f"không có loại quan sát {kind!r}", f"no kind {kind!r}")
            facts, full, slot = known.facts, name, self._read.index(kind)
        else:
            facts, field, full, slot = scope.facts, name, f"{scope.prefix}.{name}", scope.slot
        fact = facts.get(field)
        if fact is None:
            choice = ", ".join(facts)
            raise ConditionError(
                (*where, "fact"), f"không có dữ kiện {full!r}; có: {choice}", f"no fact {full!r}; there are: {choice}"
            )
        return field, fact, Scope(fact.fields, full, slot)

    def _leaf(
        self, name: str, argument: object, field: str, fact: FactLike, inner: Scope, path: str, where: Where
    ) -> Plan:
        operator = OPERATORS[name]
        if fact.type not in operator.types:
            fitting = ", ".join(key for key, one in OPERATORS.items() if fact.type in one.types)
            fitting = fitting or ", ".join(QUANTIFIERS)
            raise ConditionError(
                (*where, name),
                f"phép {name} không dùng được cho {inner.prefix} (kiểu {fact.type}); dùng được: {fitting}",
                f"{name} does not fit {inner.prefix} (type {fact.type}); fitting: {fitting}",
            )
        codes = self._table.leaf(path, inner.prefix, inner.slot, operator.fails, operator.doubt)
        try:
            test = operator.build(field, fact, argument, codes)
        except ArgumentError as error:
            raise ConditionError((*where, name), error.vi, error.en) from None
        return Plan(path, name, test, inner.prefix, field, inner.slot, argument)

    def _quantifier(
        self, name: str, argument: object, field: str, fact: FactLike, inner: Scope, path: str, where: Where
    ) -> Plan:
        if fact.type != "items":
            raise ConditionError(
                (*where, name),
                f"{name} chỉ dùng cho danh sách (kiểu items); {inner.prefix} có kiểu {fact.type}",
                f"{name} is for lists (type items); {inner.prefix} has type {fact.type}",
            )
        codes = self._table.leaf(path, inner.prefix, inner.slot, "none", "empty")
        child = self._node(argument, f"{path}.{name}", (*where, name), inner)
        test = QUANTIFIERS[name](field, child.test, codes)
        return Plan(path, name, test, inner.prefix, field, inner.slot, None, (child,))


def _rest(plan: Plan) -> tuple[str, str, int, Any, tuple[Plan, ...]]:
    return plan.fact, plan.field, plan.slot, plan.argument, plan.children


def kinds_read(*conditions: object) -> tuple[str, ...]:
    """The kinds that conditions name at their top level, sorted; total, whatever the conditions look like."""
    found: set[str] = set()
    pending: list[object] = list(conditions)
    while pending:
        node = pending.pop()
        if isinstance(node, dict):
            name = node.get("fact")
            if isinstance(name, str):
                found.add(name.partition(".")[0])
            else:
                pending.extend(node.values())
        elif isinstance(node, list):
            pending.extend(node)
    return tuple(sorted(found))
