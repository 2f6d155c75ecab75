"""Three-valued truth, and the small integers in which compiled conditions answer.

A code is `number << 2 | truth`. The number leads into the table of a rule's verdicts (which leaf, why), so an answer
carries its reason without anything being allocated while facts are judged.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

FALSE: Final = 0
UNKNOWN: Final = 1
TRUE: Final = 2
TRUTH: Final = 3
"""Mask of the truth in a code. `all` is the minimum of truths, `any` the maximum."""

FAR: Final = 1 << 62
"""Microseconds since 1970 of a moment that never comes."""


class Clock:
    """The moment of judging, and the first later one at which a leaf that was read turns; microseconds since 1970."""

    __slots__ = ("due", "now")

    def __init__(self, now: int) -> None:
        self.now = now
        self.due = FAR


Test = Callable[[Any, Clock], int]
"""Judges a record (the facts of one kind, one item of a list, or one record per kind) and answers with a code."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One thing that a leaf can say."""

    path: str
    reason: str
    slot: int
    """Which of the rule's kinds the leaf reads."""


@dataclass(frozen=True, slots=True)
class Codes:
    """The codes of one leaf."""

    holds: int
    fails: int
    missing: int
    wrong: int
    doubtful: int

    def swapped(self) -> "Codes":
        """For the opposite operator: what held now fails, and the other way round."""
        return Codes(self.fails, self.holds, self.missing, self.wrong, self.doubtful)


@dataclass(slots=True)
class Table:
    """The verdicts of one rule, in the order of their numbers."""

    verdicts: list[Verdict] = field(default_factory=list)

    def add(self, path: str, reason: str, slot: int, truth: int) -> int:
        """A new code."""
        self.verdicts.append(Verdict(path, reason, slot))
        return (len(self.verdicts) - 1) << 2 | truth

    def leaf(self, path: str, fact: str, slot: int, fails: str, doubt: str) -> Codes:
        """The five codes of a leaf that reads that fact."""
        return Codes(
            holds=self.add(path, f"holds: {fact}", slot, TRUE),
            fails=self.add(path, f"{fails}: {fact}", slot, FALSE),
            missing=self.add(path, f"missing: {fact}", slot, UNKNOWN),
            wrong=self.add(path, f"wrong-type: {fact}", slot, UNKNOWN),
            doubtful=self.add(path, f"{doubt}: {fact}", slot, UNKNOWN),
        )


def negated(code: int) -> int:
    """The same verdict with its truth turned round; unknown stays unknown."""
    return code if code & UNKNOWN else code ^ TRUE
