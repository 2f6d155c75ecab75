"""The closed set of leaf operators: which types each one fits, what its argument may be, and how it is compiled."""

import ipaddress
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any, Final, Protocol

from tuanthu_policy import leaves
from tuanthu_policy.duration import DurationError, parse_duration
from tuanthu_policy.pattern import PatternError, compile_pattern
from tuanthu_policy.scalars import Network, span_microseconds, version
from tuanthu_policy.verdicts import Codes, Test


class FactLike(Protocol):
    """What a condition needs to know of a fact (`tuanthu_policy.fact.Fact` is one)."""

    @property
    def type(self) -> str:
        """One of `FactType`."""

    @property
    def values(self) -> Sequence[str]:
        """The closed set of values, or empty."""

    @property
    def fields(self) -> "Mapping[str, FactLike]":
        """The fields of the objects of an `items` fact."""


class ArgumentError(ValueError):
    """The argument of a leaf does not fit its operator or its fact; `vi` and `en` say why."""

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(en)
        self.vi = vi
        self.en = en


@dataclass(frozen=True, slots=True)
class Operator:
    """One leaf operator. `build(field, fact, argument, codes)` checks the argument (ArgumentError) and compiles."""

    types: frozenset[str]
    argument: str
    """Shape of the argument: `scalar`, `number`, `list`, `text`, `version`, `duration`, `networks` or `pattern`."""
    fails: str
    doubt: str
    build: Callable[[str, FactLike, Any, Codes], Test]


def _wanted(kind: str, vi: str, en: str, value: object) -> ArgumentError:
    return ArgumentError(
        f"{value!r} không hợp với kiểu {kind}: cần {vi}", f"{value!r} does not fit {kind}: {en} needed"
    )


def _scalar(fact: FactLike, value: Any) -> Any:
    if fact.type == "boolean" and type(value) is bool:
        return value
    if fact.type == "integer" and type(value) is int:
        return value
    if fact.type == "text" and type(value) is str:
        if fact.values and value not in fact.values:
            allowed = ", ".join(fact.values)
            raise ArgumentError(f"{value!r} không thuộc các giá trị: {allowed}", f"{value!r} is none of: {allowed}")
        return value
    raise _wanted(fact.type, "một giá trị cùng kiểu", "a value of that type", value)


def _number(fact: FactLike, value: Any) -> int | float:
    if type(value) is int:
        return value
    if type(value) is float and fact.type == "number" and isfinite(value):
        return value
    raise _wanted(fact.type, "một số", "a number", value)


def _text(value: Any) -> str:
    if type(value) is str and value:
        return value
    raise _wanted("text", "một chuỗi không rỗng", "a text that is not empty", value)


def _networks(value: Any) -> tuple[Network, ...]:
    if type(value) is not list or not value:
        raise _wanted("address", "danh sách mạng, ví dụ [10.0.0.0/8]", "a list of networks such as [10.0.0.0/8]", value)
    found: list[Network] = []
    for text in value:
        try:
            found.append(ipaddress.ip_network(_text(text)))
        except ValueError:
            raise ArgumentError(
                f"{text!r} không phải là một mạng (CIDR)", f"{text!r} is not a network (CIDR)"
            ) from None
    return tuple(found)


def _equal(name: str, fact: FactLike, value: Any, codes: Codes) -> Test:
    expected = _scalar(fact, value)
    if type(expected) is bool:
        return leaves.same_boolean(name, expected, codes)
    return leaves.member(name, frozenset((expected,)), type(expected), codes)


def _unequal(name: str, fact: FactLike, value: Any, codes: Codes) -> Test:
    return _equal(name, fact, value, codes.swapped())


def _one_of(name: str, fact: FactLike, value: Any, codes: Codes) -> Test:
    if type(value) is not list or not value:
        raise _wanted(fact.type, "danh sách không rỗng", "a list that is not empty", value)
    expected = [_scalar(fact, one) for one in value]
    return leaves.member(name, frozenset(expected), type(expected[0]), codes)


def _not_one_of(name: str, fact: FactLike, value: Any, codes: Codes) -> Test:
    return _one_of(name, fact, value, codes.swapped())


def _comparing(holds_for: Callable[[Any, Any], bool]) -> Callable[[str, FactLike, Any, Codes], Test]:
    def build(name: str, fact: FactLike, value: Any, codes: Codes) -> Test:
        return leaves.compared(name, _number(fact, value), holds_for, codes, whole=fact.type == "integer")

    return build


