"""What ends soon and needs somebody's care before: exceptions, attestations. Each sort of thing has a source here."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Final

import msgspec

from tuanthu_policy.text import Text
from tuanthu_server.access.reach import Reach

SOON: Final = timedelta(days=30)


class Expiring(msgspec.Struct, frozen=True):
    """One thing that ends."""

    title: Text
    """What it is and of which unit."""
    ends_at: datetime


Source = Callable[[Reach, datetime, datetime], Iterable[Expiring]]
"""What of a reach ends between two moments."""

SOURCES: Final[tuple[Source, ...]] = ()
"""A sort of thing that can end gets one line here."""


def expiring(within: Reach, now: datetime) -> list[Expiring]:
    """What of a reach ends within `SOON`, the first to end first."""
    found = [one for source in SOURCES for one in source(within, now, now + SOON)]
    return sorted(found, key=lambda one: one.ends_at)
