"""Groups and quantifiers as closures: Kleene's three-valued `all`, `any`, `none`, over conditions and over list items.

Each answers with the code of the first member whose truth is the truth of the whole, so the leaf that decided is known
without any book-keeping. A member that decides ends the search: what was not read has no part in the outcome.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

from tuanthu_policy.leaves import ABSENT
from tuanthu_policy.verdicts import TRUE, TRUTH, UNKNOWN, Clock, Codes, Test, negated


def every(tests: Sequence[Test]) -> Test:
    """`all`: false if any member is false, else unknown if any is unknown, else true."""
    if len(tests) == 1:
        return tests[0]
    if len(tests) == 2:
        return both(*tests)
    first, *others = tests
    rest = tuple(others)

    def test(record: Any, clock: Clock) -> int:
        answer = first(record, clock)
        if not answer & TRUTH:
            return answer
        for member in rest:
            code = member(record, clock)
            if not code & TRUE:
                if not code & TRUTH:
                    return code
                if answer & TRUE:
                    answer = code
        return answer

    return test


def both(first: Test, second: Test) -> Test:
    """`all` of two, the commonest: no loop."""

    def test(record: Any, clock: Clock) -> int:
        answer = first(record, clock)
        if not answer & TRUTH:
            return answer
        code = second(record, clock)
        if code & TRUE or (code & UNKNOWN and answer & UNKNOWN):
            return answer
        return code

    return test


def some(tests: Sequence[Test]) -> Test:
    """`any`: true if any member is true, else unknown if any is unknown, else false."""
    if len(tests) == 1:
        return tests[0]
    members = tuple(tests)

    def test(record: Any, clock: Clock) -> int:
        answer = -1
        for member in members:
            code = member(record, clock)
            if code & TRUE:
                return code
            if answer < 0 or (code & UNKNOWN and not answer & UNKNOWN):
                answer = code
        return answer

    return test


def no(tests: Sequence[Test]) -> Test:
    """`none`: true if every member is false; the negation of `any`."""
    any_of = some(tests)

    def test(record: Any, clock: Clock) -> int:
        return negated(any_of(record, clock))

    return test


def any_item(field: str, inner: Test, codes: Codes) -> Test:
    """True if some item of the list is; an empty list is unknown, never false or true."""
    missing, wrong, empty = codes.missing, codes.wrong, codes.doubtful

    def test(record: Any, clock: Clock) -> int:
        try:
            items = record[field]
        except ABSENT:
            return missing
        if type(items) is not list:
            return missing if items is None else wrong
        unknown = -1
        for item in items:
            code = inner(item, clock)
            if code & TRUTH:
                if code & TRUE:
                    return code
                if unknown < 0:
                    unknown = code
        return _undecided(items, unknown, inner, clock, empty)

    return test


def all_items(field: str, inner: Test, codes: Codes) -> Test:
    """True if every item of the list is; an empty list is unknown."""
    missing, wrong, empty = codes.missing, codes.wrong, codes.doubtful

    def test(record: Any, clock: Clock) -> int:
        try:
            items = record[field]
        except ABSENT:
            return missing
        if type(items) is not list:
            return missing if items is None else wrong
        unknown = -1
        for item in items:
            code = inner(item, clock)
            if not code & TRUE:
                if not code & TRUTH:
                    return code
                if unknown < 0:
                    unknown = code
        return _undecided(items, unknown, inner, clock, empty)

    return test


def _undecided(items: list[Any], unknown: int, inner: Test, clock: Clock, empty: int) -> int:
    """No item decided alone: the first unknown one does, else all agree and the first stands for them."""
    if unknown >= 0:
        return unknown
    return inner(items[0], clock) if items else empty


def select(slot: int, inner: Test) -> Test:
    """In a rule that reads several kinds: let `inner` see the record of its kind."""

    def test(records: Any, clock: Clock) -> int:
        return inner(records[slot], clock)

    return test


GROUPS: Final[dict[str, Callable[[Sequence[Test]], Test]]] = {"all": every, "any": some, "none": no}
QUANTIFIERS: Final[dict[str, Callable[[str, Test, Codes], Test]]] = {"any_item": any_item, "all_items": all_items}
