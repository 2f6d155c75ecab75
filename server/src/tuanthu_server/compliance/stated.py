"""What is stated on clauses, unit by unit, kept in this process for as long as it holds."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

import msgspec

from tuanthu_policy.outcome import Outcome
from tuanthu_server.compliance.attestations import outcomes_at, statements_at
from tuanthu_server.inventory.store.interface import Store

VERSION: Final = """
    SELECT COUNT(*), MAX(id), MAX(at), MIN(CASE WHEN at > %s THEN at END) FROM compliance_attestationevent
"""
"""Events are only ever added: with as many of them and no newer one, nobody stated or ended anything."""
ByUnit = dict[int, dict[str, Any]]
"""Unit → clause → what was made of the outcome; a unit that stated nothing is absent."""


class _Kept(msgspec.Struct, frozen=True):
    version: tuple[Any, ...]
    controls: tuple[str, ...]
    since: datetime
    until: datetime | None
    """From then on something expires, ends or begins; None for never."""
    found: ByUnit


_kept: list[_Kept] = []


def stated_at(store: Store, at: datetime, controls: tuple[str, ...], make: Callable[[Outcome], Any]) -> ByUnit:
    """What the statements that hold at a moment come to; `make` is the same function in every call."""
    count, newest, last, coming = store.rows(VERSION, [at], (None, None, datetime, datetime))[0]
    version = (count, newest, last)
    for one in _kept:
        if (one.version, one.controls) == (version, controls) and one.since <= at and (not one.until or at < one.until):
            return one.found
    statements = statements_at(store, at)
    ends = [one.expires_at for of_unit in statements.values() for one in of_unit.values()]
    found = {
        unit: {code: make(outcome) for code, outcome in outcomes_at(of_unit, controls, at).items()}
        for unit, of_unit in statements.items()
    }
    until = min((moment for moment in (*ends, coming) if moment is not None), default=None)
    _kept[:] = [_Kept(version, controls, at, until, found)]
    return found
