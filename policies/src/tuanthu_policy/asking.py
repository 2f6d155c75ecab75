"""What a condition asks, in words."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from tuanthu_policy.duration import DurationError, parse_duration
from tuanthu_policy.fact import Fact, FactKind
from tuanthu_policy.text import Text
from tuanthu_policy.value_labels import unit_text, value_text

ASKED: Final[Mapping[str, Text]] = {
    "is": Text("là {}", "is {}"),
    "is_not": Text("không phải {}", "is not {}"),
    "at_least": Text("từ {} trở lên", "at least {}"),
    "at_most": Text("không quá {}", "at most {}"),
    "more_than": Text("lớn hơn {}", "more than {}"),
    "less_than": Text("nhỏ hơn {}", "less than {}"),
    "one_of": Text("một trong: {}", "one of: {}"),
    "not_one_of": Text("không thuộc: {}", "none of: {}"),
    "contains": Text("có {}", "contains {}"),
    "version_at_least": Text("từ phiên bản {}", "version {} or later"),
    "version_below": Text("trước phiên bản {}", "before version {}"),
    "age_at_most": Text("trong vòng {}", "within {}"),
    "age_at_least": Text("đã từ {} trở lên", "at least {} ago"),
    "left_at_least": Text("còn từ {} trở lên", "at least {} left"),
    "in_networks": Text("thuộc mạng {}", "in {}"),
    "not_in_networks": Text("ngoài mạng {}", "outside {}"),
    "matches": Text("khớp mẫu {}", "matches {}"),
}
"""By operator; the argument stands in place of the braces."""
GROUPS: Final[Mapping[str, Text]] = {
    "all": Text("tất cả các điều sau", "all of these"),
    "any": Text("ít nhất một trong các điều sau", "at least one of these"),
    "none": Text("không điều nào sau đây", "none of these"),
    "any_item": Text("có một mục mà", "one of them has"),
    "all_items": Text("mọi mục đều có", "each of them has"),
}
_YES: Final = {True: Text("Có", "Yes"), False: Text("Không", "No")}
Line = tuple[int, str]


def asked_text(operator: str, argument: Any, fact: Fact | None, name: str, language: str = "vi") -> str:
    """`từ 100 Mbit/s trở lên`; an operator without words is shown as it is."""
    words = ASKED.get(operator)
    told = argument_text(operator, argument, fact, name, language)
    return words.in_language(language).format(told) if words else f"{operator} {told}".strip()


def argument_text(operator: str, argument: Any, fact: Fact | None, name: str, language: str = "vi") -> str:
    """What an operator compares with: Yes, `7 ngày`, `Máy trạm, Máy chủ`, `100 Mbit/s`."""
    if isinstance(argument, bool):
        return _YES[argument].in_language(language)
    if isinstance(argument, list):
        return ", ".join(argument_text("", one, fact, name, language) for one in argument)
    if operator.startswith("age_") or operator == "left_at_least":
        return period_text(str(argument), language)
    if isinstance(argument, str):
        return value_text(name, argument, language) if fact is not None and argument in fact.values else argument
    return f"{argument} {unit_text(fact.unit, language)}".strip() if fact is not None else str(argument)


def period_text(duration: str, language: str = "vi") -> str:
    """`7d` → `7 ngày`."""
    try:
        minutes = int(parse_duration(duration).total_seconds()) // 60
    except DurationError:
        return duration
    english = language.startswith("en")
    for size, vi, en in ((1440, "ngày", "days"), (60, "giờ", "hours"), (1, "phút", "minutes")):
        if minutes % size == 0:
            return f"{minutes // size} {en if english else vi}"
    return duration


def read_argument(shown: str) -> Any:
    """The argument of a leaf as an explained tree shows it."""
    try:
        return json.loads(shown)
    except ValueError:
        return shown


def condition_lines(
    condition: Mapping[str, Any], kinds: Mapping[str, FactKind], language: str = "vi"
) -> Iterator[Line]:
    """A condition as an indented list: (depth, text)."""
    yield from _lines(condition, {name: kind.facts for name, kind in kinds.items()}, language, 0)


def _lines(
    condition: Mapping[str, Any], kinds: Mapping[str, Mapping[str, Fact]], language: str, depth: int, within: str = ""
) -> Iterator[Line]:
    if "fact" in condition:
        yield from _of_fact(condition, kinds, language, depth, within)
        return
    ((group, members),) = condition.items()
    yield depth, GROUPS[group].in_language(language) + ":"
    for member in members:
        yield from _lines(member, kinds, language, depth + 1, within)


def _of_fact(
    condition: Mapping[str, Any], kinds: Mapping[str, Mapping[str, Fact]], language: str, depth: int, within: str
) -> Iterator[Line]:
    name = f"{within}.{condition['fact']}" if within else str(condition["fact"])
    fact = _find(name, kinds)
    title = fact.title.in_language(language) if fact else name
    ((operator, argument),) = ((key, value) for key, value in condition.items() if key != "fact")
    if operator in GROUPS:
        yield depth, f"{title}: {GROUPS[operator].in_language(language)}:"
        yield from _lines(argument, kinds, language, depth + 1, name)
    else:
        yield depth, f"{title} (`{name}`): {asked_text(operator, argument, fact, name, language)}"


def _find(name: str, kinds: Mapping[str, Mapping[str, Fact]]) -> Fact | None:
    kind, *way = name.split(".")
    facts: Mapping[str, Fact] = kinds.get(kind, {})
    found = None
    for step in way:
        found = facts.get(step)
        facts = found.fields if found else {}
    return found


def fact_of(name: str, kinds: Mapping[str, FactKind]) -> Fact | None:
    """The fact with that full name."""
    return _find(name, {kind: one.facts for kind, one in kinds.items()})