def _span(value: Any) -> int:
    try:
        return span_microseconds(parse_duration(value))
    except DurationError as error:
        raise ArgumentError(error.vi, error.en) from None


def _ageing(*, young: bool) -> Callable[[str, FactLike, Any, Codes], Test]:
    def build(name: str, _fact: FactLike, value: Any, codes: Codes) -> Test:
        return leaves.aged(name, _span(value), codes, young=young)

    return build


def _left_at_least(name: str, _fact: FactLike, value: Any, codes: Codes) -> Test:
    return leaves.ahead(name, _span(value), codes)


def _version_at_least(name: str, _fact: FactLike, value: Any, codes: Codes) -> Test:
    limit = version(value)
    if limit is None or limit[1]:
        raise _wanted("version", "số phiên bản, ví dụ '1.4.3'", "a version such as '1.4.3'", value)
    return leaves.versioned(name, limit, codes)


def _version_below(name: str, fact: FactLike, value: Any, codes: Codes) -> Test:
    return _version_at_least(name, fact, value, codes.swapped())


def _in(*, inside: bool) -> Callable[[str, FactLike, Any, Codes], Test]:
    def build(name: str, fact: FactLike, value: Any, codes: Codes) -> Test:
        within = leaves.all_within if fact.type == "addresses" else leaves.within
        return within(name, _networks(value), codes, inside=inside)

    return build


def _contains(name: str, fact: FactLike, value: Any, codes: Codes) -> Test:
    return (leaves.substring if fact.type == "text" else leaves.holding)(name, _text(value), codes)


def _matches(name: str, _fact: FactLike, value: Any, codes: Codes) -> Test:
    try:
        pattern: re.Pattern[str] = compile_pattern(value)
    except PatternError as error:
        raise ArgumentError(error.vi, error.en) from None
    return leaves.matching(name, pattern, codes)


_NUMBERS: Final = frozenset({"integer", "number"})
_SCALARS: Final = frozenset({"text", "integer", "boolean"})
_NAMES: Final = frozenset({"text", "integer"})
_ADDRESSES: Final = frozenset({"address", "addresses"})
_MOMENTS: Final = frozenset({"datetime"})
_VERSIONS: Final = frozenset({"version"})

OPERATORS: Final[dict[str, Operator]] = {
    "is": Operator(_SCALARS, "scalar", "not-equal", "doubtful", _equal),
    "is_not": Operator(_SCALARS, "scalar", "equal", "doubtful", _unequal),
    "at_least": Operator(_NUMBERS, "number", "too-low", "doubtful", _comparing(operator.ge)),
    "at_most": Operator(_NUMBERS, "number", "too-high", "doubtful", _comparing(operator.le)),
    "more_than": Operator(_NUMBERS, "number", "too-low", "doubtful", _comparing(operator.gt)),
    "less_than": Operator(_NUMBERS, "number", "too-high", "doubtful", _comparing(operator.lt)),
    "one_of": Operator(_NAMES, "list", "not-one-of", "doubtful", _one_of),
    "not_one_of": Operator(_NAMES, "list", "one-of", "doubtful", _not_one_of),
    "contains": Operator(frozenset({"text", "texts", "addresses"}), "text", "not-contained", "empty", _contains),
    "version_at_least": Operator(_VERSIONS, "version", "version-too-low", "pre-release", _version_at_least),
    "version_below": Operator(_VERSIONS, "version", "version-too-high", "pre-release", _version_below),
    "age_at_most": Operator(_MOMENTS, "duration", "too-old", "in-the-future", _ageing(young=True)),
    "age_at_least": Operator(_MOMENTS, "duration", "too-young", "in-the-future", _ageing(young=False)),
    "left_at_least": Operator(_MOMENTS, "duration", "ended", "doubtful", _left_at_least),
    "in_networks": Operator(_ADDRESSES, "networks", "outside-networks", "empty", _in(inside=True)),
    "not_in_networks": Operator(_ADDRESSES, "networks", "inside-networks", "empty", _in(inside=False)),
    "matches": Operator(frozenset({"text"}), "pattern", "no-match", "too-long", _matches),
}
"""Operator → its definition. There is none that tests absence: what could not be read is unknown."""

TIMED: Final = frozenset(name for name, one in OPERATORS.items() if one.argument == "duration")
"""Operators whose answer the passing of time can change."""
