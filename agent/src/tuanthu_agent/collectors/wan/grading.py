"""From pieces of evidence to a grade. Pure; docs/wan.md holds the table of its truth, and a test keeps both in step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Dict, Final, Iterable, List

FIBRE: Final = "fibre"
COPPER: Final = "copper"
CABLE: Final = "cable"
MOBILE: Final = "mobile"
NONE: Final = "none"
PROOF: Final = "proof"
HINT: Final = "hint"


@dataclass(frozen=True)
class Evidence:
    """One thing that was learnt; `points_to` a sort of line, with a `weight`: `proof`, `hint` or `none`."""

    source: str
    key: str
    value: str
    points_to: str = NONE
    weight: str = NONE

    def item(self) -> Dict[str, str]:
        """The fields of the fact."""
        return {
            "source": self.source,
            "key": self.key,
            "value": self.value[:200],
            "points_to": self.points_to,
            "weight": self.weight,
        }


def grade(evidence: Iterable[Evidence]) -> str:
    """`confirmed`, `likely`, `not-fibre` or `unknown`.

    A proof, or hints of two sources, decide; one hint for fibre makes it likely, one against it decides nothing.
    Evidence on both sides contradicts itself and decides nothing either. No evidence never means: no fibre.
    """
    pieces = [one for one in evidence if one.weight in (PROOF, HINT) and one.points_to != NONE]
    for_fibre = [one for one in pieces if one.points_to == FIBRE]
    against = [one for one in pieces if one.points_to != FIBRE]
    if for_fibre and against:
        return "unknown"
    if for_fibre:
        return "confirmed" if is_enough(for_fibre) else "likely"
    return "not-fibre" if is_enough(against) else "unknown"


def is_enough(pieces: List[Evidence]) -> bool:
    """A proof, or hints for one and the same sort of line from two sources."""
    if any(one.weight == PROOF for one in pieces):
        return True
    sorts = {one.points_to for one in pieces}
    return any(len({one.source for one in pieces if one.points_to == sort}) > 1 for sort in sorts)
