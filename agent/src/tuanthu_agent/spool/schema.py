"""Opening the spool's file: its tables, its durability, and whether it is sound."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Final

from tuanthu_agent.errors import SpoolError

VERSION: Final = 1
BUSY_SECONDS: Final = 30.0

_TABLES: Final = """
CREATE TABLE report (
    sequence INTEGER PRIMARY KEY, payload BLOB NOT NULL, signature TEXT NOT NULL, contents TEXT NOT NULL,
    sha256 BLOB NOT NULL
);
CREATE TABLE refused (
    id INTEGER PRIMARY KEY, sequence INTEGER NOT NULL, code TEXT NOT NULL, reason TEXT NOT NULL, at TEXT NOT NULL,
    payload BLOB NOT NULL
);
CREATE TABLE known (kind TEXT PRIMARY KEY, sequence INTEGER NOT NULL, digest TEXT NOT NULL);
CREATE TABLE latest (kind TEXT PRIMARY KEY, digest TEXT NOT NULL);
CREATE TABLE state (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE note (id INTEGER PRIMARY KEY, at TEXT NOT NULL, vi TEXT NOT NULL, en TEXT NOT NULL);
"""


class DamagedError(Exception):
    """The file is no sound database."""


def connect(path: Path) -> sqlite3.Connection:
    """Open, check and if need be create the spool's tables.

    Raises DamagedError for a file that is not sound, sqlite3.Error for any other failure, SpoolError for a file of a
    newer version of the agent.
    """
    # SQLite would make it readable by all; its log and index take the mode of the file.
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    close_to_others(path)
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        prepare(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def close_to_others(path: Path) -> None:
    """Take away what rights other users have on a file of former versions; raises OSError."""
    if os.name == "posix" and path.stat().st_mode & 0o077:
        path.chmod(0o600)


def prepare(connection: sqlite3.Connection, path: Path) -> None:
    """Set durability, check soundness, make the tables once."""
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        verdict = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        version = connection.execute("PRAGMA user_version").fetchone()[0]
    except sqlite3.OperationalError:
        raise  # locked, full, unwritable: the file itself may well be sound
    except sqlite3.DatabaseError as error:
        raise DamagedError(str(error)) from None
    if verdict != "ok":
        raise DamagedError(str(verdict))
    if version > VERSION:
        raise SpoolError(
            f"{path} do phiên bản tuanthu-agent mới hơn tạo ra; hãy nâng cấp tuanthu-agent",
            f"{path} was made by a newer tuanthu-agent; upgrade tuanthu-agent",
        )
    if version == 0:
        create(connection)


def create(connection: sqlite3.Connection) -> None:
    """Make the tables; another process may be doing the same."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        if connection.execute("PRAGMA user_version").fetchone()[0] == 0:
            for statement in _TABLES.split(";"):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version={VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
