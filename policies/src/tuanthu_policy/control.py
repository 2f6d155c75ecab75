"""A framework: a regulation as data, clause by clause, each mapped to rules, or attested, or both."""

from enum import StrEnum

import msgspec

from tuanthu_policy.text import Text


class Verified(StrEnum):
    """How well the wording of a clause was checked against its source."""

    QUOTED = "quoted"
    PARAPHRASE = "paraphrase"
    UNVERIFIED = "unverified"


class Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The regulation itself. Its date is always printed: three directives carry the number 14/CT-TTg."""

    number: str = ""
    """Empty where the sources at hand do not tell it."""
    date: str = ""
    """ISO date of signing; empty where the sources at hand do not tell it."""
    in_force_from: str | msgspec.UnsetType = msgspec.UNSET
    """ISO date, where it is known."""
    issuer: Text
    title: Text


class AttestationDemand(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a person must state, for a clause that no machine can measure or only in part."""

    what: Text
    valid_for: str
    """How long a statement holds: `365d`."""


class Control(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One clause."""

    id: str
    """Unique in its framework, stable for ever."""
    clause: str
    """Where it stands in the document: `điểm 3.a`."""
    title: Text
    text: Text
    source: str
    verified: Verified
    rules: list[str] = []
    attestation: AttestationDemand | msgspec.UnsetType = msgspec.UNSET


class Framework(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`policies/controls/<framework>.yml`."""

    id: str
    title: Text
    document: Document
    controls: list[Control]
