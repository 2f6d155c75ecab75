"""The passing of time, judged: evidence that went stale, and policies that came into force."""

from datetime import UTC, datetime

from django.db import transaction

from tuanthu_server.compliance.judging import Subject, forget, judge_and_record
from tuanthu_server.inventory import store as stores

GROUP = 200
"""Assets judged in one transaction."""

DUE = """
    SELECT j.asset_id FROM compliance_judgedstate j JOIN inventory_asset a ON a.id = j.asset_id
    WHERE j.due_at <= %s OR a.retired_at IS NOT NULL OR j.policy_id <> (
        SELECT id FROM compliance_policyversion WHERE in_force_from <= %s ORDER BY in_force_from DESC LIMIT 1)
    ORDER BY j.asset_id LIMIT %s
"""
UNJUDGED = """
    SELECT a.id FROM inventory_asset a LEFT JOIN compliance_judgedstate j ON j.asset_id = a.id
    WHERE j.asset_id IS NULL AND a.retired_at IS NULL
      AND EXISTS (SELECT 1 FROM compliance_policyversion WHERE in_force_from <= %s)
    ORDER BY a.id LIMIT %s
"""
LOCK = "SELECT id, unit_id, retired_at FROM inventory_asset WHERE id {any} ORDER BY id "


def sweep(at: datetime | None = None, *, wait: bool = True) -> int:
    """Judge again every asset that is due, in groups; returns how many were.

    With `wait=False` assets that another process holds are left to it: that is how the collectors' own sweepers share
    the work. A report that waits for its figures waits for them.
    """
    done = 0
    while found := _sweep_group(at or datetime.now(UTC), skip_locked=not wait):
        done += found
    return done


def _sweep_group(at: datetime, *, skip_locked: bool) -> int:
    with transaction.atomic():
        store = stores.current()
        due = [row[0] for row in store.rows(DUE, [at, at, GROUP])] or [
            row[0] for row in store.rows(UNJUDGED, [at, GROUP])
        ]
        if not due:
            return 0
        locked = store.rows(LOCK + ("{skip}" if skip_locked else "{lock}"), [due], (None, None, datetime))
        judge_and_record(store, [Subject(asset, unit) for asset, unit, retired_at in locked if retired_at is None], at)
        forget(store, [Subject(asset, unit) for asset, unit, retired_at in locked if retired_at is not None], at)
        return len(locked)
