"""What to fix first: every rule that fails somewhere, by how much it matters and on how many machines or devices."""

from collections.abc import Collection
from typing import Final

import msgspec

from tuanthu_policy.fact import AssetSort
from tuanthu_policy.rule import Rule, Severity
from tuanthu_server.compliance.standing import Counts, Standing, UnitCompliance

WEIGHTS: Final = {Severity.CRITICAL: 8, Severity.HIGH: 4, Severity.MEDIUM: 2, Severity.LOW: 1}
"""How much one failing machine weighs: each step of severity counts double."""


class WorkItem(msgspec.Struct, frozen=True):
    """One rule that fails."""

    rule: Rule
    devices: bool
    """Whether it is about network devices; else about machines."""
    failed: int
    """Machines (or devices) on which it fails."""
    applicable: int
    """Those to which it applies."""
    units: int
    """Units that have one of them."""

    @property
    def weight(self) -> int:
        """Its place in the list: severity × machines."""
        return WEIGHTS[self.rule.severity] * self.failed


def work_items(now: Standing, unit_ids: Collection[int]) -> list[WorkItem]:
    """The rules that fail in these units, the heaviest first; equal ones by severity, then by name."""
    policy = now.policy.policy
    units = [now.units[pk] for pk in unit_ids if pk in now.units]
    items = []
    for rule in policy.rules.values():
        devices = policy.sorts[rule.id] is AssetSort.DEVICE
        counts = [counted for unit in units if (counted := _counts(unit, rule.id, devices=devices)).failed]
        if counts:
            applicable = sum(_counts(unit, rule.id, devices=devices).applicable for unit in units)
            items.append(WorkItem(rule, devices, sum(one.failed for one in counts), applicable, len(counts)))
    return sorted(items, key=lambda item: (-item.weight, -WEIGHTS[item.rule.severity], item.rule.id))


_NONE: Final = Counts()


def _counts(unit: UnitCompliance, rule: str, *, devices: bool) -> Counts:
    return (unit.devices.rules if devices else unit.rules).get(rule, _NONE)
