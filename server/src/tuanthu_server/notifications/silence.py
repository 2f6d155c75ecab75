"""Units of which nothing is heard any more: all of their machines, or the machine that scans for them."""

from datetime import datetime
from typing import Final

import msgspec

from tuanthu_server.compliance.standing import SILENT_AFTER
from tuanthu_server.inventory import store as stores

MACHINES: Final = "machines"
SCANNER: Final = "scanner"

UNITS: Final = """
    SELECT a.unit_id, MAX(a.last_seen_at) FROM inventory_asset a JOIN units_unit u ON u.id = a.unit_id
    WHERE a.retired_at IS NULL AND a.role <> 'device' AND u.closed_at IS NULL
    GROUP BY a.unit_id HAVING MAX(a.last_seen_at) < %s
"""
SCANNERS: Final = """
    SELECT s.unit_id, MAX(a.last_seen_at) FROM scans_scopeassignment s
    JOIN inventory_agent g ON g.id = s.agent_id JOIN inventory_asset a ON a.id = g.asset_id
    JOIN units_unit u ON u.id = s.unit_id
    WHERE s.revoked_at IS NULL AND s.not_before <= %s AND s.not_after > %s AND a.retired_at IS NULL
      AND u.closed_at IS NULL
    GROUP BY s.unit_id HAVING MAX(a.last_seen_at) < %s
"""


class Silence(msgspec.Struct, frozen=True):
    """A unit, and since when nothing was heard of its machines or of its scanner."""

    unit: int
    sort: str
    since: datetime

    @property
    def subject(self) -> str:
        """Of its alarm."""
        return f"{'unit' if self.sort == MACHINES else 'scanner'}:{self.unit}"


def silent_now(now: datetime) -> list[Silence]:
    """Units whose machines all have been silent for `SILENT_AFTER`, and others whose scanner has.

    A unit that never reported is not silent: it has not begun.
    """
    limit, types = now - SILENT_AFTER, (None, datetime)
    store = stores.current()
    found = [Silence(unit, MACHINES, last) for unit, last in store.rows(UNITS, [limit], types)]
    whole = {one.unit for one in found}
    rows = store.rows(SCANNERS, [now, now, limit], types)
    return found + [Silence(unit, SCANNER, last) for unit, last in rows if unit not in whole]
