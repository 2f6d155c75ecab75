"""Machines for tables: with their worst outcome and whether they still report."""

from datetime import datetime

import msgspec

from tuanthu_policy.outcome import Outcome
from tuanthu_server.compliance.models import Finding
from tuanthu_server.compliance.standing import SILENT_AFTER
from tuanthu_server.inventory.models import Asset, AssetRole
from tuanthu_server.units.models import Unit


class AssetLine(msgspec.Struct, frozen=True):
    """One machine in a table."""

    asset: Asset
    worst: Outcome
    silent: bool


def asset_lines(unit: Unit, framework: str, at: datetime) -> list[AssetLine]:
    """Machines of a unit that are not retired, worst first."""
    assets = list(Asset.objects.filter(unit=unit, retired_at__isnull=True).exclude(role=AssetRole.DEVICE))
    found = Finding.objects.filter(asset__unit=unit, control__code=framework)
    worst = {asset_id: Outcome(outcome) for asset_id, outcome in found.values_list("asset_id", "outcome")}
    lines = [AssetLine(asset, worst.get(asset.pk, Outcome.NOTCHECKED), is_silent(asset, at)) for asset in assets]
    return sorted(lines, key=lambda line: (-line.worst, line.asset.name, line.asset.pk))


def worst_outcome(asset: Asset, framework: str) -> Outcome:
    """The same outcome for one machine: the worst over the whole framework."""
    found = Finding.objects.filter(asset=asset, control__code=framework).values_list("outcome", flat=True).first()
    return Outcome.NOTCHECKED if found is None else Outcome(found)


def is_silent(asset: Asset, at: datetime) -> bool:
    """Whether a machine that reported once has stopped: the same limit as in the counts."""
    return asset.last_seen_at is not None and at - asset.last_seen_at > SILENT_AFTER
