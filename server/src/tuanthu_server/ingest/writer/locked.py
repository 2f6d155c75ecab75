"""The rows that a group of reports locks, and what is already stored."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import msgspec

from tuanthu_server.ingest.writer.prepared import Prepared
from tuanthu_server.inventory.store.interface import Store


class LockedAgent(msgspec.Struct):
    """An agent and its asset, locked until the end of the transaction; changed in memory and written once."""

    agent_id: UUID
    asset_id: int
    unit_id: int
    revoked: bool
    retired: bool
    last_sequence: int
    report_count: int
    clock_skew_ms: int | None
    version: str
    last_seen_at: datetime | None
    forgotten: int
    """Up to this sequence number reports may have been deleted (`Agent.forgotten_sequence`)."""
    touched: bool = False


LOCK = """
    SELECT g.id, g.asset_id, a.unit_id, g.revoked_at IS NOT NULL, a.retired_at IS NOT NULL, g.last_sequence,
           g.report_count, g.clock_skew_ms, g.version, a.last_seen_at, g.forgotten_sequence
    FROM inventory_agent g JOIN inventory_asset a ON a.id = g.asset_id
    WHERE g.id {any} ORDER BY a.id, g.id {lock}
"""
STORED = "SELECT agent_id, sequence, payload_digest FROM inventory_report WHERE agent_id {any} AND sequence {any}"


ASSETS_OF = "SELECT asset_id FROM inventory_agent WHERE id {any}"
LOCK_ASSETS = "SELECT id FROM inventory_asset WHERE id {any} ORDER BY id {lock}"


def lock_agents(store: Store, agents: Iterable[UUID], devices: Iterable[int] = ()) -> dict[UUID, LockedAgent]:
    """Lock agents and assets, always in the order of assets, so that no ring of writers waits for itself.

    Devices that the group speaks of are locked in the same order: a machine's number may stand between theirs.
    """
    agents, devices = sorted(set(agents)), set(devices)
    if devices:
        machines = {row[0] for row in store.rows(ASSETS_OF, [agents])}
        store.rows(LOCK_ASSETS, [sorted(machines | devices)])
    types = (UUID, None, None, None, None, None, None, None, None, datetime, None)
    rows = store.rows(LOCK, [agents], types)
    return {row[0]: LockedAgent(row[0], row[1], row[2], bool(row[3]), bool(row[4]), *row[5:]) for row in rows}


def stored_digests(
    store: Store, group: Iterable[Prepared], agents: dict[UUID, LockedAgent]
) -> dict[tuple[UUID, int], bytes]:
    """Payload digests of reports of this group that are stored already, by agent and sequence number."""
    old = [
        (report.agent_id, report.envelope.sequence)
        for report in group
        if report.agent_id in agents and report.envelope.sequence <= agents[report.agent_id].last_sequence
    ]
    if not old:
        return {}
    rows = store.rows(
        STORED, [sorted({agent for agent, _ in old}), sorted({sequence for _, sequence in old})], (UUID, None, bytes)
    )
    return {(agent, sequence): digest for agent, sequence, digest in rows}
