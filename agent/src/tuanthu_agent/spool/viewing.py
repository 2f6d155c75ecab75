"""Opening the spool's file to look at it: of another user, on a full or read-only disk, while others write to it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from tuanthu_agent.spool.schema import BUSY_SECONDS


def open_view(path: Path) -> sqlite3.Connection:
    """A connection that changes nothing; raises sqlite3.Error.

    Where SQLite cannot make its shared index (a disk without a free byte, or read-only), the file alone is read, but
    only if no later change stands in the write-ahead log: a view that lacks reports would be worse than none.
    """
    address = f"{path.resolve().as_uri()}?mode=ro"
    try:
        return look(address)
    except sqlite3.OperationalError:
        log = path.with_name(path.name + "-wal")
        if log.exists() and log.stat().st_size:
            raise
        return look(address + "&immutable=1")


def look(address: str) -> sqlite3.Connection:
    """Open and make sure that the tables are there."""
    connection = sqlite3.connect(address, uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("SELECT count(*) FROM report, state").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection
