"""The tests of leaves, as closures over precomputed codes.

Each closure takes a record and a clock. A value that is absent (or null) gives `missing`, one of another type `wrong`;
neither is ever true. The commonest leaves read the record themselves: a call less for each item of a list.
"""

import re
from collections.abc import Callable
from math import isfinite
from typing import Any, Final, Literal

from tuanthu_policy.pattern import LONGEST_VALUE
from tuanthu_policy.scalars import Network, Version, address, instant, version
from tuanthu_policy.verdicts import TRUE, TRUTH, Clock, Codes, Test

ABSENT: Final = (KeyError, TypeError, IndexError)
"""What reading a field raises where there is none, or where the record is no object at all."""
ONE_DAY: Final = 86_400_000_000
"""Microseconds. A moment that lies more than this in the future is no evidence of anything."""


MOST_REMEMBERED: Final = 4_096
"""Moments that one leaf remembers."""


def reading(name: str, codes: Codes, judge: Callable[[Any], int]) -> Test:
    """A leaf that reads the field and leaves the rest to `judge`."""
    missing = codes.missing

    def test(record: Any, _clock: Clock) -> int:
        try:
            value = record[name]
        except ABSENT:
            return missing
        return missing if value is None else judge(value)

    return test


def same_boolean(name: str, expected: bool, codes: Codes) -> Test:  # noqa: FBT001 - the rule's argument
    """Holds for exactly that boolean."""
    other = not expected
    holds, fails, missing, wrong = codes.holds, codes.fails, codes.missing, codes.wrong

    def test(record: Any, _clock: Clock) -> int:
        try:
            value = record[name]
        except ABSENT:
            return missing
        if value is expected:
            return holds
        if value is other:
            return fails
        return missing if value is None else wrong

    return test


def two_booleans(first: tuple[str, bool, Codes], second: tuple[str, bool, Codes], rest: Test | None) -> Test:
    """`all` of two leaves `is: true|false` and perhaps more; only what is no boolean goes through every closure."""
    (one, wanted_one, codes_one), (two, wanted_two, codes_two) = first, second
    holds, fails_one, fails_two = codes_one.holds, codes_one.fails, codes_two.fails
    other_one, other_two = not wanted_one, not wanted_two
    slow = (same_boolean(*first), same_boolean(*second), *([rest] if rest else []))

    def test(record: Any, clock: Clock) -> int:
        try:
            value = record[one]
            if value is other_one:
                return fails_one
            if value is wanted_one:
                value = record[two]
                if value is wanted_two:
                    if rest is None:
                        return holds
                    code = rest(record, clock)
                    return holds if code & TRUE else code
                if value is other_two:
                    return fails_two
        except ABSENT:
            pass
        return _least(slow, record, clock)

    return test


def _least(members: tuple[Test, ...], record: Any, clock: Clock) -> int:
    """The first answer with the least truth."""
    return min([member(record, clock) for member in members], key=TRUTH.__and__)


def member(name: str, allowed: frozenset[str] | frozenset[int], kind: type, codes: Codes) -> Test:
    """Holds for a value of that very type which is one of the given ones."""
    holds, fails, missing, wrong = codes.holds, codes.fails, codes.missing, codes.wrong

    def test(record: Any, _clock: Clock) -> int:
        try:
            value = record[name]
        except ABSENT:
            return missing
        if type(value) is kind:
            return holds if value in allowed else fails
        return missing if value is None else wrong

    return test


def compared(name: str, limit: float, holds_for: Callable[[Any, Any], bool], codes: Codes, *, whole: bool) -> Test:
    """Holds where `holds_for(value, limit)`. A boolean or non-finite number is no number; `whole` refuses fractions."""
    holds, fails, missing, wrong = codes.holds, codes.fails, codes.missing, codes.wrong

    def test(record: Any, _clock: Clock) -> int:
        try:
            value = record[name]
        except ABSENT:
            return missing
        kind = type(value)
        if kind is int or (kind is float and not whole and isfinite(value)):
            return holds if holds_for(value, limit) else fails
        return missing if value is None else wrong

    return test


