"""The passing of time, judged: evidence that went stale, and policies that came into force."""

from datetime import UTC, datetime

from django.db import transaction

from tuanthu_server.compliance.judging import Subject, forget, judge_and_record
from tuanthu_server.compliance.policies import numbered_in_force
from tuanthu_server.inventory import store as stores
from tuanthu_server.inventory.store.interface import Row, Store

ANY_DUE = """
    SELECT EXISTS (SELECT 1 FROM compliance_judgedstate WHERE due_at <= %s)
        OR EXISTS (SELECT 1 FROM compliance_judgedstate WHERE policy_id < {version} OR policy_id > {version})
        OR EXISTS (SELECT 1 FROM inventory_asset a JOIN compliance_judgedstate j ON j.asset_id = a.id
                   WHERE a.retired_at IS NOT NULL)
        OR (SELECT count(*) FROM inventory_asset WHERE retired_at IS NULL)
           <> (SELECT count(*) FROM compliance_judgedstate)
""".replace(
    "{version}",
    "(SELECT id FROM compliance_policyversion WHERE in_force_from <= %s ORDER BY in_force_from DESC LIMIT 1)",
)
"""The same questions as below without their rows: most often nothing is due, and then nobody is held up.

Where no retired asset has a state, an asset without one is told by two counts, which cost less than a join of both.
"""
GROUP = 200
"""Assets judged in one transaction."""

DUE = """
    SELECT a.id, a.unit_id, a.retired_at, a.role = 'device' FROM inventory_asset a WHERE EXISTS (
        SELECT 1 FROM compliance_judgedstate j WHERE j.asset_id = a.id AND (
            j.due_at <= %s OR a.retired_at IS NOT NULL OR j.policy_id <> (
                SELECT id FROM compliance_policyversion WHERE in_force_from <= %s ORDER BY in_force_from DESC LIMIT 1)))
    ORDER BY a.id LIMIT %s
"""
UNJUDGED = """
    SELECT a.id, a.unit_id, a.retired_at, a.role = 'device' FROM inventory_asset a
    WHERE a.retired_at IS NULL AND NOT EXISTS (SELECT 1 FROM compliance_judgedstate j WHERE j.asset_id = a.id)
      AND EXISTS (SELECT 1 FROM compliance_policyversion WHERE in_force_from <= %s)
    ORDER BY a.id LIMIT %s
"""


def sweep(at: datetime | None = None, *, wait: bool = True) -> int:
    """Judge again every asset that is due, in groups; returns how many were.

    With `wait=False` assets that another process holds are left to it: that is how the collectors' own sweepers share
    the work. A report that waits for its figures waits for them.
    """
    moment = at or datetime.now(UTC)
    if not stores.current().rows(ANY_DUE, [moment] * 3)[0][0]:
        return 0
    done = 0
    while (judged := _sweep_group(at or datetime.now(UTC), skip_locked=not wait)) is not None:
        done += judged
    return done


def _sweep_group(at: datetime, *, skip_locked: bool) -> int | None:
    """How many of a group were judged; None when there was nothing to take."""
    with transaction.atomic():
        store = stores.current()
        # Locked as they are found: with `skip` two sweepers take different assets, each a whole group.
        lock, types = ("{skip}" if skip_locked else "{lock}"), (None, None, datetime)
        locked = store.rows(DUE + lock, [at, at, GROUP], types) or store.rows(UNJUDGED + lock, [at, GROUP], types)
        if not locked:
            return None
        locked = _still_due(store, locked, at)
        present = [Subject(row[0], row[1], device=bool(row[3])) for row in locked if row[2] is None]
        judge_and_record(store, present, at)
        forget(store, [Subject(asset, unit) for asset, unit, retired_at, _ in locked if retired_at is not None], at)
        return len(locked)


def _still_due(store: Store, locked: list[Row], at: datetime) -> list[Row]:
    """Without those that another sweeper judged between our look and our lock: PostgreSQL shows the look's moment."""
    policy = numbered_in_force(store, at)
    states = store.rows(
        "SELECT asset_id, policy_id, due_at FROM compliance_judgedstate WHERE asset_id {any}",
        [[row[0] for row in locked]],
        (None, None, datetime),
    )
    settled = {
        asset
        for asset, version, due_at in states
        if policy is not None and version == policy.version and (due_at is None or due_at > at)
    }
    judged = {asset for asset, _, _ in states}
    return [row for row in locked if (row[0] in judged if row[2] is not None else row[0] not in settled)]
