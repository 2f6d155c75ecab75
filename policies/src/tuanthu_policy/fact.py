"""The fact catalogue: which facts a kind of observation may carry, with their types."""

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


class FactKind(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One kind of observation: `policies/facts/<kind>.yml`."""

    kind: str
    title: Text
    facts: dict[str, Fact]
