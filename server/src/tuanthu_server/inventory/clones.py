"""Two machines with one key: an image that was copied with its agent's data folder.

Nearly every restart gives a machine's kind `host` another content, so contents are read once, as they come, and of each
machine that they name only the first and the last report is kept (`MachineSeen`).
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec
from django.db import transaction

from tuanthu_server.inventory import evidence
from tuanthu_server.inventory import store as stores
from tuanthu_server.inventory.models import Agent, Asset, IdentityDecision, MachineSeen, SeenUntil

REMEMBERED: Final = timedelta(days=14)
"""A machine of which no content began for so long is forgotten."""
OVERLAP: Final = 4_000
"""Spans before the last one that are read again: a writer that was slower may have written lower numbers since."""
GROUP: Final = 500
NEW_SPANS: Final = """
    SELECT id, asset_id, report_id, uuid, sequence, from_at FROM inventory_observation
    WHERE id > %s AND kind = 'host' AND from_at >= %s ORDER BY id LIMIT %s
"""
NEWEST: Final = "SELECT MAX(id) FROM inventory_observation"
SPAN_TYPES: Final = (None, None, None, UUID, None, datetime)
MARKS: Final = ("serial", "uuid", "primary_mac")
"""Facts that stay with one machine."""
Span = tuple[int, int, int, UUID, int, datetime]


class Clone(msgspec.Struct, frozen=True):
    """An asset whose reports come from more than one machine."""

    asset: Asset
    machines: tuple[str, ...]
    """Serial number, hardware id and MAC of each, in the order of their first report."""
    last_change: datetime
    """When the last change from one to another was seen."""


def clones(since: datetime) -> list[Clone]:
    """Assets that were one machine, then another, then the first again, of which nobody decided yet.

    A part that was replaced does not come back. Retired ones and those whose agents are all revoked are none.
    """
    take_new(since)
    told: dict[int, list[MachineSeen]] = {}
    for one in MachineSeen.objects.filter(last_at__gte=since).order_by("asset", "first_sequence", "pk"):
        told.setdefault(one.asset_id, []).append(one)
    mixed = {asset: seen for asset, seen in told.items() if _is_mixed(seen)}
    settled = _settled(mixed)
    working = Agent.objects.filter(asset__in=mixed, asset__retired_at=None, revoked_at=None).values("asset")
    return [
        Clone(asset, tuple(one.machine for one in mixed[asset.pk]), max(one.last_at for one in mixed[asset.pk]))
        for asset in Asset.objects.select_related("unit").filter(pk__in=working).order_by("pk")
        if not {one.machine for one in mixed[asset.pk]} <= settled.get(asset.pk, set())
    ]


def _is_mixed(seen: list[MachineSeen]) -> bool:
    """Whether one of them reported before and after the first report of another."""
    return any(one.first_sequence < other.first_sequence < one.last_sequence for one in seen for other in seen)


def _settled(assets: Iterable[int]) -> dict[int, set[str]]:
    """The machines of which a person said that they are one; two machines are told again if they go on so."""
    found: dict[int, set[str]] = {}
    for one in IdentityDecision.objects.filter(first__in=assets, verdict=IdentityDecision.Verdict.SAME):
        if one.first_id == one.second_id:
            found.setdefault(one.first_id, set()).update(str(machine) for machine in one.evidence)
    return found


def take_new(since: datetime) -> None:
    """Read the contents that came since the last time, and forget machines that were not seen since a moment."""
    MachineSeen.objects.filter(last_at__lt=since).delete()
    store = stores.current()
    newest = store.rows(NEWEST)[0][0] or 0
    until, _ = SeenUntil.objects.get_or_create(pk=1)
    after = min(until.span, newest) - OVERLAP
    while spans := store.rows(NEW_SPANS, [after, since, GROUP], SPAN_TYPES):
        after = spans[-1][0]
        _take(spans)
        SeenUntil.objects.filter(pk=1).update(span=after)
    SeenUntil.objects.filter(pk=1).update(span=newest)


def _take(spans: Iterable[Span]) -> None:
    """Note which machines these contents name; the same contents again change nothing."""
    read = evidence.read_observations(stores.current(), ((report, uuid) for _, _, report, uuid, _, _ in spans))
    told: dict[tuple[int, str], tuple[int, int, datetime]] = {}
    for _, asset, _, uuid, sequence, at in spans:
        facts = read[uuid].facts if uuid in read else {}
        if any(facts.get(mark) for mark in MARKS):
            key = asset, " · ".join(str(facts.get(mark, "–")) for mark in MARKS)[:300]
            first, last, latest = told.get(key, (sequence, sequence, at))
            told[key] = min(first, sequence), max(last, sequence), max(latest, at)
    with transaction.atomic():
        known = {
            (one.asset_id, one.machine): one
            for one in MachineSeen.objects.select_for_update()
            .filter(asset__in={asset for asset, _ in told})
            .order_by("pk")
        }
        MachineSeen.objects.bulk_create(
            (
                MachineSeen(asset_id=asset, machine=machine, first_sequence=first, last_sequence=last, last_at=at)
                for (asset, machine), (first, last, at) in told.items()
                if (asset, machine) not in known
            ),
            ignore_conflicts=True,
        )
        changed = [one for key, one in known.items() if key in told and _widened(one, *told[key])]
        rows = [(one.pk, one.first_sequence, one.last_sequence, one.last_at) for one in changed]
        stores.current().update(
            "inventory_machineseen", ("id",), ("first_sequence", "last_sequence", "last_at"), sorted(rows)
        )


def _widened(one: MachineSeen, first: int, last: int, at: datetime) -> bool:
    """Take over what is new of a machine; returns whether anything is."""
    before = one.first_sequence, one.last_sequence, one.last_at
    one.first_sequence, one.last_sequence = min(before[0], first), max(before[1], last)
    one.last_at = max(before[2], at)
    return before != (one.first_sequence, one.last_sequence, one.last_at)
