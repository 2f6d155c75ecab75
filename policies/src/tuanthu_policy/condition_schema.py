"""The JSON Schema of the condition language over a fact catalogue, so that an editor completes facts and operators."""

from collections.abc import Mapping
from typing import Any, Final

from tuanthu_policy.condition import KindLike
from tuanthu_policy.groups import GROUPS, QUANTIFIERS
from tuanthu_policy.operators import OPERATORS, FactLike
from tuanthu_policy.pattern import LONGEST_PATTERN

_TEXT: Final = {"type": "string", "minLength": 1}
_ARGUMENTS: Final[dict[str, dict[str, Any]]] = {
    "number": {"type": "number"},
    "text": _TEXT,
    "version": {"type": "string", "pattern": "^v?[0-9]{1,12}(\\.[0-9]{1,12}){0,7}"},
    "duration": {"type": "string", "pattern": "^[1-9][0-9]{0,5}[mhd]$"},
    "networks": {"type": "array", "minItems": 1, "items": _TEXT},
    "pattern": {"type": "string", "minLength": 1, "maxLength": LONGEST_PATTERN},
}
_SCALARS: Final = {"text": "string", "integer": "integer", "boolean": "boolean"}


def condition_schemas(kinds: Mapping[str, KindLike]) -> dict[str, dict[str, Any]]:
    """Definitions: `Condition` for the top level, and one `Items.<kind>.<fact>` for the items of each list."""
    facts = {f"{kind}.{name}": fact for kind in kinds for name, fact in kinds[kind].facts.items()}
    found = {"Condition": _condition("Condition", facts)}
    for name, fact in facts.items():
        if fact.fields:
            found[_items(name)] = _condition(_items(name), fact.fields)
    return found


def _items(fact: str) -> str:
    return f"Items.{fact}"


def _condition(name: str, facts: Mapping[str, FactLike]) -> dict[str, Any]:
    """A group, or a leaf; facts of one type share a leaf, each list has its own."""
    members = {"type": "array", "minItems": 1, "items": {"$ref": f"#/$defs/{name}"}}
    groups = [_exactly({group: members}) for group in GROUPS]
    alike: dict[tuple[str, ...], list[str]] = {}
    for fact, known in facts.items():
        alike.setdefault((fact,) if known.fields else (known.type, *known.values), []).append(fact)
    return {"type": "object", "anyOf": [*groups, *(_leaf(names, facts[names[0]]) for names in alike.values())]}


def _leaf(names: list[str], fact: FactLike) -> dict[str, Any]:
    """`fact` and exactly one operator that fits its type, or one quantifier."""
    if fact.fields:
        beside: dict[str, Any] = {name: {"$ref": f"#/$defs/{_items(names[0])}"} for name in QUANTIFIERS}
    else:
        beside = {name: _argument(one.argument, fact) for name, one in OPERATORS.items() if fact.type in one.types}
    return {
        "properties": {"fact": {"enum": names}, **beside},
        "required": ["fact"],
        "additionalProperties": False,
        "minProperties": 2,
        "maxProperties": 2,
    }


def _argument(shape: str, fact: FactLike) -> dict[str, Any]:
    if shape not in {"scalar", "list"}:
        return {"type": "integer"} if shape == "number" and fact.type == "integer" else _ARGUMENTS[shape]
    scalar: dict[str, Any] = {"enum": list(fact.values)} if fact.values else {"type": _SCALARS[fact.type]}
    return scalar if shape == "scalar" else {"type": "array", "minItems": 1, "items": scalar}


def _exactly(properties: dict[str, Any]) -> dict[str, Any]:
    return {"properties": properties, "required": list(properties), "additionalProperties": False}
