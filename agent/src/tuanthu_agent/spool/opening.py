"""Opening the spool's file for one process: with its lock, and repaired if it was damaged."""

import os
import sqlite3
import time
from pathlib import Path
from typing import IO, Final

import structlog

from tuanthu_agent.errors import SpoolError
from tuanthu_agent.spool import salvage
from tuanthu_agent.spool.schema import DamagedError, connect

if os.name == "posix":
    import fcntl

REPAIR_WAIT_SECONDS: Final = 10.0
log = structlog.get_logger()


class Repair:
    """What a repair found, for the note that people read."""

    def __init__(self, cause: str, found: salvage.Salvage) -> None:
        self.found = found
        saved = len(found.rows)
        self.vi = f"Hàng đợi báo cáo bị hỏng ({cause}); đã chuyển sang {found.aside.name} và cứu được {saved} báo cáo."
        self.en = f"The spool was damaged ({cause}); it was moved to {found.aside.name}, {saved} reports were salvaged."


def open_spool(path: Path) -> tuple[sqlite3.Connection, IO[bytes], Repair | None]:
    """A connection, the lock that must be kept open with it, and the repair if there was one.

    Everybody who uses the file holds the lock shared; who repairs it needs it alone, so that nobody goes on writing
    into a file that was put aside. Raises SpoolError and sqlite3.Error.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = path.with_suffix(".lock").open("ab")
    except OSError as error:
        raise SpoolError(
            f"Không ghi được vào thư mục hàng đợi {path.parent}: {error.strerror}. Kiểm tra quyền và dung lượng đĩa.",
            f"Cannot write to the spool's folder {path.parent}: {error.strerror}. Check permissions and free space.",
        ) from None
    try:
        share(lock)
        try:
            return connect(path), lock, None
        except DamagedError:
            own(lock, path)
        repair = mend(path)
        connection = connect(path)
        share(lock)
    except BaseException:
        lock.close()
        raise
    return connection, lock, repair


def mend(path: Path) -> Repair | None:
    """Put a damaged file aside and salvage it; None if somebody else has just done so."""
    cause = ""
    try:
        connect(path).close()
    except DamagedError as error:
        cause = str(error) or "unknown"
    if not cause:
        return None
    found = salvage.salvage(salvage.move_aside(path))
    log.error("spool-damaged", cause=cause, aside=str(found.aside), salvaged=sorted(found.rows))
    return Repair(cause, found)


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
