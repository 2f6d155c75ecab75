"""The door to the database for set-based work: one interface, PostgreSQL and SQLite behind it."""

from django.db import connection

from tuanthu_server.inventory.store.interface import Store


def current() -> Store:
    """The store on this thread's Django connection; use it inside `transaction.atomic()`."""
    if connection.vendor == "postgresql":
        from tuanthu_server.inventory.store.postgresql import PostgresStore

        return PostgresStore.on(connection)
    from tuanthu_server.inventory.store.sqlite import SqliteStore

    return SqliteStore.on(connection)
