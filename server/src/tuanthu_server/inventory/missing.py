"""Sequence numbers that never arrived."""

from uuid import UUID

from tuanthu_server.inventory import store as stores
from tuanthu_server.inventory.models import Agent
from tuanthu_server.inventory.store.interface import Store

MOST_RANGES = 10

MISSING = """
    SELECT sequence + 1, following - 1 FROM (
        SELECT sequence, LEAD(sequence) OVER (ORDER BY sequence) AS following FROM (
            SELECT CAST(%s AS BIGINT) AS sequence UNION ALL
            SELECT sequence FROM inventory_report WHERE agent_id = %s AND sequence > %s
        ) every
    ) pairs WHERE following > sequence + 1 ORDER BY sequence LIMIT %s
"""


def missing_ranges(store: Store, agent_id: UUID, after: int = 0) -> list[tuple[int, int]]:
    """The first ranges that are missing after a number, first and last number of each."""
    return [(first, last) for first, last in store.rows(MISSING, [after, agent_id, after, MOST_RANGES])]


def ranges_of(agent: Agent) -> list[tuple[int, int]]:
    """The same for one agent; empty where every report arrived."""
    if agent.report_count >= agent.last_sequence:
        return []
    return missing_ranges(stores.current(), agent.pk, agent.forgotten_sequence)
