"""Sequence numbers that never arrived."""

from uuid import UUID

from tuanthu_server.inventory.store.interface import Store

MOST_RANGES = 10

MISSING = """
    SELECT sequence + 1, following - 1 FROM (
        SELECT sequence, LEAD(sequence) OVER (ORDER BY sequence) AS following FROM (
            SELECT 0 AS sequence UNION ALL SELECT sequence FROM inventory_report WHERE agent_id = %s
        ) every
    ) pairs WHERE following > sequence + 1 ORDER BY sequence LIMIT %s
"""


def missing_ranges(store: Store, agent_id: UUID) -> list[tuple[int, int]]:
    """The first ranges that are missing, first and last number of each."""
    return [(first, last) for first, last in store.rows(MISSING, [agent_id, MOST_RANGES])]
