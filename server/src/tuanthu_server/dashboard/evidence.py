"""Observations for people: facts under the names of the fact catalogue, values as one reads them."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tuanthu_policy.asking import asked_text, fact_of, read_argument
from tuanthu_policy.domains import in_order
from tuanthu_policy.fact import Fact, FactKind, FactType
from tuanthu_policy.observation import Sighting
from tuanthu_policy.policy import Policy
from tuanthu_policy.reasons import cause_text, title_of
from tuanthu_policy.result import Node
from tuanthu_policy.text import Text
from tuanthu_policy.value_labels import unit_text, value_text
from tuanthu_server.outcome_labels import number_text

MIB, GIB = 2**20, 2**30
_MOST_COLUMNS = 8
_MOST_ITEMS = 6
_PLAIN = frozenset({"port", "raw_state", "autorun_mask"})
"""Fields whose numbers are names or codes, not amounts."""
_FIRST = ("hostname", "os_name", "os_version", "name", "vendor", "version", "mount", "kind", "id")
"""What a reader looks for first; the rest follows in the order of the catalogue."""


class FactRow(msgspec.Struct, frozen=True):
    """One fact. `items` holds the objects of a list, `headers` the names of their fields."""

    name: str
    title: Text
    value: str = ""
    headers: tuple[Text, ...] = ()
    items: tuple[tuple[tuple[Text, str], ...], ...] = ()
    """For each object its values with their headers."""

    @property
    def folded(self) -> bool:
        """Whether there are so many objects that they are shown on demand."""
        return len(self.items) > _MOST_ITEMS

    @property
    def tabular(self) -> bool:
        """Whether the objects fit into a table; wider ones are shown one below the other."""
        return len(self.headers) <= _MOST_COLUMNS


class SightingTable(msgspec.Struct, frozen=True):
    """One observation with its facts."""

    kind: str
    title: Text
    sighting: Sighting
    reason: str
    rows: tuple[FactRow, ...]


def sighting_tables(sightings: Mapping[str, Sighting], policy: Policy) -> list[SightingTable]:
    """The newest observation of each kind, in the order of the domains; its facts in the order of the catalogue."""
    return [_table(kind, sightings[kind], policy.kinds.get(kind)) for kind in in_order(sightings)]


def _table(kind: str, sighting: Sighting, catalogue: FactKind | None) -> SightingTable:
    observation = sighting.observation
    known = catalogue.facts if catalogue else {}
    rows = tuple(
        _row(f"{kind}.{name}", name, observation.facts[name], known.get(name))
        for name in _ordered(known, observation.facts)
    )
    given = "" if observation.reason is msgspec.UNSET else observation.reason
    reason = "; ".join(cause_text(part, get_language() or "vi", known) for part in given.split("; ") if part)
    return SightingTable(kind, catalogue.title if catalogue else Text(kind, kind), sighting, reason, rows)


def _ordered(known: Iterable[str], present: Collection[str]) -> list[str]:
    names = [*(name for name in known if name in present), *sorted(set(present).difference(known))]
    return sorted(names, key=lambda name: _FIRST.index(name) if name in _FIRST else len(_FIRST))


def _row(path: str, name: str, value: Any, fact: Fact | None) -> FactRow:
    title = fact.title if fact else Text(name, name)
    if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        fields = fact.fields if fact else {}
        used = _ordered(fields, {key for item in value for key in item})
        headers = tuple(fields[key].title if key in fields else Text(key, key) for key in used)
        items = tuple(
            tuple(
                (title, shown(item.get(key), fields.get(key), f"{path}.{key}"))
                for key, title in zip(used, headers, strict=True)
            )
            for item in value
        )
        return FactRow(name, title, headers=headers, items=items)
    return FactRow(name, title, shown(value, fact, path))


def shown(value: Any, fact: Fact | None, path: str = "") -> str:
    """A value as one reads it; a dash where it was not reported. `path` is the full name of the fact."""
    if value is None or isinstance(value, bool):
        return {None: "–", True: _("Có"), False: _("Không")}[value]
    if isinstance(value, list):
        return ", ".join(shown(item, None) for item in value) or _("không có")
    return _single(value, fact, path)


def _single(value: Any, fact: Fact | None, path: str) -> str:
    """A text or a number."""
    if fact is not None and fact.type is FactType.DATETIME:
        return _moment(str(value))
    if isinstance(value, int) and fact is not None and fact.unit == "byte" and value >= MIB:
        return f"{decimal_text(value / GIB)} GiB" if value >= GIB else f"{value / MIB:.0f} MiB"
    language = get_language() or "vi"
    if isinstance(value, str) and fact is not None and value in fact.values:
        return value_text(path, value, language)
    text = str(value)
    if isinstance(value, float):
        text = decimal_text(value)
    elif isinstance(value, int) and path.rpartition(".")[2] not in _PLAIN:
        text = number_text(value, language)
    return f"{text} {unit_text(fact.unit, language)}".strip() if fact is not None else text


def decimal_text(value: float) -> str:
    """A number with one decimal, by the language's sign for it: `447,0`, `447.0`."""
    return f"{value:.1f}" if (get_language() or "vi").startswith("en") else f"{value:.1f}".replace(".", ",")


def _moment(text: str) -> str:
    try:
        at = msgspec.convert(text, type=datetime)
    except msgspec.ValidationError:
        return text
    return f"{timezone.localtime(at):%H:%M %d/%m/%Y}" if at.tzinfo else text


class Ground(msgspec.Struct, frozen=True):
    """A leaf that decided: the name of the fact, what was read, and what is asked of it."""

    title: str
    actual: str
    asked: str


def grounds(node: Node, policy: Policy) -> list[Ground]:
    """The leaves on the way to the decision."""
    if node.children:
        return [found for child in node.children if child.decided for found in grounds(child, policy)]
    if not (node.decided and node.fact):
        return []
    title = title_of(node.fact, policy.kinds)
    name = title.in_language(get_language() or "vi") if title else node.fact
    fact = fact_of(node.fact, policy.kinds)
    language = get_language() or "vi"
    asked = asked_text(node.operator, read_argument(node.expected), fact, node.fact, language) if node.expected else ""
    return [Ground(name, _actual(node, fact), asked)]


def _actual(node: Node, fact: Fact | None) -> str:
    """What was read; of a quantifier, how many items there were."""
    if not node.actual:
        return "–"
    value = read_argument(node.actual)
    if fact is not None and fact.type in (FactType.TEXT, FactType.VERSION, FactType.DATETIME):
        value = node.actual
    return shown(value, fact, node.fact)
