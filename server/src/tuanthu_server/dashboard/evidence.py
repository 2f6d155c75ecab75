"""Observations for people: facts under the names of the fact catalogue, values as one reads them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from django.utils import timezone
from django.utils.translation import gettext as _

from tuanthu_policy.fact import Fact, FactKind, FactType
from tuanthu_policy.observation import Sighting
from tuanthu_policy.policy import Policy
from tuanthu_policy.result import Node
from tuanthu_policy.text import Text
from tuanthu_server.outcome_labels import number_text


class FactRow(msgspec.Struct, frozen=True):
    """One fact. `items` holds the rows of a list of objects under `headers`."""

    name: str
    title: Text
    value: str = ""
    headers: tuple[Text, ...] = ()
    items: tuple[tuple[str, ...], ...] = ()


class SightingTable(msgspec.Struct, frozen=True):
    """One observation with its facts."""

    kind: str
    title: Text
    sighting: Sighting
    reason: str
    rows: tuple[FactRow, ...]


def sighting_tables(sightings: Mapping[str, Sighting], policy: Policy) -> list[SightingTable]:
    """The newest observation of each kind, its facts in the order of the catalogue."""
    return [_table(kind, sighting, policy.kinds.get(kind)) for kind, sighting in sorted(sightings.items())]


def _table(kind: str, sighting: Sighting, catalogue: FactKind | None) -> SightingTable:
    observation = sighting.observation
    known = catalogue.facts if catalogue else {}
    names = [*(name for name in known if name in observation.facts), *sorted(observation.facts.keys() - known.keys())]
    rows = tuple(_row(name, observation.facts[name], known.get(name)) for name in names)
    reason = "" if observation.reason is msgspec.UNSET else observation.reason
    return SightingTable(kind, catalogue.title if catalogue else Text(kind, kind), sighting, reason, rows)


def _row(name: str, value: Any, fact: Fact | None) -> FactRow:
    title = fact.title if fact else Text(name, name)
    if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        fields = fact.fields if fact else {}
        keys = list(dict.fromkeys([*fields, *(key for item in value for key in item)]))
        used = [key for key in keys if any(key in item for item in value)]
        headers = tuple(fields[key].title if key in fields else Text(key, key) for key in used)
        items = tuple(tuple(shown(item.get(key), fields.get(key)) for key in used) for item in value)
        return FactRow(name, title, headers=headers, items=items)
    return FactRow(name, title, shown(value, fact))


def shown(value: Any, fact: Fact | None) -> str:
    """A value as one reads it; a dash where it was not reported."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return _("Có") if value else _("Không")
    if isinstance(value, list):
        return ", ".join(shown(item, None) for item in value) or _("không có")
    if fact is not None and fact.type is FactType.DATETIME:
        return _moment(str(value))
    if isinstance(value, int) and fact is not None and fact.unit == "byte":
        return f"{value / 2**30:.1f} GiB"
    text = number_text(value) if isinstance(value, int) else str(value)
    return f"{text} {fact.unit}".strip() if fact is not None else text


def _moment(text: str) -> str:
    try:
        at = msgspec.convert(text, type=datetime)
    except msgspec.ValidationError:
        return text
    return f"{timezone.localtime(at):%H:%M %d/%m/%Y}" if at.tzinfo else text


def decisive(node: Node, policy: Policy) -> list[tuple[Node, Text]]:
    """The leaves on the way to the decision, with the name of the fact that each read."""
    if node.children:
        return [found for child in node.children if child.decided for found in decisive(child, policy)]
    return [(node, _fact_title(node.fact, policy))] if node.decided and node.fact else []


def _fact_title(path: str, policy: Policy) -> Text:
    kind, _dot, name = path.partition(".")
    catalogue = policy.kinds.get(kind)
    fact = catalogue.facts.get(name.split(".")[0].split("[")[0]) if catalogue else None
    if fact is None:
        return Text(path, path)
    return fact.title
