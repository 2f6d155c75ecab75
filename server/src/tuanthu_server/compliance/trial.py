"""What would change if another policy judged the present facts, group by group of assets; nothing is written here."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import msgspec

from tuanthu_policy.fact import AssetSort
from tuanthu_policy.observation import Sighting
from tuanthu_policy.outcome import Outcome
from tuanthu_policy.policy import Policy
from tuanthu_server.compliance.history import GROUP, control_outcomes
from tuanthu_server.compliance.policies import COUNTED
from tuanthu_server.inventory import evidence
from tuanthu_server.inventory import store as stores

ASSETS: Final = """
    SELECT id, unit_id, role = 'device' FROM inventory_asset
    WHERE retired_at IS NULL AND id > %s ORDER BY id LIMIT %s
"""
TOTAL: Final = "SELECT COUNT(*) FROM inventory_asset WHERE retired_at IS NULL"


class Row(msgspec.Struct, frozen=True, array_like=True):
    """One rule or control that would come to something else on one asset."""

    asset: int
    unit: int
    before: Outcome | None
    """None: it was not asked."""
    after: Outcome | None
    """None: it would not be asked any more."""


class Shift(msgspec.Struct, frozen=True, array_like=True):
    """So many assets would go from one outcome to another."""

    before: Outcome | None
    after: Outcome | None
    assets: int


class Sum(msgspec.Struct, array_like=True):
    """What a trial comes to over some assets."""

    assets: int = 0
    """Judged by both policies."""
    changed: int = 0
    """Of these, those on which any rule would come to something else."""
    worse: int = 0
    """Those on which a rule would fail that does not fail now."""
    better: int = 0
    """Those on which a rule would not fail any more that fails now."""


class Tally(msgspec.Struct):
    """All counts of a trial so far."""

    whole: Sum = msgspec.field(default_factory=Sum)
    units: dict[int, Sum] = {}
    shifts: dict[str, list[Shift]] = {}
    """By code: a rule, `framework/control`, `framework`, or an indicator's question; `device:` before controls that are
    about devices. The largest first; what does not change is absent."""

    def add(self, group: "Group") -> None:
        """Count a group in."""
        for unit, changes in group.assets:
            for one in (self.whole, self.units.setdefault(unit, Sum())):
                one.assets += 1
                one.changed += bool(changes)
                one.worse += any(row.after is Outcome.FAIL for row in changes)
                one.better += any(row.before is Outcome.FAIL for row in changes)
        for code, rows in group.changes.items():
            counts = {(one.before, one.after): one.assets for one in self.shifts.get(code, ())}
            for row in rows:
                counts[row.before, row.after] = counts.get((row.before, row.after), 0) + 1
            self.shifts[code] = [Shift(*pair, count) for pair, count in sorted(counts.items(), key=_largest_first)]


class Group(msgspec.Struct, frozen=True):
    """What changes on a few hundred assets."""

    last: int
    """Number of the last of these assets."""
    assets: list[tuple[int, list[Row]]]
    """Of each asset its unit, and the changes of rules on it."""
    changes: dict[str, list[Row]]
    """By code, in the order of assets."""


class Judges:
    """The policy in force and the one that is tried."""

    def __init__(self, present: Policy, tried: Policy) -> None:
        self._both = (_Judge(present), _Judge(tried))
        self._rules = present.rules.keys() | tried.rules.keys()

    def next_group(self, after: int, at: datetime) -> Group | None:
        """Judge the assets that come after one, by both at the same moment; None behind the last."""
        store = stores.current()
        rows = store.rows(ASSETS, [after, GROUP])
        if not rows:
            return None
        sightings = evidence.read_sightings(store, evidence.current_spans(store, [row[0] for row in rows]))
        assets: list[tuple[int, list[Row]]] = []
        changes: dict[str, list[Row]] = {}
        for asset, unit, device in rows:
            seen = sightings.get(asset, {})
            before, later = (judge.outcomes(seen, at, device=bool(device)) for judge in self._both)
            found = {
                code: Row(asset, unit, before.get(code), later.get(code))
                for code in sorted(before.keys() | later.keys())
                if before.get(code) != later.get(code)
            }
            assets.append((unit, [row for code, row in found.items() if code in self._rules]))
            for code, row in found.items():
                changes.setdefault(code, []).append(row)
        return Group(rows[-1][0], assets, changes)


class _Judge:
    """A policy with what its controls are made of."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._controls = {sort is AssetSort.DEVICE: policy.control_rules(sort) for sort in COUNTED}

    def outcomes(self, seen: Mapping[str, Sighting], at: datetime, *, device: bool) -> dict[str, Outcome]:
        """Rules, measures and controls on one asset."""
        asked = self._policy.asked(AssetSort.DEVICE if device else AssetSort.MACHINE, seen)
        outcomes = {result.rule: result.outcome for result in self._policy.judge(seen, at, asked)}
        return outcomes | control_outcomes(self._controls[device], outcomes)


def assets_to_judge() -> int:
    """How many assets there are."""
    return int(stores.current().rows(TOTAL)[0][0])


def sort_of(code: str) -> str:
    """What a code of a trial names: `measure`, `control` or `rule`."""
    if code.startswith("@"):
        return "measure"
    return "control" if "/" in code or ":" in code or "." not in code else "rule"


def _largest_first(one: tuple[tuple[Outcome | None, Outcome | None], int]) -> tuple[int, int, int]:
    (before, after), count = one
    return -count, -1 if before is None else before, -1 if after is None else after
