"""Deleting evidence and history that nobody can ask for any more.

Every question about a moment from the cutoff on has the same answer as before: of each asset and kind the evidence
that held at the cutoff stays, however old it is, and so does each agent's newest report before it. What a numbered
report was made from stays for ever.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

import msgspec
from django.db import connection, transaction

from tuanthu_server.inventory import store as stores
from tuanthu_server.inventory.store.interface import Store
from tuanthu_server.upkeep.partitions import LOCK, PARTITIONED, is_partitioned, month_start, ranges

HELD_AT = """
    SELECT id FROM (
        SELECT id, row_number() OVER (PARTITION BY asset_id, kind ORDER BY sequence DESC, id DESC) AS place
        FROM inventory_observation WHERE from_at <= %s
    ) ranked WHERE place = 1
"""
"""The spans that `evidence.spans_at` gives for that moment."""
CURRENT = "SELECT observation_id FROM inventory_currentobservation"
LAST_BEFORE = """
    SELECT id FROM (
        SELECT id, row_number() OVER (PARTITION BY agent_id ORDER BY received_at DESC, id DESC) AS place
        FROM inventory_report WHERE received_at <= %s
    ) ranked WHERE place = 1
"""
"""Each agent's newest report at that moment: by it a machine counts as silent or not."""


class Deleted(msgspec.Struct, frozen=True):
    """What was deleted."""

    spans: int = 0
    reports: int = 0
    transitions: int = 0
    partitions: int = 0
    """Whole months that went at once."""


def cutoff_of(months: int, now: datetime) -> datetime:
    """The first moment that is kept: the beginning of the month so many whole months ago."""
    return month_start(now.astimezone(UTC), -months)


def delete_before(cutoff: datetime, reports_at: Sequence[datetime] = ()) -> Deleted:
    """Delete what is not needed for any moment from `cutoff` on, nor for those of numbered reports (`reports_at`)."""
    with transaction.atomic():
        store = stores.current()
        if is_partitioned():
            store.rows("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        moments = [cutoff, *(moment for moment in reports_at if moment < cutoff)]
        spans = _delete_spans(store, moments)
        reports = _delete_reports(store, moments)
        transitions = sum(
            store.run(f"DELETE FROM {table} WHERE at < %s", [cutoff])  # noqa: S608 (own names)
            for table in PARTITIONED
            if table != "inventory_report"
        )
        return Deleted(spans, reports, transitions, _drop_empty(cutoff) if is_partitioned() else 0)


def _delete_spans(store: Store, moments: Sequence[datetime]) -> int:
    """What ended before the first of these moments and held at none of them."""
    kept = " UNION ".join([CURRENT, *[HELD_AT] * len(moments)])
    unneeded = f"FROM inventory_observation WHERE to_at < %s AND id NOT IN ({kept})"
    params = [moments[0], *moments]
    assets = store.rows(f"SELECT DISTINCT asset_id {unneeded}", params)
    store.update("inventory_asset", ("id",), ("forgotten_at",), [(asset, moments[0]) for (asset,) in assets])
    return store.run(f"DELETE {unneeded}", params)


def _delete_reports(store: Store, moments: Sequence[datetime]) -> int:
    """What was received before the first of these moments, carries no evidence that is kept, and is no agent's newest
    at any of them. Of each agent it is noted up to which number reports go: none of them is asked for or taken again.
    """
    kept = " UNION ".join(["SELECT report_id FROM inventory_observation", *[LAST_BEFORE] * len(moments)])
    unneeded = f"FROM inventory_report WHERE received_at < %s AND id NOT IN ({kept})"
    params = [moments[0], *moments]
    found = store.rows(f"SELECT agent_id, MAX(sequence) {unneeded} GROUP BY agent_id", params, (UUID,))
    store.update("inventory_agent", ("id",), ("forgotten_sequence",), sorted(found))
    return store.run(f"DELETE {unneeded}", params)


def _drop_empty(cutoff: datetime) -> int:
    """Give the space of whole months back: what of them is needed goes to the default partition."""
    dropped = 0
    with connection.cursor() as cursor:
        for table in PARTITIONED:
            for name, _, end in list(ranges(table)):
                if end > cutoff:
                    continue
                cursor.execute(f"CREATE TEMP TABLE staying ON COMMIT DROP AS SELECT * FROM {name}")  # noqa: S608
                cursor.execute(f"DROP TABLE {name}")
                cursor.execute(f"INSERT INTO {table} SELECT * FROM staying")  # noqa: S608
                cursor.execute("DROP TABLE staying")
                dropped += 1
    return dropped
