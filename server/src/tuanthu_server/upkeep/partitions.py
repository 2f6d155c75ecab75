"""Monthly partitions on PostgreSQL. A table that has none of them (SQLite) is left alone."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from django.db import connection, transaction

PARTITIONED: Final = {
    "inventory_report": "received_at",
    "compliance_ruletransition": "at",
    "compliance_findingtransition": "at",
}
"""Table → the time by which it is divided. All of them only grow: no row of theirs is ever changed."""
AHEAD: Final = 3
"""The running month and the next ones are made."""
LOCK: Final = 731_401
"""Advisory lock of whoever changes partitions."""
BOUNDS = """
    SELECT c.relname, pg_get_expr(c.relpartbound, c.oid) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = %s::regclass ORDER BY c.relname
"""


def is_partitioned() -> bool:
    """Whether this database has partitions."""
    return connection.vendor == "postgresql"


def month_start(moment: datetime, ahead: int = 0) -> datetime:
    """The first moment (UTC) of its month, or of one so many later or earlier."""
    number = moment.year * 12 + moment.month - 1 + ahead
    return datetime(number // 12, number % 12 + 1, 1, tzinfo=UTC)


def ensure_months(first: datetime, count: int = AHEAD) -> int:
    """Make the partitions of so many months from that moment's on; returns how many were made. Those that are there,
    and months that the partition of before the partitioning covers, are left as they are."""
    if not is_partitioned():
        return 0
    made = 0
    for table in PARTITIONED:
        for ahead in range(count):
            made += _make(table, month_start(first.astimezone(UTC), ahead))
    return made


def _make(table: str, begin: datetime) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        if any(start <= begin < end for _, start, end in ranges(table)):
            return 0
        end, name = month_start(begin, 1), f"{table}_{begin:%Y_%m}"
        column = PARTITIONED[table]
        # What came while no partition was there waits in the default one: it moves to its month.
        cursor.execute(
            f"CREATE TEMP TABLE waiting ON COMMIT DROP AS SELECT * FROM {table}_default "  # noqa: S608 (own names)
            f"WHERE {column} >= %s AND {column} < %s",
            [begin, end],
        )
        cursor.execute(f"DELETE FROM {table}_default WHERE {column} >= %s AND {column} < %s", [begin, end])  # noqa: S608
        cursor.execute(
            f"CREATE TABLE {name} PARTITION OF {table} FOR VALUES FROM ('{begin:%Y-%m-%d}+00') TO ('{end:%Y-%m-%d}+00')"
        )
        cursor.execute(f"INSERT INTO {table} SELECT * FROM waiting")  # noqa: S608
        cursor.execute("DROP TABLE waiting")
        return 1


def ranges(table: str) -> Iterator[tuple[str, datetime, datetime]]:
    """The partitions of a table with first and end of each, without the default one."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL TimeZone TO 'UTC'")
        cursor.execute(BOUNDS, [table])
        rows = cursor.fetchall()
    for name, bound in rows:
        if bound == "DEFAULT":
            continue
        _, _, rest = bound.partition("FROM (")
        start, _, end = rest.partition(") TO (")
        yield name, _moment(start), _moment(end.rstrip(")"))


def _moment(text: str) -> datetime:
    text = text.strip("'")
    if text == "MINVALUE":
        return datetime.min.replace(tzinfo=UTC)
    return datetime.fromisoformat(text).astimezone(UTC)
