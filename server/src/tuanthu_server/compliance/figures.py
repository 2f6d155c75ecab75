"""Raw figures per unit, as counters hold them."""

from datetime import datetime

import msgspec

from tuanthu_server.inventory.store.interface import Store

ByUnit = dict[int, dict[str, dict[int, int]]]
"""Unit → rule or control → outcome → assets; nothing is kept for zero."""


class AssetFigures(msgspec.Struct):
    """How many machines a unit has and how many of them speak."""

    assets: int = 0
    silent: int = 0
    never_reported: int = 0


class Figures(msgspec.Struct):
    """Figures of all units."""

    rules: ByUnit = {}
    controls: ByUnit = {}
    assets: dict[int, AssetFigures] = {}

    def count(self, table: ByUnit, unit: int, code: str, outcome: int, amount: int = 1) -> None:
        """Add to one figure of `rules` or `controls`."""
        cells = table.setdefault(unit, {}).setdefault(code, {})
        cells[outcome] = cells.get(outcome, 0) + amount

    def count_asset(self, unit: int, last_seen: datetime | None, silent_before: datetime) -> None:
        """Add one machine."""
        figures = self.assets.setdefault(unit, AssetFigures())
        figures.assets += 1
        figures.never_reported += last_seen is None
        figures.silent += last_seen is not None and last_seen < silent_before


COUNTERS = """
    SELECT 'rules', c.unit_id, n.code, c.outcome, SUM(c.assets)
    FROM compliance_rulecount c JOIN compliance_rulename n ON n.id = c.rule_id
    GROUP BY c.unit_id, n.code, c.outcome HAVING SUM(c.assets) <> 0
    UNION ALL
    SELECT 'controls', c.unit_id, n.code, c.outcome, SUM(c.assets)
    FROM compliance_controlcount c JOIN compliance_controlname n ON n.id = c.control_id
    GROUP BY c.unit_id, n.code, c.outcome HAVING SUM(c.assets) <> 0
    UNION ALL
    SELECT 'assets', unit_id,
           CASE WHEN last_seen_at IS NULL THEN 'never' WHEN last_seen_at < %s THEN 'silent' ELSE '' END, 0, COUNT(*)
    FROM inventory_asset WHERE retired_at IS NULL GROUP BY 1, 2, 3
"""


def from_counters(store: Store, silent_before: datetime) -> Figures:
    """The figures as counters hold them. One statement, so one moment, without holding anybody up."""
    figures = Figures()
    for table, unit, code, outcome, amount in store.rows(COUNTERS, [silent_before]):
        if table == "assets":
            machines = figures.assets.setdefault(unit, AssetFigures())
            machines.assets += int(amount)
            machines.never_reported += int(amount) if code == "never" else 0
            machines.silent += int(amount) if code == "silent" else 0
        else:
            figures.count(figures.rules if table == "rules" else figures.controls, unit, code, outcome, int(amount))
    return figures
