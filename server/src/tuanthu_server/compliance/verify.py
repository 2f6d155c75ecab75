"""Checking the counters against the details."""

from datetime import UTC, datetime

from django.db import connection, transaction

from tuanthu_server.compliance import attestations, figures, history, past
from tuanthu_server.compliance.lines.refresh import refresh
from tuanthu_server.compliance.lines.verify import verify_lines
from tuanthu_server.compliance.models import PastFigures
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
        lines += _attestations(now)
    # Nobody is held up for the past: late evidence that comes in between shows once, and not again.
    lines += _newest_past() and _newest_past()
    differences = _compare("rules", counted.rules, recomputed.rules)
    differences += _compare("controls", counted.controls, recomputed.controls)
    if counted.assets != recomputed.assets:
        differences.append(f"assets: {counted.assets} != {recomputed.assets}")
    if counted.devices != recomputed.devices:
        differences.append(f"devices: {counted.devices} != {recomputed.devices}")
    return differences + lines


def _attestations(at: datetime) -> list[str]:
    """What is shown of statements against all that happened to them."""
    shown = {
        unit: {control: int(one.id) for control, one in found.items()}
        for unit, found in attestations.statements_at(stores.current(), at).items()
    }
    told = attestations.holding(at)
    return [
        f"attestations: unit {unit}: shown {shown.get(unit, {})}, recomputed {told.get(unit, {})}"
        for unit in sorted(shown.keys() | told.keys())
        if shown.get(unit, {}) != told.get(unit, {})
    ]


def _newest_past() -> list[str]:
    """The newest kept figures of the past against its evidence."""
    moment = PastFigures.objects.order_by("-moment").values_list("moment", flat=True).first()
    if moment is None:
        return []
    kept, recomputed = past.figures_at(moment), history.figures_at(moment)
    title = f"past {moment:%Y-%m-%dT%H:%M}"
    differences = _compare(f"{title} rules", kept.rules, recomputed.rules)
    differences += _compare(f"{title} controls", kept.controls, recomputed.controls)
    if (kept.assets, kept.devices) != (recomputed.assets, recomputed.devices):
        differences.append(f"{title}: assets or devices differ")
    return differences


def _compare(title: str, counted: figures.ByUnit, recomputed: figures.ByUnit) -> list[str]:
    return [
        f"{title}: unit {unit}, {code}: counted {counted.get(unit, {}).get(code, {})}, "
        f"recomputed {recomputed.get(unit, {}).get(code, {})}"
        for unit in sorted(counted.keys() | recomputed.keys())
        for code in sorted(counted.get(unit, {}).keys() | recomputed.get(unit, {}).keys())
        if counted.get(unit, {}).get(code, {}) != recomputed.get(unit, {}).get(code, {})
    ]
