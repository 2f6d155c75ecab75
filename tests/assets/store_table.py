"""Tables of their own for the store's contract, and short ways to fill and read them."""

import threading
import uuid
from datetime import UTC, datetime, timedelta

from django.db import connection

MANY = 1500
"""More than PostgreSQL's store sends as arrays: these go by COPY."""
SIZES = (1, 2, MANY)
COLUMNS = ("code", "number", "at", "owner", "body")
POSTGRESQL = """
    CREATE TABLE contract_item (id bigserial PRIMARY KEY, code varchar(200) NOT NULL UNIQUE, number bigint, at timestamptz, owner uuid, body bytea);
    CREATE TABLE contract_count (unit_id bigint, name varchar(40), amount integer NOT NULL, PRIMARY KEY (unit_id, name))
"""
SQLITE = """
    CREATE TABLE contract_item (id integer PRIMARY KEY AUTOINCREMENT, code varchar(200) NOT NULL UNIQUE, number bigint, at datetime, owner char(32), body BLOB);
    CREATE TABLE contract_count (unit_id bigint, name varchar(40), amount integer NOT NULL, PRIMARY KEY (unit_id, name))
"""
READ = "SELECT code, number, at, owner, body FROM contract_item ORDER BY code"
TYPES = (None, None, datetime, uuid.UUID, bytes)
MOMENT = datetime(2026, 11, 24, 3, 4, 5, 678901, tzinfo=UTC)


def item(number: int, /, **changes) -> tuple:
    row = {
        "code": f"mã-{number:05}",
        "number": number,
        "at": MOMENT + timedelta(seconds=number),
        "owner": uuid.UUID(int=number),
        "body": bytes([number % 256, 0, 255]),
    } | changes
    return tuple(row[name] for name in COLUMNS)


def items(count: int) -> list[tuple]:
    return [item(number) for number in range(count)]


def everything(store) -> list[tuple]:
    return sorted(store.rows(READ, (), TYPES))


def counts(store) -> dict:
    return {row[:2]: row[2] for row in store.rows("SELECT unit_id, name, amount FROM contract_count")}


def in_threads(*works) -> list:
    """Run each work in a thread with a connection of its own; returns what they returned or raised."""
    found: list = [None] * len(works)

    def run(place, work):
        try:
            found[place] = work()
        except BaseException as error:  # noqa: BLE001 (told to the test)
            found[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return found
