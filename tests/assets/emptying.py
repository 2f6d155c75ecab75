"""Emptying the database between tests: only what holds rows, which is a fraction of Django's `flush`.

`flush` truncates every table, and PostgreSQL makes new files for each of them and its indexes, whether it held a row
or not. Content types and permissions stay, which `flush` removes and makes again.
"""

from functools import cache
from typing import Any

from django.db import transaction

KEPT = {"django_migrations", "django_content_type", "auth_permission"}
BLOATED = 1 << 20
"""Bytes from which PostgreSQL gives back what removed rows leave, so that later tests do not read past them."""
LARGE = (
    "SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    f" AND pg_relation_size(oid) > {BLOATED}"
)


def empty(connection: Any) -> None:
    """Remove every row of every table."""
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {name})" for name in _tables()))
        filled = [name for (name,) in cursor.fetchall()]
        with transaction.atomic():
            if connection.vendor == "postgresql":  # in any order: without a look at references
                cursor.execute("SET LOCAL session_replication_role = replica")
            for name in filled:
                cursor.execute(f"DELETE FROM {name}")
        if connection.vendor == "postgresql":
            cursor.execute(LARGE)
            for (name,) in cursor.fetchall():
                cursor.execute(f"VACUUM {name}")


@cache
def _tables() -> tuple[str, ...]:
    from django.db import connection

    found = connection.introspection.django_table_names(only_existing=True, include_views=False)
    return tuple(sorted(set(found) - KEPT))
