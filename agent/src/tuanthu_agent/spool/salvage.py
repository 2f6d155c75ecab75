"""Putting a damaged spool aside and saving what can still be read."""

import hashlib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

Row = tuple[int, bytes, str, str, bytes]


@dataclass(frozen=True, slots=True)
class Salvage:
    """What a damaged file still gave."""

    aside: Path
    rows: dict[int, Row]
    """Sequence → sequence, payload, signature, contents, sha256; only rows whose bytes match their sha256."""
    last_sequence: int


def move_aside(path: Path) -> Path:
    """Rename the file and its companions to a dated name; returns the new name. Raises OSError."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
    aside = path.with_name(f"{path.stem}.corrupt-{stamp}{path.suffix}")
    path.rename(aside)
    for ending in ("-wal", "-shm"):
        companion = path.with_name(path.name + ending)
        if companion.exists():
            companion.rename(aside.with_name(aside.name + ending))
    return aside


def salvage(aside: Path) -> Salvage:
    """Read what can be read, from both ends, past the damaged middle."""
    rows: dict[int, Row] = {}
    last = 0
    for parameters in ("mode=ro", "mode=ro&immutable=1"):
        try:
            connection = sqlite3.connect(f"{aside.resolve().as_uri()}?{parameters}", uri=True)
        except sqlite3.Error:
            continue
        for order in ("ASC", "DESC"):
            rows |= {row[0]: row for row in readable(connection, order)}
        last = max(last, counter(connection))
        connection.close()
    return Salvage(aside, rows, max([last, *rows]))


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


def counter(connection: sqlite3.Connection) -> int:
    """The last sequence number that the file remembers, 0 if it cannot be read."""
    try:
        row = connection.execute("SELECT value FROM state WHERE key = 'last_sequence'").fetchone()
        return int(row[0]) if row else 0
    except (sqlite3.Error, ValueError, UnicodeDecodeError):
        return 0
