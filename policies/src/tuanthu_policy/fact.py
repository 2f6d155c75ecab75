"""The fact catalogue: which facts a kind of observation may carry, with their types."""

from collections.abc import Iterable
from enum import StrEnum

import msgspec

from tuanthu_policy.text import Text


class FactType(StrEnum):
    """Types of facts in JSON; a datetime is RFC 3339 text in UTC."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATETIME = "datetime"
    VERSION = "version"
    ADDRESS = "address"  # an IP address, or an address with prefix length
    TEXTS = "texts"  # a list of texts
    ADDRESSES = "addresses"
    ITEMS = "items"  # a list of flat objects with `fields`


class Fact(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One fact of a kind, or one field of the objects of an `items` fact."""

    type: FactType
    title: Text
    description: Text
    unit: str = ""
    """Unit of measure where there is one: `byte`, `Mbit/s`, `%`, `ms`."""
    values: list[str] = []
    """The closed set of values of a text fact, if it is closed."""
    fields: dict[str, "Fact"] = {}


class AssetSort(StrEnum):
    """What is judged by a rule; figures of one sort never mix with those of another."""

    MACHINE = "machine"
    """A computer with an agent."""
    DEVICE = "device"
    """A device on a unit's network that a scan found."""
    SCANNER = "scanner"
    """A machine with an agent that has scanned at least once; asked besides all that every machine is asked."""


class FactKind(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """One kind of observation: `policies/facts/<kind>.yml`."""

    kind: str
    title: Text
    asset: AssetSort = AssetSort.MACHINE
    """What its facts are about; a rule is about what the kinds that it reads are about."""
    facts: dict[str, Fact]


def sort_of(kinds: Iterable[FactKind]) -> AssetSort | None:
    """What a rule that reads these kinds is about; None where they do not go together."""
    sorts = {kind.asset for kind in kinds}
    if AssetSort.DEVICE in sorts:
        return AssetSort.DEVICE if sorts == {AssetSort.DEVICE} else None
    return AssetSort.SCANNER if AssetSort.SCANNER in sorts else AssetSort.MACHINE
