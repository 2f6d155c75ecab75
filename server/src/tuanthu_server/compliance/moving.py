"""Moving assets from one unit to another: counters, months of lines, and history, all in one transaction."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from tuanthu_server.compliance.changes import CellCounts, add_counts
from tuanthu_server.compliance.figures import WAIVED
from tuanthu_server.compliance.judging import read_known
from tuanthu_server.compliance.lines.months import month_of
from tuanthu_server.compliance.lines.places import units_of
from tuanthu_server.compliance.lines.refresh import mark_due
from tuanthu_server.compliance.models import JudgedState
from tuanthu_server.inventory import store as stores
from tuanthu_server.inventory.models import Asset, AssetMove
from tuanthu_server.units.models import Unit

LINE_MONTHS = "SELECT asset_id, month FROM compliance_assetlinemonth WHERE asset_id {any}"


def move_assets(assets: Sequence[Asset], unit: Unit, at: datetime, *, person: str, reason: str, now: datetime) -> None:
    """Have these assets belong to another unit from a moment on; the caller holds their rows locked.

    What was counted before that moment stays with the unit that they leave: for any earlier moment they are there.
    """
    moving = [asset for asset in assets if asset.unit_id != unit.pk]
    store = stores.current()
    ids = [asset.pk for asset in moving]
    months = [(row[0], row[1]) for row in store.rows(LINE_MONTHS, [ids])]
    left = {asset.pk: asset.unit_id for asset in moving}
    before = units_of(store, left, months)
    _move_counts(left, unit.pk)
    AssetMove.objects.bulk_create(
        AssetMove(
            asset=asset,
            from_unit_id=asset.unit_id,
            to_unit=unit,
            at=at,
            month=month_of(at.timestamp()),
            person=person,
            reason=reason,
            entered_at=now,
        )
        for asset in moving
    )
    Asset.objects.filter(pk__in=ids).update(unit=unit)
    JudgedState.objects.filter(asset__in=ids).update(due_at=now)  # other waivers hold there
    mark_due(store, [*before, *units_of(store, dict.fromkeys(ids, unit.pk), months)])


def _move_counts(left: dict[int, int], unit: int) -> None:
    """Take what each asset is counted as from the unit that it leaves to the new one."""
    store = stores.current()
    rules: CellCounts = Counter()
    controls: CellCounts = Counter()
    for asset, known in read_known(store, left).items():
        for rule, judged in known.state.results.items():
            rules[left[asset], rule, judged.outcome] -= 1
            rules[unit, rule, judged.outcome] += 1
        for control, outcome in known.state.findings.items():
            controls[left[asset], control, outcome] -= 1
            controls[unit, control, outcome] += 1
        for counts, waived in ((rules, known.state.waived_rules), (controls, known.state.waived_controls)):
            for code in waived:
                counts[left[asset], code, WAIVED] -= 1
                counts[unit, code, WAIVED] += 1
    add_counts(store, rules, controls)
