"""The raw limit: the rows that a report causes, by psycopg binary COPY into twins of the tables, indexes included."""

import time
from uuid import UUID, uuid4

import psycopg

TABLES = {
    "inventory_report": 1,
    "inventory_observation": 1,
    "inventory_currentobservation": 1,
    "inventory_agent": 1,
    "inventory_asset": 1,
    "compliance_judgedstate": 1,
    "compliance_ruleresult": None,
    "compliance_ruletransition": None,
    "compliance_finding": None,
    "compliance_findingtransition": None,
}
KEYS = {"id", "asset_id", "observation_id", "agent_id", "public_key", "sequence"}
BATCH = 200


def copy_rate(url: str, reports: int, rows_of: dict[str, float]) -> float:
    """Reports per second of COPY with a durable commit for every 200 reports; `rows_of` tells rows per report and table."""
    with psycopg.connect(url) as connection:
        plans = {
            table: _prepare(connection, table, reports, rows_of.get(table, fixed or 0))
            for table, fixed in TABLES.items()
        }
        connection.commit()
        began = time.perf_counter()
        for start in range(0, reports, BATCH):
            for table, (columns, types, rows) in plans.items():
                last = min(start + BATCH, reports)
                chunk = rows[round(start / reports * len(rows)) : round(last / reports * len(rows))]
                if chunk:
                    _copy(connection, table, columns, types, chunk)
            connection.commit()
        return reports / (time.perf_counter() - began)


def _prepare(connection, table: str, reports: int, per_report: float):
    """Rows like those that the run wrote, with keys of their own."""
    connection.execute(f"DROP TABLE IF EXISTS copy_{table}")
    connection.execute(f"CREATE TABLE copy_{table} (LIKE {table} INCLUDING ALL)")
    described = connection.execute(
        "SELECT attname::text, format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = %s::text::regclass AND attnum > 0 "
        "AND NOT attisdropped ORDER BY attnum", [table]
    ).fetchall()  # fmt: skip
    columns = [name for name, _ in described]
    sample = connection.execute(f"SELECT {', '.join(columns)} FROM {table} ORDER BY 1 DESC LIMIT 500").fetchall()
    rows = []
    for number in range(round(reports * per_report)):
        row = sample[number % len(sample)]
        rows.append(tuple(_fresh(number, name, value) for name, value in zip(columns, row, strict=True)))
    return columns, [kind for _, kind in described], rows


def _fresh(number: int, name: str, value):
    if name not in KEYS:
        return psycopg.types.json.Jsonb(value) if isinstance(value, list) else value
    if name == "public_key":
        return uuid4().bytes * 2
    return uuid4() if isinstance(value, UUID) else 1_000_000 + number


def _copy(connection, table, columns, types, rows) -> None:
    with connection.cursor().copy(f"COPY copy_{table} ({', '.join(columns)}) FROM STDIN (FORMAT BINARY)") as copy:
        copy.set_types(types)
        for row in rows:
            copy.write_row(row)
