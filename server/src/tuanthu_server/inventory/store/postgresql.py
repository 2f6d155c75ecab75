"""The store on PostgreSQL: binary COPY, straight into tables or by way of temporary ones."""

from collections.abc import Sequence
from typing import Any

import psycopg
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.pq import TransactionStatus
from psycopg.rows import tuple_row

from tuanthu_server.inventory.store.interface import Row, Store, names

SLOT_LOCKS = 731_400
"""Class of the advisory locks by which connections share out the shards."""
SLOTS = 128
FEW = 600
"""Up to so many rows go as arrays in the statement itself, more by COPY."""


class PostgresStore(Store):
    """Uses the connection that Django opened, with cursors that bind on the server and speak binary."""

    def __init__(self, raw: "psycopg.Connection[Any]", wrapper: BaseDatabaseWrapper) -> None:
        self._errors = wrapper.wrap_database_errors
        self._cursor = psycopg.Cursor(raw, row_factory=tuple_row)
        self._types: dict[str, dict[str, str]] = {}
        self._used: set[str] = set()
        self._shard: int | None = None

    @classmethod
    def on(cls, wrapper: BaseDatabaseWrapper) -> "PostgresStore":
        """The store of Django's connection, made once per connection: it knows the connection's temporary tables."""
        wrapper.ensure_connection()
        raw = wrapper.connection
        store: PostgresStore | None = getattr(raw, "tuanthu_store", None)
        if store is None:
            store = raw.tuanthu_store = cls(raw, wrapper)
        if raw.info.transaction_status == TransactionStatus.IDLE:  # within a transaction, stages keep their rows
            store._used.clear()
        return store

    def rows(self, sql: str, params: Sequence[Any] = (), types: Sequence[type | None] = ()) -> list[Row]:  # noqa: ARG002
        """See `Store.rows`; PostgreSQL knows its types."""
        with self._errors:
            return self._cursor.execute(_dialect(sql), params, binary=True).fetchall()

    def run(self, sql: str, params: Sequence[Any] = ()) -> int:
        """See `Store.run`."""
        with self._errors:
            return self._cursor.execute(_dialect(sql), params).rowcount

    def allocate(self, table: str, count: int) -> list[int]:
        """See `Store.allocate`."""
        query = "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)"
        return [row[0] for row in self.rows(query, [table, count])]

    def insert(self, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
        """See `Store.insert`."""
        if rows:
            with self._errors:
                self._copy(table, table, columns, rows)

    def upsert(self, table: str, keys: Sequence[str], columns: Sequence[str], rows: Sequence[Row]) -> None:
        """See `Store.upsert`."""
        setting = ", ".join(f"{name} = excluded.{name}" for name in columns)
        every = [*keys, *columns]
        self._through_stage(
            table,
            every,
            rows,
            f"INSERT INTO {table} ({names(every)}) SELECT {names(every)} FROM {{stage}} s "  # noqa: S608 (own names)
            f"ON CONFLICT ({names(keys)}) DO UPDATE SET {setting}",
        )

    def add(self, table: str, keys: Sequence[str], column: str, rows: Sequence[Row]) -> None:
        """See `Store.add`; rows are taken in the order of their keys, so that two adders cannot block each other."""
        every = [*keys, column]
        self._through_stage(
            table,
            every,
            rows,
            f"INSERT INTO {table} ({names(every)}) SELECT {names(every)} FROM {{stage}} s ORDER BY {names(keys)} "  # noqa: S608
            f"ON CONFLICT ({names(keys)}) DO UPDATE SET {column} = {table}.{column} + excluded.{column}",
        )

    def update(self, table: str, keys: Sequence[str], columns: Sequence[str], rows: Sequence[Row]) -> None:
        """See `Store.update`."""
        setting = ", ".join(f"{name} = s.{name}" for name in columns)
        where = " AND ".join(f"t.{name} = s.{name}" for name in keys)
        statement = f"UPDATE {table} t SET {setting} FROM {{stage}} s WHERE {where}"  # noqa: S608
        self._through_stage(table, [*keys, *columns], rows, statement)

    def delete(self, table: str, keys: Sequence[str], rows: Sequence[Row]) -> None:
        """See `Store.delete`."""
        where = " AND ".join(f"t.{name} = s.{name}" for name in keys)
        self._through_stage(table, keys, rows, f"DELETE FROM {table} t USING {{stage}} s WHERE {where}")  # noqa: S608

    @property
    def shard(self) -> int:
        """The first free slot, held by a session lock for the life of the connection; 0 when all are taken."""
        if self._shard is None:
            query = "SELECT pg_try_advisory_lock(%s, %s)"
            self._shard = next((slot for slot in range(1, SLOTS) if self.rows(query, [SLOT_LOCKS, slot])[0][0]), 0)
        return self._shard

    def _through_stage(self, table: str, columns: Sequence[str], rows: Sequence[Row], statement: str) -> None:
        """COPY the rows into the table's temporary twin and run the statement over it."""
        if rows:
            with self._errors:
                self._stage(table, columns, rows, statement)

    def _stage(self, table: str, columns: Sequence[str], rows: Sequence[Row], statement: str) -> None:
        stage = f"stage_{table}"
        if len(rows) <= FEW:
            self._cursor.execute(
                statement.format(stage=self._arrays(table, columns)), [list(one) for one in zip(*rows, strict=True)]
            )
            return
        # Asked for each time: a transaction that was rolled back takes the table that it made with it.
        self._cursor.execute(
            f"CREATE TEMP TABLE IF NOT EXISTS {stage} ON COMMIT DELETE ROWS AS SELECT * FROM {table} WITH NO DATA"  # noqa: S608
        )
        if stage in self._used:
            self._cursor.execute(f"TRUNCATE {stage}")
        self._used.add(stage)
        self._copy(stage, table, columns, rows)
        self._cursor.execute(statement.format(stage=stage))

    def _arrays(self, table: str, columns: Sequence[str]) -> str:
        """Rows given as one array a column: fewer messages than a COPY, dearer for each row."""
        types = self._column_types(table)
        marks = ", ".join(f"%s::{types[name]}[]" for name in columns)
        return f"(SELECT * FROM unnest({marks}) AS given({names(columns)}))"  # noqa: S608

    def _copy(self, target: str, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
        types = self._column_types(table)
        with self._cursor.copy(f"COPY {target} ({names(columns)}) FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types([types[name] for name in columns])
            for row in rows:
                copy.write_row(row)

    def _column_types(self, table: str) -> dict[str, str]:
        if table not in self._types:
            query = (
                "SELECT attname::text, format_type(atttypid, NULL) FROM pg_attribute "
                "WHERE attrelid = %s::text::regclass AND attnum > 0 AND NOT attisdropped"
            )
            self._types[table] = dict(self.rows(query, [table]))
        return self._types[table]


def _dialect(sql: str) -> str:
    return sql.replace("{any}", "= ANY(%s)").replace("{lock}", "FOR UPDATE").replace("{skip}", "FOR UPDATE SKIP LOCKED")
