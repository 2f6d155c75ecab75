"""What a change of a unit would do: shown before it is confirmed, and worked out again when it is done.

Whoever confirms hands back the digest of what they were shown. Where the register, or what belongs to the unit, changed
meanwhile, the digests differ and nothing is done: nobody confirms what they did not see.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date

import msgspec
from django.db import transaction

from tuanthu_policy.text import Text
from tuanthu_server.errors import InputError
from tuanthu_server.organisation.what_is_there import Holdings, Thing
from tuanthu_server.units.numbers import Numbers
from tuanthu_server.units.rows import UnitFileError


class ChangedMeanwhileError(InputError):
    """What was shown is not what would happen now."""

    def __init__(self) -> None:
        super().__init__(
            "Dữ liệu đã thay đổi từ lúc xem trước; chưa làm gì. Hãy xem lại rồi xác nhận.",
            "Something changed since this was shown; nothing was done. Look again, then confirm.",
        )


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What would change from a day on. With problems it cannot be done, and all of them are told."""

    what: str
    """An `UnitEvent.What`."""
    code: str
    day: date
    problems: tuple[Text, ...] = ()
    relation: str = ""
    before: str = ""
    """The name, or the link's target, until then."""
    after: str = ""
    """The name or target from then on, or the code of the unit into which this one goes."""
    after_name: str = ""
    """The name of the unit that `after` is the code of."""
    holdings: Holdings = Holdings()
    """What goes along in a merger, and what stands in the way of closing."""
    doubles: tuple[Thing, ...] = ()
    """Devices that both units know: those of the unit that goes are retired."""
    linked: tuple[str, ...] = ()
    """Codes of the units that are linked to this one."""
    links: tuple[str, ...] = ()
    """Links of this unit that end, by their relations."""
    numbers: Numbers = Numbers()
    """What the unit states on the first day."""
    other_numbers: Numbers = Numbers()
    sums: Numbers = Numbers()
    """What the other unit states from then on."""
    gain: tuple[Thing, ...] = ()
    """People who reach the unit from then on, and do not now."""
    lose: tuple[Thing, ...] = ()

    @property
    def digest(self) -> str:
        """Of all that is shown."""
        return hashlib.sha256(msgspec.json.encode(self)).hexdigest()


def settle(preview: Preview, shown: str | None) -> None:
    """Raise InputError where it cannot be done, or is not what was shown; None where nobody was shown anything."""
    if shown is not None and shown != preview.digest:
        raise ChangedMeanwhileError
    if preview.problems:
        first = preview.problems[0]
        raise InputError(first.vi, first.en)


def problems_of(*checks: Callable[[], object]) -> tuple[Text, ...]:
    """What the checks refuse, each once."""
    found: dict[Text, None] = {}
    for check in checks:
        try:
            check()
        except UnitFileError as error:
            found |= {Text(problem.vi, problem.en): None for problem in error.problems}
        except InputError as error:
            found[Text(error.vi, error.en)] = None
    return tuple(found)


@contextmanager
def undone() -> Iterator[None]:
    """Have what is written inside undone again: to see what it would come to."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
