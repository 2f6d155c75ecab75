"""Opening the spool's file for one process: with its lock, and repaired if it was damaged."""

from __future__ import annotations

import logging
import os
import sqlite3
import time
from datetime import datetime, timezone
from pathlib import Path
from typing import IO, Final

from tuanthu_agent import files
from tuanthu_agent.errors import SpoolError
from tuanthu_agent.spool import salvage
from tuanthu_agent.spool.schema import DamagedError, close_to_others, connect

if os.name == "posix":
    import fcntl

REPAIR_WAIT_SECONDS: Final = 10.0
log = logging.getLogger(__name__)


def open_spool(path: Path) -> tuple[sqlite3.Connection, IO[bytes]]:
    """A connection, and the lock that must be kept open with it; a damaged file is repaired.

    Everybody who uses the file holds the lock shared; who repairs it needs it alone, so that nobody goes on writing
    into a file that was put aside. Raises SpoolError and sqlite3.Error.
    """
    try:
        files.make_folder(path.parent)
        lock = os.fdopen(os.open(path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600), "r+b")
        close_to_others(path.with_suffix(".lock"))
    except OSError as error:
        raise SpoolError(
            f"Không ghi được vào thư mục hàng đợi {path.parent}: {error.strerror}. Kiểm tra quyền và dung lượng đĩa.",
            f"Cannot write to the spool's folder {path.parent}: {error.strerror}. Check permissions and free space.",
        ) from None
    try:
        share(lock)
        try:
            return open_sound(path), lock
        except DamagedError:
            own(lock, path)
        mend(path)
        connection = open_sound(path)
        share(lock)
    except BaseException:
        lock.close()
        raise
    return connection, lock


def open_sound(path: Path) -> sqlite3.Connection:
    """A connection to a file that is sound and not under repair; raises DamagedError otherwise, and as `connect`."""
    if salvage.is_under_repair(path):
        raise DamagedError("a repair was broken off")
    return connect(path)


def mend(path: Path) -> None:
    """Put a damaged file aside and save its reports into a new one; nothing to do if somebody has just done so."""
    try:
        open_sound(path).close()
    except DamagedError as error:
        cause = str(error) or "unknown"
    else:
        return
    found = salvage.salvage(salvage.move_aside(path))
    connection = connect(path)
    try:
        keep(connection, found, cause)
    finally:
        connection.close()
    aside = salvage.put_away(path)
    log.error("spool-damaged: %s; kept as %s; salvaged %s", cause, aside, sorted(found.rows))


def keep(connection: sqlite3.Connection, found: salvage.Salvage, cause: str) -> None:
    """Write what was saved, and a note for people, into the new file; doing it twice changes nothing."""
    saved = len(found.rows)
    note = (
        datetime.now(timezone.utc).isoformat(timespec="seconds"),
        f"Hàng đợi báo cáo bị hỏng ({cause}); đã cất tệp cũ (spool.corrupt-…) và cứu được {saved} báo cáo.",
        f"The spool was damaged ({cause}); the old file is kept (spool.corrupt-…), {saved} reports were salvaged.",
    )
    state = {"last_sequence": str(found.last_sequence), "agent": found.agent}
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.executemany("INSERT OR IGNORE INTO report VALUES (?, ?, ?, ?, ?)", found.rows.values())
        connection.executemany("INSERT OR IGNORE INTO state VALUES (?, ?)", [one for one in state.items() if one[1]])
        if not connection.execute("SELECT count(*) FROM note").fetchone()[0]:
            connection.execute("INSERT INTO note (at, vi, en) VALUES (?, ?, ?)", note)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def share(lock: IO[bytes]) -> None:
    """Take the lock together with others (waits while somebody repairs)."""
    if os.name == "posix":
        fcntl.flock(lock, fcntl.LOCK_SH)


def own(lock: IO[bytes], path: Path) -> None:
    """Take the lock alone; raises SpoolError if others keep the file in use."""
    if os.name != "posix":
        return
    deadline = time.monotonic() + REPAIR_WAIT_SECONDS
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if time.monotonic() > deadline:
                raise SpoolError(
                    f"{path} bị hỏng nhưng tiến trình khác đang dùng; hãy thử lại sau khi nó dừng",
                    f"{path} is damaged but in use by another process; try again when that has ended",
                ) from None
            time.sleep(0.1)
        else:
            return
