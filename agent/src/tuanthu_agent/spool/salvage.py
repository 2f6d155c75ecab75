"""Putting a damaged spool aside and saving what can still be read.

The damaged file first takes the name `spool.damaged.sqlite`. As long as that name is there, whoever opens the spool
goes on with the repair, so that a machine that stops in the middle loses nothing; at the end it takes a dated name.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Tuple

Row = Tuple[int, bytes, str, str, bytes]
COMPANIONS = ("-wal", "-shm")


@dataclass(frozen=True)
class Salvage:
    """What a damaged file still gave."""

    rows: dict[int, Row]
    """Sequence → sequence, payload, signature, contents, sha256; only rows whose bytes match their sha256."""
    last_sequence: int
    agent: str
    """Whose reports these are; empty if that cannot be read."""


def damaged_name(path: Path) -> Path:
    """Where a spool lies while it is being repaired."""
    return path.with_name(f"{path.stem}.damaged{path.suffix}")


def companion(path: Path, ending: str) -> Path:
    """The write-ahead log or index of a database."""
    return path.with_name(path.name + ending)


def is_under_repair(path: Path) -> bool:
    """Whether somebody began a repair and has not finished it."""
    damaged = damaged_name(path)
    return damaged.exists() or companion(damaged, "-wal").exists()


def move_aside(path: Path) -> Path:
    """Begin a repair, or go on with its beginning; returns where the damaged file lies now. Raises OSError."""
    damaged = damaged_name(path)
    if not damaged.exists():
        if not path.exists():
            path.touch(0o600)  # only the log was left
        # The file itself last: its log must never stand beside a new file of its old name.
        move(path, damaged)
    return damaged


def put_away(path: Path) -> Path:
    """End a repair: the damaged file gets its dated name, which is returned. Raises OSError."""
    stamp = datetime.now(timezone.utc).strftime("%Y%m%dT%H%M%S%fZ")
    aside = path.with_name(f"{path.stem}.corrupt-{stamp}{path.suffix}")
    move(damaged_name(path), aside)
    return aside


def move(path: Path, target: Path) -> None:
    """Rename a database, its companions first."""
    for ending in COMPANIONS:
        if companion(path, ending).exists():
            companion(path, ending).replace(companion(target, ending))
    path.replace(target)


def salvage(aside: Path) -> Salvage:
    """Read what can be read, from both ends, past the damaged middle."""
    rows: dict[int, Row] = {}
    last, agent = 0, ""
    for parameters in ("mode=ro", "mode=ro&immutable=1"):
        try:
            connection = sqlite3.connect(f"{aside.resolve().as_uri()}?{parameters}", uri=True)
        except sqlite3.Error:
            continue
        for order in ("ASC", "DESC"):
            rows.update({row[0]: row for row in readable(connection, order)})
        number = value(connection, "last_sequence")
        last = max(last, int(number) if number.isdecimal() else 0)
        agent = agent or value(connection, "agent")
        connection.close()
    return Salvage(rows, max([last, *rows]), agent)


def readable(connection: sqlite3.Connection, order: str) -> Iterator[Row]:
    """Sound rows in that order, up to the first that cannot be read."""
    query = f"SELECT sequence, payload, signature, contents, sha256 FROM report ORDER BY sequence {order}"  # noqa: S608
    try:
        for row in connection.execute(query):
            if is_sound(row):
                yield row
    except (sqlite3.Error, UnicodeDecodeError):
        return


def is_sound(row: tuple[object, ...]) -> bool:
    """Whether a row has the right types and its payload is the one that was kept."""
    sequence, payload, signature, contents, sha256 = row
    return (
        isinstance(sequence, int)
        and isinstance(payload, bytes)
        and isinstance(signature, str)
        and isinstance(contents, str)
        and hashlib.sha256(payload).digest() == sha256
    )


def value(connection: sqlite3.Connection, key: str) -> str:
    """A value that the file remembers, empty if it cannot be read."""
    try:
        row = connection.execute("SELECT value FROM state WHERE key = ?", (key,)).fetchone()
        return str(row[0]) if row else ""
    except (sqlite3.Error, UnicodeDecodeError):
        return ""
