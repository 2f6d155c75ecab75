"""Opening the ledger's file: its tables, its durability, and whether it can be trusted."""

import os
import secrets
import sqlite3
from pathlib import Path
from typing import Final

from tuanthu_agent import files
from tuanthu_agent.scanner.budget.elapsed import first_mark
from tuanthu_agent.scanner.clock import Reading
from tuanthu_agent.scanner.errors import LedgerError

FILE_NAME: Final = "budget.sqlite"
VERSION: Final = 1
BUSY_SECONDS: Final = 30.0
_TABLES: Final = """
CREATE TABLE ledger (
    id INTEGER PRIMARY KEY CHECK (id = 1), key BLOB NOT NULL, time REAL NOT NULL, wall REAL NOT NULL,
    uptime REAL NOT NULL, boot TEXT NOT NULL, head_sequence INTEGER NOT NULL, head_hash TEXT NOT NULL
) STRICT;
CREATE TABLE sighting (mac TEXT NOT NULL, address TEXT NOT NULL, PRIMARY KEY (mac, address)) STRICT;
CREATE INDEX sighting_address ON sighting (address);
CREATE TABLE attempt (
    id INTEGER PRIMARY KEY, at REAL NOT NULL, wall TEXT NOT NULL, mac TEXT, address TEXT NOT NULL,
    protocol TEXT NOT NULL, port INTEGER NOT NULL, family TEXT NOT NULL, login TEXT NOT NULL, revision INTEGER NOT NULL,
    cycle INTEGER NOT NULL, account BLOB NOT NULL, user TEXT NOT NULL, outcome TEXT, left INTEGER,
    evidence TEXT NOT NULL, reason TEXT
) STRICT;
CREATE INDEX attempt_mac ON attempt (mac);
CREATE INDEX attempt_address ON attempt (address);
CREATE TABLE stop (
    id INTEGER PRIMARY KEY, mac TEXT, address TEXT NOT NULL, until REAL NOT NULL, reason TEXT NOT NULL
) STRICT
"""


def connect(folder: Path, now: Reading, *, used_before: bool) -> sqlite3.Connection:
    """Open the ledger; make it where there never was one.

    Raises LedgerError where it is damaged, of a newer version, or gone although the log says that it was
    `used_before`; sqlite3.Error and OSError otherwise.
    """
    path = folder / FILE_NAME
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if used_before and (not path.exists() or not path.stat().st_size):
        raise lost(path)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        _prepare(connection, path, now, used_before=used_before)
    except BaseException:
        connection.close()
        raise
    files.sync_folder(folder)
    return connection


def view(folder: Path) -> sqlite3.Connection | None:
    """The ledger as it is, to look at; None where there is none. Raises sqlite3.Error."""
    path = folder / FILE_NAME
    if not path.is_file():
        return None
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=BUSY_SECONDS)
    try:
        _check(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection, path: Path, now: Reading, *, used_before: bool) -> None:
    version = _check(connection, path)
    if version == 0 and used_before:
        raise lost(path)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError as error:
        raise damaged(path, str(error)) from None
    if version == 0:
        _create(connection, now)


def _check(connection: sqlite3.Connection, path: Path) -> int:
    """The version of a sound file; 0 of a new one."""
    try:
        verdict = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])
        tables = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    except sqlite3.OperationalError:
        raise  # locked, full, unwritable: the file itself may well be sound
    except sqlite3.DatabaseError as error:
        raise damaged(path, str(error)) from None
    if verdict != "ok" or (version == 0 and tables):
        raise damaged(path, str(verdict))
    if version > VERSION:
        raise LedgerError(
            f"{path} do phiên bản tuanthu-agent mới hơn tạo ra; hãy nâng cấp tuanthu-agent",
            f"{path} was made by a newer tuanthu-agent; upgrade tuanthu-agent",
        )
    return version


def _create(connection: sqlite3.Connection, now: Reading) -> None:
    """Make the tables; another process may be doing the same."""
    mark = first_mark(now)
    connection.execute("BEGIN IMMEDIATE")
    try:
        if connection.execute("PRAGMA user_version").fetchone()[0] == 0:
            for statement in _TABLES.split(";"):
                connection.execute(statement)
            row = (secrets.token_bytes(32), mark.time, mark.wall, mark.uptime, mark.boot)
            connection.execute("INSERT INTO ledger VALUES (1, ?, ?, ?, ?, ?, 0, '')", row)
            connection.execute(f"PRAGMA user_version={VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def lost(path: Path) -> LedgerError:
    """The ledger is gone, the log is not."""
    return LedgerError(
        f"Sổ lượt đăng nhập {path} bị mất nhưng nhật ký vẫn còn: không rõ thiết bị nào đã bị thử, nên không thử nữa. "
        "Hãy khôi phục tệp từ bản sao lưu; nếu không có, chuyển cả thư mục đi nơi khác và chờ 24 giờ rồi chạy lại.",
        f"The ledger {path} is gone while its log is not: it is unknown which devices were tried, so none is tried. "
        "Restore the file; without a copy, move the whole folder away, wait 24 hours and run again.",
    )


def damaged(path: Path, detail: str) -> LedgerError:
    """The ledger cannot be trusted."""
    return LedgerError(
        f"Sổ lượt đăng nhập {path} bị hỏng ({detail}): không thử đăng nhập nào. "
        "Hãy khôi phục tệp từ bản sao lưu; nếu không có, chuyển cả thư mục đi nơi khác và chờ 24 giờ rồi chạy lại.",
        f"The ledger {path} is damaged ({detail}): no login is tried. "
        "Restore the file; without a copy, move the whole folder away, wait 24 hours and run again.",
    )
