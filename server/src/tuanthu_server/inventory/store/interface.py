"""What the ingest path and the judge need of a database, beyond the ORM."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any

Row = tuple[Any, ...]


class Store(ABC):
    """Set-based reading and writing inside the caller's transaction.

    SQL is written once for both databases: `%s` marks a parameter, `{any}` an equality with any member of a list
    parameter, and `{lock}` the clause that locks the selected rows (SQLite, where one transaction writes at
    a time, needs none); `{skip}` does the same and leaves out rows that another holds. Times go in
    and come out as aware datetimes in UTC, UUIDs as `uuid.UUID`; for SQLite, which knows neither, the caller names the
    types of columns to convert.
    """

    @abstractmethod
    def rows(self, sql: str, params: Sequence[Any] = (), types: Sequence[type | None] = ()) -> list[Row]:
        """All rows of a query; `types` names the columns that are `datetime`, `UUID` or `bytes`."""

    @abstractmethod
    def run(self, sql: str, params: Sequence[Any] = ()) -> int:
        """Execute one statement; returns the number of rows that it touched."""

    @abstractmethod
    def allocate(self, table: str, count: int) -> list[int]:
        """Take `count` fresh primary keys of a table with an automatic one."""

    @abstractmethod
    def insert(self, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
        """Append rows."""

    @abstractmethod
    def upsert(self, table: str, keys: Sequence[str], columns: Sequence[str], rows: Sequence[Row]) -> None:
        """Insert rows (`keys` then `columns`), or set `columns` where the key is there. No key may occur twice."""

    @abstractmethod
    def add(self, table: str, keys: Sequence[str], column: str, rows: Sequence[Row]) -> None:
        """Add to counters: each row is `keys` and the amount. No key may occur twice."""

    @abstractmethod
    def update(self, table: str, keys: Sequence[str], columns: Sequence[str], rows: Sequence[Row]) -> None:
        """Set `columns` of rows that exist; each row is `keys` then `columns`."""

    @abstractmethod
    def delete(self, table: str, keys: Sequence[str], rows: Sequence[Row]) -> None:
        """Delete the rows with these keys."""

    @property
    @abstractmethod
    def shard(self) -> int:
        """The shard of counters that this connection adds to; no other connection adds to it at the same time."""


def names(columns: Iterable[str]) -> str:
    """Columns as SQL lists them."""
    return ", ".join(columns)
