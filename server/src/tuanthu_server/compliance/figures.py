"""Raw figures per unit, as counters hold them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from tuanthu_server.inventory.store.interface import Store

SILENT_AFTER = timedelta(days=3)
"""A machine that reported once and not within this time is silent."""
DEVICE_SILENT_AFTER = timedelta(days=35)
"""A device that no scan saw within this time may be gone; only a person takes it out of the counts."""

WAIVED: Final = 16
"""Stands in counters beside the outcomes: failures that are waived. They are counted as failures all the same."""

ByUnit = dict[int, dict[str, dict[int, int]]]
"""Unit → rule or control → outcome → assets; nothing is kept for zero."""


class AssetFigures(msgspec.Struct):
    """How many machines a unit has and how many of them speak."""

    assets: int = 0
    silent: int = 0
    never_reported: int = 0


class DeviceFigures(msgspec.Struct):
    """How many network devices a unit has, apart from its machines."""

    devices: int = 0
    """Without those that are machines with an agent."""
    silent: int = 0
    """Of these, not seen any more."""
    computers: int = 0
    """Of these, computers: without an agent they are a gap in coverage."""
    managed: int = 0
    """Hosts that are machines with an agent; in none of the other figures."""


class Figures(msgspec.Struct):
    """Figures of all units."""

    rules: ByUnit = {}
    controls: ByUnit = {}
    assets: dict[int, AssetFigures] = {}
    devices: dict[int, DeviceFigures] = {}

    def count(self, table: ByUnit, unit: int, code: str, outcome: int, amount: int = 1) -> None:
        """Add to one figure of `rules` or `controls`."""
        cells = table.setdefault(unit, {}).setdefault(code, {})
        cells[outcome] = cells.get(outcome, 0) + amount

    def count_assets(self, unit: int, reporting: str, amount: int = 1) -> None:
        """Add machines: those that report (empty), are `silent` or `never` reported."""
        figures = self.assets.setdefault(unit, AssetFigures())
        figures.assets += amount
        figures.never_reported += amount if reporting == "never" else 0
        figures.silent += amount if reporting == "silent" else 0

    def count_devices(self, unit: int, *, managed: bool, computer: bool, silent: bool, amount: int = 1) -> None:
        """Add devices of one sort."""
        figures = self.devices.setdefault(unit, DeviceFigures())
        if managed:
            figures.managed += amount
            return
        figures.devices += amount
        figures.computers += amount if computer else 0
        figures.silent += amount if silent else 0


CELLS = """
    SELECT 'rules', c.unit_id, n.code, c.outcome, SUM(c.assets)
    FROM compliance_rulecount c JOIN compliance_rulename n ON n.id = c.rule_id {where}
    GROUP BY c.unit_id, n.code, c.outcome HAVING SUM(c.assets) <> 0
    UNION ALL
    SELECT 'controls', c.unit_id, n.code, c.outcome, SUM(c.assets)
    FROM compliance_controlcount c JOIN compliance_controlname n ON n.id = c.control_id {where}
    GROUP BY c.unit_id, n.code, c.outcome HAVING SUM(c.assets) <> 0
"""
ASSETS = """
    SELECT 'assets', unit_id,
           CASE WHEN last_seen_at IS NULL THEN 'never' WHEN last_seen_at < %s THEN 'silent' ELSE '' END, 0, COUNT(*)
    FROM inventory_asset WHERE retired_at IS NULL AND role <> 'device' GROUP BY 1, 2, 3
    UNION ALL
    SELECT 'devices', unit_id,
           CASE WHEN managed THEN 'managed' WHEN device_class = 'computer' THEN 'computer' ELSE '' END,
           CASE WHEN last_seen_at < %s THEN 1 ELSE 0 END, COUNT(*)
    FROM inventory_asset WHERE retired_at IS NULL AND role = 'device' GROUP BY 1, 2, 3, 4
"""
COUNTERS = CELLS.replace("{where}", "") + " UNION ALL " + ASSETS
OF_UNITS = CELLS.replace("{where}", "WHERE c.unit_id {any}")


def from_counters(store: Store, now: datetime) -> Figures:
    """The figures as counters hold them. One statement, so one moment, without holding anybody up."""
    return read(store, COUNTERS, [now - SILENT_AFTER, now - DEVICE_SILENT_AFTER])


def read(store: Store, query: str, params: Sequence[Any]) -> Figures:
    """The figures that `COUNTERS`, or a part of it (`OF_UNITS`, `ASSETS`), gives."""
    figures = Figures()
    for table, unit, code, outcome, amount in store.rows(query, params):
        if table == "assets":
            figures.count_assets(unit, code, int(amount))
        elif table == "devices":
            kind = {"managed": code == "managed", "computer": code == "computer", "silent": outcome == 1}
            figures.count_devices(unit, **kind, amount=int(amount))
        else:
            figures.count(figures.rules if table == "rules" else figures.controls, unit, code, outcome, int(amount))
    return figures
