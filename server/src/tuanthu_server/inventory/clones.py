"""Two machines with one key: an image that was copied with its agent's data folder."""

from datetime import datetime
from uuid import UUID

import msgspec

from tuanthu_server.inventory import evidence
from tuanthu_server.inventory import store as stores
from tuanthu_server.inventory.models import Asset

RETURNING = """
    SELECT DISTINCT b.asset_id FROM inventory_observation b
    WHERE b.kind = 'host' AND b.from_at >= %s AND EXISTS (
        SELECT 1 FROM inventory_observation a WHERE a.asset_id = b.asset_id AND a.kind = 'host'
          AND a.from_at >= %s AND a.sequence < b.sequence AND a.digest <> b.digest)
"""
SPANS = """
    SELECT asset_id, report_id, uuid, from_at FROM inventory_observation
    WHERE asset_id {any} AND kind = 'host' AND from_at >= %s ORDER BY asset_id, sequence, id
"""
MARKS = ("serial", "uuid", "primary_mac")
"""Facts that stay with one machine."""


class Clone(msgspec.Struct, frozen=True):
    """An asset whose reports come from more than one machine."""

    asset: Asset
    machines: tuple[str, ...]
    """Serial number, hardware id and MAC of each, in the order of their first report."""
    last_change: datetime
    """When the last change from one to another was seen."""


def clones(since: datetime) -> list[Clone]:
    """Assets that were one machine, then another, then the first again. A part that was replaced does not come back."""
    store = stores.current()
    changed = [row[0] for row in store.rows(RETURNING, [since, since])]
    spans: dict[int, list[tuple[int, UUID, datetime]]] = {}
    for asset, report, uuid, from_at in store.rows(SPANS, [changed, since], (None, None, UUID, datetime)):
        spans.setdefault(asset, []).append((report, uuid, from_at))
    names = Asset.objects.select_related("unit").in_bulk(list(spans))
    found = [_clone(names[asset], told) for asset, told in spans.items()]
    return [one for one in found if one is not None]


def _clone(asset: Asset, spans: list[tuple[int, UUID, datetime]]) -> Clone | None:
    read = evidence.read_observations(stores.current(), ((report, uuid) for report, uuid, _ in spans))
    who = [
        (" · ".join(str(read[uuid].facts.get(mark, "–")) for mark in MARKS), from_at)
        for _, uuid, from_at in spans
        if uuid in read and any(read[uuid].facts.get(mark) for mark in MARKS)
    ]
    changes = [(name, at) for place, (name, at) in enumerate(who) if place == 0 or who[place - 1][0] != name]
    names = [name for name, _ in changes]
    if len(set(names)) == len(names):
        return None
    return Clone(asset, tuple(dict.fromkeys(names)), changes[-1][1])
