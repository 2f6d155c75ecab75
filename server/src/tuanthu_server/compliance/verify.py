"""Checking the counters against the details."""

from datetime import UTC, datetime

from django.db import connection, transaction

from tuanthu_server.compliance import figures, history
from tuanthu_server.compliance.lines.refresh import refresh
from tuanthu_server.compliance.lines.verify import verify_lines
from tuanthu_server.compliance.sweep import sweep
from tuanthu_server.inventory import store as stores


def verify_counters() -> list[str]:
    """Recompute every figure from the stored evidence and compare; returns one line per difference.

    Writers are held up meanwhile on PostgreSQL, so that both sides speak of one moment.
    """
    sweep()
    with transaction.atomic():
        if connection.vendor == "postgresql":
            stores.current().run("LOCK TABLE inventory_asset IN EXCLUSIVE MODE")
        now = datetime.now(UTC)
        sweep(now)
        refresh(whole=True)
        counted = figures.from_counters(stores.current(), now)
        recomputed = history.figures_at(now)
        lines = verify_lines(stores.current())
    differences = _compare("rules", counted.rules, recomputed.rules)
    differences += _compare("controls", counted.controls, recomputed.controls)
    if counted.assets != recomputed.assets:
        differences.append(f"assets: {counted.assets} != {recomputed.assets}")
    if counted.devices != recomputed.devices:
        differences.append(f"devices: {counted.devices} != {recomputed.devices}")
    return differences + lines


def _compare(title: str, counted: figures.ByUnit, recomputed: figures.ByUnit) -> list[str]:
    return [
        f"{title}: unit {unit}, {code}: counted {counted.get(unit, {}).get(code, {})}, "
        f"recomputed {recomputed.get(unit, {}).get(code, {})}"
        for unit in sorted(counted.keys() | recomputed.keys())
        for code in sorted(counted.get(unit, {}).keys() | recomputed.get(unit, {}).keys())
        if counted.get(unit, {}).get(code, {}) != recomputed.get(unit, {}).get(code, {})
    ]
