"""The outcomes of a judgement, in the vocabulary of XCCDF, ordered so that the worst is the maximum."""

from enum import IntEnum


class Outcome(IntEnum):
    """What a rule or a control came to.

    The number is stored in databases and is an order: the outcome of a control is the *maximum* over its rules, in
    Python and in SQL alike. Only PASS raises a score; NOTAPPLICABLE leaves the denominator.
    """

    NOTAPPLICABLE = 0
    PASS = 1
    NOTCHECKED = 2  # nothing was ever observed
    STALE = 3  # the evidence outlived the rule's max_age
    UNKNOWN = 4  # somebody looked and could not tell
    ERROR = 5  # the observation or the judgement itself broke
    FAIL = 6

    @property
    def code(self) -> str:
        """The word used in files, APIs and reports: `pass`, `fail` …"""
        return self.name.lower()

    @classmethod
    def from_code(cls, code: str) -> "Outcome":
        """Read the word back; raises KeyError for an unknown one."""
        return cls[code.upper()]


def combine(outcomes: list[Outcome]) -> Outcome:
    """The outcome of a set: its worst member. An empty set is UNKNOWN, never a pass."""
    return max(outcomes, default=Outcome.UNKNOWN)
