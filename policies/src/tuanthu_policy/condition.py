"""The condition language: a plain dict, checked and compiled once to closures. Standard library only.

    {all: [{fact: antivirus.product_count, at_least: 1},
           {fact: antivirus.products, any_item: {all: [{fact: running, is: true}, {fact: realtime, is: true}]}}]}

Truth is three-valued (Kleene): what could not be read is unknown, and unknown survives unless another branch decides.
`docs/conditions.md` describes the language for authors of rules.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol

from tuanthu_policy.groups import GROUPS, QUANTIFIERS, select
from tuanthu_policy.leaves import two_booleans
from tuanthu_policy.operators import OPERATORS, ArgumentError, FactLike
from tuanthu_policy.verdicts import Codes, Table, Test

DEEPEST: Final = 16
MOST_LEAVES: Final = 64
Where = tuple[str | int, ...]


class KindLike(Protocol):
    """What a condition needs to know of a kind of observation (`tuanthu_policy.fact.FactKind` is one)."""

    @property
    def facts(self) -> Mapping[str, FactLike]:
        """Fact name → fact."""


class ConditionError(ValueError):
    """A condition that cannot be compiled.

    `where` leads through the condition to the culprit; its first step is the rule's key. `vi`, `en` say what is wrong.
    """

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
    codes: Codes | None = None
    children: tuple["Plan", ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a node stands: its path as results print it, its path as errors print it, and how deep."""

    path: str
    where: Where
    depth: int = 0

    def within(self, path: str, *steps: str | int) -> "Place":
        """A place further in."""
        return Place(self.path + path, (*self.where, *steps), self.depth + 1)

    def error(self, key: str, vi: str, en: str) -> ConditionError:
        """A ConditionError at a key of this node (at the node itself where the key is empty)."""
        return ConditionError((*self.where, key) if key else self.where, vi, en)


@dataclass(frozen=True, slots=True)
class Named:
    """What a node's `fact` names."""

    full: str
    field: str
    fact: FactLike
    slot: int


