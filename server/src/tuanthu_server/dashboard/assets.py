"""Machines for tables: with their worst outcome and whether they still report."""

from datetime import datetime

import msgspec

from tuanthu_policy.outcome import Outcome
from tuanthu_server.access.reach import Reach
from tuanthu_server.compliance.standing import SILENT_AFTER
from tuanthu_server.inventory.models import Asset, AssetRole
from tuanthu_server.units.models import Unit


class AssetLine(msgspec.Struct, frozen=True):
    """One machine in a table."""

    asset: Asset
    worst: Outcome
    silent: bool


def asset_lines(reach: Reach, unit: Unit, framework: str, at: datetime) -> list[AssetLine]:
    """Machines of a unit that are not retired, worst first."""
    there = reach.assets().filter(unit=unit, retired_at__isnull=True).exclude(role=AssetRole.DEVICE)
    assets = list(there.select_related(None))  # hundreds, all of the one unit
    worst = reach.worst_outcomes(framework, [asset.pk for asset in assets])
    lines = [AssetLine(asset, worst.get(asset.pk, Outcome.NOTCHECKED), is_silent(asset, at)) for asset in assets]
    return sorted(lines, key=lambda line: (-line.worst, line.asset.name, line.asset.pk))


def worst_outcome(reach: Reach, asset: Asset, framework: str) -> Outcome:
    """The same outcome for one machine: the worst over the whole framework."""
    return reach.worst_outcomes(framework, [asset.pk]).get(asset.pk, Outcome.NOTCHECKED)


def is_silent(asset: Asset, at: datetime) -> bool:
    """Whether a machine that reported once has stopped: the same limit as in the counts."""
    return asset.last_seen_at is not None and at - asset.last_seen_at > SILENT_AFTER
