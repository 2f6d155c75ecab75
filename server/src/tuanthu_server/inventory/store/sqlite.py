"""The store on SQLite: `executemany` inside one immediate transaction."""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import msgspec
from django.db.backends.base.base import BaseDatabaseWrapper

from tuanthu_server.inventory.store.interface import Row, Store, names

PLAIN = frozenset({int, str, bytes, float, type(None)})
"""Types that SQLite takes as they are."""


def to_sqlite(value: Any) -> Any:
    """A value as Django stores it in SQLite: times as UTC text without zone, UUIDs as 32 hex digits, lists as JSON."""
    kind = type(value)
    if kind is datetime:
        return to_text(value)
    if kind is date:
        return value.isoformat()
    if kind is UUID:
        return value.hex
    if kind is list:
        return msgspec.json.encode([item.hex if type(item) is UUID else item for item in value]).decode()
    return value


@lru_cache(maxsize=1024)
def to_text(value: datetime) -> str:
    """A time as it is stored. The rows of one transaction share most of theirs."""
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ")


def to_time(value: str | datetime) -> datetime:
    """A stored time; Django's connection turns plain columns, and only these, into naive datetimes."""
    return (datetime.fromisoformat(value) if isinstance(value, str) else value).replace(tzinfo=UTC)


CONVERTERS: dict[type | None, Callable[[Any], Any]] = {datetime: to_time, UUID: UUID, bytes: bytes}


class SqliteStore(Store):
    """Uses the connection that Django opened; its transactions are immediate, so one writes at a time."""

    def __init__(self, raw: sqlite3.Connection, wrapper: BaseDatabaseWrapper) -> None:
        self._raw = raw
        self._errors = wrapper.wrap_database_errors

    @classmethod
    def on(cls, wrapper: BaseDatabaseWrapper) -> "SqliteStore":
        """The store on Django's connection."""
        wrapper.ensure_connection()
        return cls(wrapper.connection, wrapper)

    def rows(self, sql: str, params: Sequence[Any] = (), types: Sequence[type | None] = ()) -> list[Row]:
        """See `Store.rows`."""
        with self._errors:
            found = self._raw.execute(_dialect(sql), [to_sqlite(value) for value in params]).fetchall()
        converters = [(place, CONVERTERS[kind]) for place, kind in enumerate(types) if kind in CONVERTERS]
        if not converters:
            return found
        return [_convert(row, converters) for row in found]

    def run(self, sql: str, params: Sequence[Any] = ()) -> int:
        """See `Store.run`."""
        with self._errors:
            return self._raw.execute(_dialect(sql), [to_sqlite(value) for value in params]).rowcount

    def allocate(self, table: str, count: int) -> list[int]:
        """See `Store.allocate`; the immediate transaction keeps others from taking the same."""
        found = self.rows("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        last = found[0][0] if found else 0
        if found:
            self.run("UPDATE sqlite_sequence SET seq = %s WHERE name = %s", [last + count, table])
        else:
            self.run("INSERT INTO sqlite_sequence (seq, name) VALUES (%s, %s)", [count, table])
        return list(range(last + 1, last + count + 1))

    def insert(self, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
        """See `Store.insert`."""
        marks = ", ".join("?" * len(columns))
        self._many(f"INSERT INTO {table} ({names(columns)}) VALUES ({marks})", rows)  # noqa: S608 (own names)

    def upsert(self, table: str, keys: Sequence[str], columns: Sequence[str], rows: Sequence[Row]) -> None:
        """See `Store.upsert`."""
        every = [*keys, *columns]
        setting = ", ".join(f"{name} = excluded.{name}" for name in columns)
        self._many(
            f"INSERT INTO {table} ({names(every)}) VALUES ({', '.join('?' * len(every))}) "  # noqa: S608
            f"ON CONFLICT ({names(keys)}) DO UPDATE SET {setting}",
            rows,
        )

    def add(self, table: str, keys: Sequence[str], column: str, rows: Sequence[Row]) -> None:
        """See `Store.add`."""
        marks = ", ".join("?" * (len(keys) + 1))
        self._many(
            f"INSERT INTO {table} ({names([*keys, column])}) VALUES ({marks}) "  # noqa: S608
            f"ON CONFLICT ({names(keys)}) DO UPDATE SET {column} = {table}.{column} + excluded.{column}",
            rows,
        )

    def update(self, table: str, keys: Sequence[str], columns: Sequence[str], rows: Sequence[Row]) -> None:
        """See `Store.update`."""
        setting = ", ".join(f"{name} = ?" for name in columns)
        where = " AND ".join(f"{name} = ?" for name in keys)
        width = len(keys)
        self._many(
            f"UPDATE {table} SET {setting} WHERE {where}",  # noqa: S608
            [(*row[width:], *row[:width]) for row in rows],
        )

    def delete(self, table: str, keys: Sequence[str], rows: Sequence[Row]) -> None:
        """See `Store.delete`."""
        where = " AND ".join(f"{name} = ?" for name in keys)
        self._many(f"DELETE FROM {table} WHERE {where}", rows)  # noqa: S608

    @property
    def shard(self) -> int:
        """One writer at a time: one shard."""
        return 0

    def _many(self, sql: str, rows: Iterable[Row]) -> None:
        plain = PLAIN
        with self._errors:
            self._raw.executemany(sql, [[v if type(v) in plain else to_sqlite(v) for v in row] for row in rows])


def _dialect(sql: str) -> str:
    sql = sql.replace("{any}", "IN (SELECT value FROM json_each(%s))").replace("{lock}", "").replace("{skip}", "")
    return sql.replace("%s", "?")


def _convert(row: Row, converters: list[tuple[int, Callable[[Any], Any]]]) -> Row:
    values = list(row)
    for place, converter in converters:
        if values[place] is not None:
            values[place] = converter(values[place])
    return tuple(values)