class Compiler:
    """Compiles the conditions of one rule into one table of verdicts."""

    def __init__(self, kinds: Mapping[str, KindLike], read: Sequence[str], table: Table) -> None:
        """`read` lists the kinds of the rule, in the order of its records (see `kinds_read`)."""
        self._kinds = kinds
        self._read = read
        self._table = table
        self._leaves = 0

    def compile(self, condition: object, key: str) -> Plan:
        """Compile the condition that stands under that key of the rule; raises ConditionError."""
        return self._node(condition, Place(key, (key,)), None)

    def _node(self, node: object, place: Place, items: Named | None) -> Plan:
        """`items` is the list whose items are judged, None at the top, where `fact` is `kind.name`."""
        if place.depth > DEEPEST:
            raise place.error("", f"điều kiện lồng quá {DEEPEST} tầng", f"nested deeper than {DEEPEST} levels")
        if not isinstance(node, dict) or not node:
            raise place.error("", "điều kiện phải là một ánh xạ", "a condition is a mapping")
        if "fact" in node:
            return self._on_fact(node, place, items)
        group = next(iter(node))
        if len(node) != 1 or group not in GROUPS:
            culprit = next((str(key) for key in node if key not in GROUPS), "")
            raise place.error(
                culprit,
                "điều kiện phải có đúng một trong all, any, none, hoặc có fact",
                "a condition has exactly one of all, any, none, or has fact",
            )
        members = node[group]
        if not isinstance(members, list) or not members:
            raise place.error(group, f"{group} cần danh sách không rỗng", f"{group} needs a list that is not empty")
        children = tuple(
            self._node(member, place.within(f".{group}[{index}]", group, index), items)
            for index, member in enumerate(members)
        )
        return Plan(place.path, group, _grouped(group, children), children=children)

    def _on_fact(self, node: dict[Any, Any], place: Place, items: Named | None) -> Plan:
        self._leaves += 1
        if self._leaves > MOST_LEAVES:
            raise place.error("", f"quá {MOST_LEAVES} phép so sánh", f"more than {MOST_LEAVES} leaves")
        asked = [key for key in node if key != "fact"]
        if len(asked) != 1 or (asked[0] not in OPERATORS and asked[0] not in QUANTIFIERS):
            culprit = next((str(key) for key in asked if key not in OPERATORS and key not in QUANTIFIERS), "fact")
            known = ", ".join((*OPERATORS, *QUANTIFIERS))
            raise place.error(
                culprit, f"bên cạnh fact phải có đúng một phép: {known}", f"beside fact stands exactly one of: {known}"
            )
        named = self._named(node["fact"], place, items)
        compile_it = self._quantifier if asked[0] in QUANTIFIERS else self._leaf
        plan = compile_it(asked[0], node[asked[0]], named, place)
        if items is None and len(self._read) > 1:
            return replace(plan, test=select(named.slot, plan.test), codes=None)
        return plan

    def _named(self, name: object, place: Place, items: Named | None) -> Named:
        if not isinstance(name, str):
            raise place.error("fact", "fact phải là tên dữ kiện", "fact is the name of a fact")
        if items is None:
            kind, _, field = name.partition(".")
            if kind not in self._kinds:
                known = ", ".join(self._kinds)
                raise place.error(
                    "fact", f"không có loại quan sát {kind!r}; có: {known}", f"no kind {kind!r}; there are: {known}"
                )
            facts, full, slot = self._kinds[kind].facts, name, self._read.index(kind)
        else:
            facts, field, full, slot = items.fact.fields, name, f"{items.full}.{name}", items.slot
        if field not in facts:
            known = ", ".join(facts)
            raise place.error(
                "fact", f"không có dữ kiện {full!r}; có: {known}", f"no fact {full!r}; there are: {known}"
            )
        return Named(full, field, facts[field], slot)

    def _leaf(self, name: str, argument: object, named: Named, place: Place) -> Plan:
        operator = OPERATORS[name]
        if named.fact.type not in operator.types:
            fitting = ", ".join(key for key, one in OPERATORS.items() if named.fact.type in one.types)
            fitting = fitting or ", ".join(QUANTIFIERS)
            raise place.error(
                name,
                f"phép {name} không dùng được cho {named.full} (kiểu {named.fact.type}); dùng được: {fitting}",
                f"{name} does not fit {named.full} (type {named.fact.type}); fitting: {fitting}",
            )
        codes = self._table.leaf(place.path, named.full, named.slot, operator.fails, operator.doubt)
        try:
            test = operator.build(named.field, named.fact, argument, codes)
        except ArgumentError as error:
            raise place.error(name, error.vi, error.en) from None
        return Plan(place.path, name, test, named.full, named.field, named.slot, argument, codes)

    def _quantifier(self, name: str, argument: object, named: Named, place: Place) -> Plan:
        if named.fact.type != "items":
            raise place.error(
                name,
                f"{name} chỉ dùng cho danh sách (kiểu items); {named.full} có kiểu {named.fact.type}",
                f"{name} is for lists (type items); {named.full} has type {named.fact.type}",
            )
        codes = self._table.leaf(place.path, named.full, named.slot, "none", "empty")
        child = self._node(argument, place.within(f".{name}", name), named)
        test = QUANTIFIERS[name](named.field, child.test, codes)
        return Plan(place.path, name, test, named.full, named.field, named.slot, children=(child,))


def _grouped(group: str, children: Sequence[Plan]) -> Test:
    """The closure of a group; an `all` that begins with two boolean leaves judges them without calling them."""
    tests = [child.test for child in children]
    pair = [_boolean(child) for child in children[:2]] if group == "all" else []
    if len(pair) == 2 and pair[0] and pair[1]:
        rest = GROUPS[group](tests[2:]) if len(tests) > 2 else None
        return two_booleans(pair[0], pair[1], rest)
    return GROUPS[group](tests)


def _boolean(plan: Plan) -> tuple[str, bool, Codes] | None:
    if plan.operator == "is" and plan.codes and isinstance(plan.argument, bool):
        return plan.field, plan.argument, plan.codes
    return None


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
