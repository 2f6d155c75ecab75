"""Which waivers hold for an asset at a moment, and when that changes: for the judge, for history and for lists.

A waiver holds from its approval (or its beginning, if that is later) until it expires or is revoked. Nothing that was
before its approval is ever changed by it.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

import msgspec

from tuanthu_policy.fact import AssetSort
from tuanthu_policy.outcome import Outcome
from tuanthu_policy.policy import control_code
from tuanthu_policy.waiving import waived_controls, waived_rules
from tuanthu_server.inventory.store.interface import Store

INTERVALS: Final = """
    SELECT w.id, w.rule, w.control, w.unit_id, w.asset_id, w.valid_from, w.expires_at, a.at, r.at
    FROM compliance_waiver w
    JOIN compliance_waiverevent a ON a.waiver_id = w.id AND a.action = 'approved'
    LEFT JOIN compliance_waiverevent r ON r.waiver_id = w.id AND r.action = 'revoked'
    WHERE w.expires_at > %s AND (r.at IS NULL OR r.at > %s) ORDER BY w.id
"""


class Interval(msgspec.Struct, frozen=True):
    """An approved waiver and the time for which it holds: from `begin` on, until just before `end`."""

    waiver: int
    rule: str
    control: str
    unit: int | None
    asset: int | None
    begin: datetime
    end: datetime

    def holds(self, at: datetime) -> bool:
        """Whether it holds at a moment."""
        return self.begin <= at < self.end


class Waivers:
    """Waivers by what they reach."""

    def __init__(self, intervals: Iterable[Interval]) -> None:
        self._everywhere: list[Interval] = []
        self._units: dict[int, list[Interval]] = {}
        self._assets: dict[int, list[Interval]] = {}
        for one in intervals:
            if one.asset is not None:
                self._assets.setdefault(one.asset, []).append(one)
            elif one.unit is not None:
                self._units.setdefault(one.unit, []).append(one)
            else:
                self._everywhere.append(one)

    @property
    def nobody(self) -> bool:
        """Whether there is none at all."""
        return not (self._everywhere or self._units or self._assets)

    def reaching(self, asset: int, unit: int) -> list[Interval]:
        """Those that reach an asset of a unit, whenever they hold; by number."""
        found = [*self._everywhere, *self._units.get(unit, ()), *self._assets.get(asset, ())]
        return sorted(found, key=lambda one: one.waiver) if len(found) > 1 else found

    def next_change(self, asset: int, unit: int, at: datetime) -> datetime | None:
        """The first moment after `at` at which one begins or ends to hold for the asset."""
        moments = [moment for one in self.reaching(asset, unit) for moment in (one.begin, one.end) if moment > at]
        return min(moments, default=None)

    def named(self, asset: int, unit: int, at: datetime) -> tuple[frozenset[str], frozenset[str]]:
        """The rules and the controls that are waived for the asset at a moment."""
        holding = [one for one in self.reaching(asset, unit) if one.holds(at)]
        return (
            frozenset(one.rule for one in holding if one.rule),
            frozenset(one.control for one in holding if one.control),
        )

    def waiver_of(self, asset: int, unit: int, at: datetime, *, rule: str = "", control: str = "") -> int | None:
        """The number of a waiver that holds for the asset and names that rule or that control."""
        for one in self.reaching(asset, unit):
            if one.holds(at) and ((rule and one.rule == rule) or (control and one.control == control)):
                return one.waiver
        return None


NONE: Final = Waivers(())


def waivers_after(store: Store, at: datetime) -> Waivers:
    """Every approved waiver that holds at a moment or later, as far as is decided today."""
    rows = store.rows(INTERVALS, [at, at], (None, None, None, None, None, datetime, datetime, datetime, datetime))
    intervals = [
        Interval(
            waiver, rule, control, unit, asset, max(start, approved), end if revoked is None else min(end, revoked)
        )
        for waiver, rule, control, unit, asset, start, end, approved, revoked in rows
    ]
    return Waivers(one for one in intervals if one.begin < one.end) if intervals else NONE


def waived_at(
    waivers: Waivers,
    asset: tuple[int, int, bool],
    at: datetime,
    *,
    outcomes: Mapping[str, Outcome],
    controls: Mapping[str, tuple[str, ...]],
    wholes: Mapping[str, tuple[str, ...]],
) -> tuple[frozenset[str], frozenset[str]]:
    """The waived failures among the outcomes of an asset (its number, its unit's, whether it is a device)."""
    number, unit, device = asset
    rules, named = waivers.named(number, unit, at)
    if not rules and not named:
        return frozenset(), frozenset()
    failing = {rule for rule, outcome in outcomes.items() if outcome is Outcome.FAIL}
    codes = coded(named, device=device)
    return waived_rules(failing, rules), waived_controls(failing, controls, wholes, rules, codes)


def coded(controls: Iterable[str], *, device: bool) -> frozenset[str]:
    """The codes under which figures about such assets are kept, of controls as people name them."""
    sort = AssetSort.DEVICE if device else AssetSort.MACHINE
    return frozenset(control_code(control, sort) for control in controls)
