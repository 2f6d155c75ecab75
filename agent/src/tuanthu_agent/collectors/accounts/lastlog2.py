"""lastlog2's small database, which newer distributions keep in the place of lastlog."""

from __future__ import annotations

from contextlib import closing
from typing import Dict, Final
from urllib.parse import quote

from tuanthu_agent.host import Host, HostError

PATH: Final = "/var/lib/lastlog/lastlog2.db"
_MOST_ROWS: Final = 10000
_DAY: Final = 86400


def read_lastlog2(host: Host) -> Dict[str, int]:
    """Name → day (since 1970) of the last logon; raises HostError."""
    if host.has(PATH) is False:
        raise HostError("not-found", PATH)
    try:
        import sqlite3  # most machines have no such file
    except ImportError:
        raise HostError("not-available", PATH) from None
    try:
        with closing(sqlite3.connect(f"file:{quote(str(host.path(PATH)))}?mode=ro&immutable=1", uri=True)) as database:
            rows = database.execute("SELECT Name, Time FROM Lastlog2 LIMIT ?", (_MOST_ROWS,)).fetchall()
    except sqlite3.Error:
        raise HostError("unreadable", PATH) from None
    return {
        name: seconds // _DAY
        for name, seconds in rows
        if isinstance(name, str) and isinstance(seconds, int) and 0 < seconds < 1 << 40
    }
