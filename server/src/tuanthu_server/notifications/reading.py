"""How far transitions of rules were read: none is missed, whatever the order in which transactions end."""

from typing import Final

from django.db import connection

from tuanthu_server.inventory import store as stores
from tuanthu_server.notifications.models import Place

NEWEST: Final = "SELECT COALESCE(MAX(id), 0) FROM compliance_ruletransition"
HORIZON: Final = """
    SELECT CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS bigint),
           CAST(CAST(pg_snapshot_xmax(pg_current_snapshot()) AS text) AS bigint)
"""


def newest() -> int:
    """The highest number that is visible now."""
    number: int = stores.current().rows(NEWEST)[0][0]
    return number


def advance(place: Place, seen: int) -> None:
    """Move a place on after everything visible up to `seen` was looked at; part of the caller's transaction.

    On PostgreSQL a lower number may still become visible, because numbers are given before transactions end. Whoever
    writes transitions holds a lock, and so has a transaction number, before it takes theirs. Hence `seen` is settled
    once every transaction that had begun when it was visible has ended; until then all that lies behind the settled
    place is looked at again.
    """
    if connection.vendor != "postgresql":  # one writer at a time: numbers become visible in order
        place.settled = seen
    else:
        oldest_open, next_one = stores.current().rows(HORIZON)[0]
        if place.candidate is not None and place.horizon is not None and oldest_open >= place.horizon:
            place.settled, place.candidate = place.candidate, None
        if place.candidate is None:
            place.candidate, place.horizon = seen, next_one
    place.save()