def aged(name: str, limit: int, codes: Codes, *, young: bool) -> Test:
    """Holds for a moment at most (`young`) or at least `limit` microseconds ago, and tells the clock when that turns.

    A moment up to a day ahead counts as just now (clocks differ); one further ahead is doubtful until it is near.
    """
    doubtful = codes.doubtful
    before, after = (codes.holds, codes.fails) if young else (codes.fails, codes.holds)
    turns_after = limit + 1 if young else limit
    farthest = turns_after + ONE_DAY
    turning: dict[str, int] = {}  # text of a moment → when the leaf turns; a memory only

    def test(record: Any, clock: Clock) -> int:
        try:
            turns = turning[record[name]]
        except ABSENT:
            moment = _moment(record, name)
            if moment is None:
                return codes.missing
            if moment is False:
                return codes.wrong
            if len(turning) >= MOST_REMEMBERED:
                turning.clear()
            turns = turning[record[name]] = moment + turns_after
        ahead = turns - clock.now
        if ahead <= 0:
            return after
        if ahead > farthest:
            clock.due = min(clock.due, turns - farthest)
            return doubtful
        if turns < clock.due:  # noqa: PLR1730 - min() would cost more than all the rest
            clock.due = turns
        return before

    return test


def ahead(name: str, limit: int, codes: Codes) -> Test:
    """Holds for a moment that is still at least `limit` microseconds away, and tells the clock when that ends."""
    holds, fails, missing, wrong = codes.holds, codes.fails, codes.missing, codes.wrong

    def test(record: Any, clock: Clock) -> int:
        moment = _moment(record, name)
        if moment is None:
            return missing
        if moment is False:
            return wrong
        turns = moment - limit + 1
        if turns <= clock.now:
            return fails
        clock.due = min(clock.due, turns)
        return holds

    return test


def _moment(record: Any, name: str) -> int | Literal[False] | None:
    """The moment that the field holds, None where there is no field, False where it holds something else."""
    try:
        value = record[name]
    except ABSENT:
        return None
    if value is None:
        return None
    moment = instant(value)
    return False if moment is None else moment


def versioned(name: str, limit: Version, codes: Codes) -> Test:
    """Holds for a version that is `limit` or later; a pre-release of exactly `limit` is doubtful."""
    numbers = limit[0]

    def judge(value: Any) -> int:
        found = version(value)
        if found is None:
            return codes.wrong
        if found[1] and found[0] == numbers:
            return codes.doubtful
        return codes.holds if found[0] >= numbers else codes.fails

    return reading(name, codes, judge)


def within(name: str, networks: tuple[Network, ...], codes: Codes, *, inside: bool) -> Test:
    """Holds for an address that lies in one of the networks (`inside`) or in none of them."""

    def judge(value: Any) -> int:
        found = address(value)
        if found is None:
            return codes.wrong
        return codes.holds if any(found in network for network in networks) is inside else codes.fails

    return reading(name, codes, judge)


def all_within(name: str, networks: tuple[Network, ...], codes: Codes, *, inside: bool) -> Test:
    """The same of every address of a list; one outside decides, an unreadable one is wrong, no address is doubtful."""

    def judge(value: Any) -> int:
        if type(value) is not list:
            return codes.wrong
        found = [address(text) for text in value]
        if any(one is not None and any(one in net for net in networks) is not inside for one in found):
            return codes.fails
        if None in found:
            return codes.wrong
        return codes.holds if found else codes.doubtful

    return reading(name, codes, judge)


def holding(name: str, expected: str, codes: Codes) -> Test:
    """Holds for a list of texts with that text; an empty list is doubtful, as it is for every quantifier."""

    def judge(value: Any) -> int:
        if type(value) is not list or not all(type(text) is str for text in value):
            return codes.wrong
        if not value:
            return codes.doubtful
        return codes.holds if expected in value else codes.fails

    return reading(name, codes, judge)


def substring(name: str, expected: str, codes: Codes) -> Test:
    """Holds for a text in which that text stands."""

    def judge(value: Any) -> int:
        if type(value) is not str:
            return codes.wrong
        return codes.holds if expected in value else codes.fails

    return reading(name, codes, judge)


def matching(name: str, pattern: re.Pattern[str], codes: Codes) -> Test:
    """Holds for a text that the pattern matches from end to end; one that is too long to try is doubtful."""

    def judge(value: Any) -> int:
        if type(value) is not str:
            return codes.wrong
        if len(value) > LONGEST_VALUE:
            return codes.doubtful
        return codes.holds if pattern.fullmatch(value) else codes.fails

    return reading(name, codes, judge)
