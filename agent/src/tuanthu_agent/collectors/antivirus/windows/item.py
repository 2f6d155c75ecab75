"""One product while it is put together from several sources, which may contradict each other."""

from __future__ import annotations

from typing import Any, Dict, Final, List

_STATES: Final = ("expired", "passive", "disabled", "snoozed", "active")
"""The one that stays first. The Security Center calls a passive product off, which is the same in other words."""
_EARLIEST: Final = frozenset({"signature_date", "licence_expires", "management_contact"})
LONGEST: Final = 200


class Item:
    """Fields with their sources. Of contradicting claims the more pessimistic one stays, and both sources are named.

    A boolean is worse when false, a state when it protects less, a moment when it is earlier; of other fields the
    first claim stays.
    """

    def __init__(self, product: str) -> None:
        self.id = product
        self._fields: Dict[str, Any] = {}
        self._sources: Dict[str, List[str]] = {}

    def get(self, name: str) -> Any:
        """What is claimed so far, or None."""
        return self._fields.get(name)

    def put(self, name: str, value: str) -> None:
        """What is so by what the product is; empty says nothing."""
        if value:
            self._fields[name] = value[:LONGEST]

    def claim(self, name: str, value: object, source: str) -> None:
        """One source says so; None and an empty text say nothing."""
        if isinstance(value, str):
            value = value[:LONGEST].strip()
        if value is None or value == "":
            return
        known = self._fields.get(name)
        if known is None:
            self._fields[name] = value
            self._sources[name] = [source]
            return
        if known != value and not isinstance(known, bool) and name != "state" and name not in _EARLIEST:
            return
        self._fields[name] = _worse(name, known, value)
        named = self._sources.setdefault(name, [])
        if source not in named:
            named.append(source)

    def claim_signatures(self, date: str | None, kind: str, source: str) -> None:
        """The date of the signatures, with where it comes from (`database`, `vendor` or `product`)."""
        if date is None:
            return
        known = self.get("signature_date")
        self.claim("signature_date", date, source)
        if known is None or date < known:
            self._fields["signature_source"] = kind

    def finish(self) -> dict[str, Any]:
        """The item as it is reported: what does not run or is not active protects nothing."""
        if self.get("running") is False:
            self._because("realtime", value=False, other="running")
            if self.get("state") == "passive":
                self._fields["state"] = "disabled"
            self._because("state", value="disabled", other="running")
        if self.get("state") not in (None, "active"):
            self._because("realtime", value=False, other="state")
        if self.get("realtime") is False and self.get("state") == "active":
            self._because("state", value="disabled", other="realtime")
        if self.get("state") is None and self.get("realtime") is not None and self.get("running"):
            # The product has no word of its own for it: one that runs is what its real-time protection is.
            self._because("state", value="active" if self.get("realtime") else "disabled", other="realtime")
        sources = [f"{name}={'+'.join(sorted(known))}" for name, known in sorted(self._sources.items())]
        return {"id": self.id, **self._fields, "sources": sources}

    def _because(self, name: str, *, value: object, other: str) -> None:
        for source in self._sources[other]:
            self.claim(name, value, source)


def _worse(name: str, one: Any, other: Any) -> Any:
    if name == "state":
        return min(one, other, key=_STATES.index)
    if isinstance(one, bool):
        return one and other
    return min(one, other) if name in _EARLIEST else one
