"""Whether tests hold. Total: what is absent or unreadable makes a test false."""

import re
from typing import Final

import msgspec

from tuanthu_policy.devices.family import Scalar, Taken, Test, Tests
from tuanthu_policy.devices.searching import search_for
from tuanthu_policy.devices.subjects import Reader

CONDITIONS: Final = ("regex", "equals", "one_of", "at_least", "at_most", "present")
LONGEST_TAKEN: Final = 4096
_NUMBER: Final = re.compile(r"\s*(-?[0-9]{1,15})\s*")


def scalar_text(value: Scalar) -> str:
    """A scalar as subjects write it."""
    return ("false", "true")[value] if isinstance(value, bool) else str(value)


def holds(test: Test, read: Reader) -> bool:
    """Whether any value of the subject fulfils the condition; negated: there are values, and none does."""
    values = read(test.where)
    if test.present is not msgspec.UNSET:
        return any(value.strip() for value in values) == test.present
    if not values:
        return False
    if test.negate:
        return all(_lacks(test, value) for value in values)
    return any(_fulfils(test, value) for value in values)


def all_hold(tests: Tests, read: Reader) -> bool:
    """All of `all`, and one of `any` where there are some; two empty lists never hold."""
    if not tests.all and not tests.any:
        return False
    some = not tests.any or any(holds(test, read) for test in tests.any)
    return some and all(holds(test, read) for test in tests.all)


def optional_holds(tests: Tests | msgspec.UnsetType, read: Reader) -> bool:
    """The same; never where there are no tests."""
    return tests is not msgspec.UNSET and all_hold(tests, read)


def _fulfils(test: Test, value: str) -> bool:
    if test.regex is not msgspec.UNSET:
        return search_for(test.regex).find(value) is not None
    if test.equals is not msgspec.UNSET:
        return value == scalar_text(test.equals)
    if test.one_of is not msgspec.UNSET:
        return value in map(scalar_text, test.one_of)
    number = as_number(value)
    if number is None:
        return False
    if test.at_least is not msgspec.UNSET:
        return number >= test.at_least
    return test.at_most is not msgspec.UNSET and number <= test.at_most


def _lacks(test: Test, value: str) -> bool:
    if test.regex is not msgspec.UNSET:
        return search_for(test.regex).lacks(value)
    return not _fulfils(test, value)


def as_number(text: str) -> int | None:
    """A whole number, or None."""
    found = _NUMBER.fullmatch(text)
    return int(found[1]) if found else None


def take(taken: Taken, read: Reader) -> str | None:
    """The value that is asked for, at most `LONGEST_TAKEN` characters; None where it cannot be read or is longer."""
    for value in read(taken.where):
        found: str | None = value
        if taken.regex is not msgspec.UNSET:
            match = search_for(taken.regex).find(value)
            found = match[1] if match and match.re.groups else match[0] if match else None
        if found is not None and len(found) <= LONGEST_TAKEN:
            return found
    return None


def take_number(taken: Taken | msgspec.UnsetType, read: Reader) -> int | None:
    """The same as a whole number that is not negative."""
    text = None if taken is msgspec.UNSET else take(taken, read)
    number = None if text is None else as_number(text)
    return number if number is not None and number >= 0 else None
