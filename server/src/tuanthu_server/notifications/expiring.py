"""What ends soon and needs somebody's care before: exceptions, attestations. Each sort of thing has a source here."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Final

import msgspec

from tuanthu_policy.text import Text
from tuanthu_server.access import ending
from tuanthu_server.access.ending import SOON, Ending
from tuanthu_server.access.reach import Reach


class Expiring(msgspec.Struct, frozen=True):
    """One thing that ends."""

    title: Text
    """What it is and of which unit."""
    ends_at: datetime
    path: str = ""
    """Of its page, from the root on."""


Source = Callable[[Reach, datetime, datetime], Iterable[Expiring]]
"""What of a reach ends between two moments."""


def waivers(within: Reach, begin: datetime, end: datetime) -> Iterable[Expiring]:
    """Exceptions in force."""
    for one in ending.waivers_ending(within, begin, end):
        where = Text(one.where, one.where) if one.where else Text("mọi đơn vị", "every unit")
        yield _expiring(one, Text("Miễn trừ", "Waiver"), where)


def attestations(within: Reach, begin: datetime, end: datetime) -> Iterable[Expiring]:
    """Statements that hold."""
    for one in ending.statements_ending(within, begin, end):
        yield _expiring(one, Text("Xác nhận", "Attestation"), Text(one.where, one.where))


def _expiring(one: Ending, sort: Text, where: Text) -> Expiring:
    vi, en = (
        f"{sort.in_language(language)} {one.number}, {one.title.in_language(language)}, {where.in_language(language)}"
        for language in ("vi", "en")
    )
    return Expiring(Text(vi, en), one.ends_at, f"{one.sort}s/{one.number}/")


SOURCES: Final[tuple[Source, ...]] = (waivers, attestations)
"""A sort of thing that can end gets one line here."""


def expiring(within: Reach, now: datetime) -> list[Expiring]:
    """What of a reach ends within `SOON`, the first to end first."""
    found = [one for source in SOURCES for one in source(within, now, now + SOON)]
    return sorted(found, key=lambda one: one.ends_at)
