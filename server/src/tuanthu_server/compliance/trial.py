"""Trying a policy against all that is stored, without publishing it: what would change, and where."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Final

import msgspec

from tuanthu_policy.fact import AssetSort
from tuanthu_policy.observation import Sighting
from tuanthu_policy.outcome import Outcome
from tuanthu_policy.policy import Policy
from tuanthu_server.compliance.history import GROUP, control_outcomes
from tuanthu_server.compliance.policies import COUNTED, in_force
from tuanthu_server.inventory import evidence
from tuanthu_server.inventory import store as stores

MOST_LISTED: Final = 100
"""Changes of one rule or control that a trial lists; all of them are counted, and told one by one."""
ASSETS: Final = """
    SELECT id, unit_id, name, role = 'device' FROM inventory_asset
    WHERE retired_at IS NULL AND id > %s ORDER BY id LIMIT %s
"""
TOTAL: Final = "SELECT COUNT(*) FROM inventory_asset WHERE retired_at IS NULL"


class Change(msgspec.Struct, frozen=True):
    """One rule or control that would come to something else on one asset."""

    asset_id: int
    unit_id: int
    name: str
    device: bool
    code: str
    """A rule, `framework/control`, or `framework`; `device:` before controls that are about devices."""
    before: Outcome | None
    """None: it was not asked."""
    after: Outcome | None
    """None: it would not be asked any more."""


class Shift(msgspec.Struct, frozen=True):
    """So many assets would go from one outcome to another."""

    before: Outcome | None
    after: Outcome | None
    assets: int


class Trial(msgspec.Struct, frozen=True):
    """What would change."""

    at: datetime
    present: str
    """Digest of the policy in force."""
    tried: str
    assets: int
    """Assets that were judged by both."""
    changed: int
    """Of these, assets on which any rule would come to something else."""
    rules: dict[str, list[Shift]]
    """By rule, the largest shift first; rules without any are absent."""
    controls: dict[str, list[Shift]]
    measures: dict[str, list[Shift]]
    """By the code of an indicator's question."""
    listed: dict[str, list[Change]]
    """By rule and by control, the first `MOST_LISTED` changes in the order of assets."""


def try_policy(
    tried: Policy,
    *,
    tell: Callable[[Change], None] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Trial:
    """Judge every asset's present facts by the policy in force and by another, at one moment; nothing is written.

    A few hundred assets are held at a time. `tell` is given every change of a rule or control, `progress` how many
    assets are done, of how many. Raises InputError where no policy is in force.
    """
    at = datetime.now(UTC)
    present = in_force(at).policy
    judges = (_Judge(present), _Judge(tried))
    total = int(stores.current().rows(TOTAL)[0][0])
    shifts: Counter[tuple[str, Outcome | None, Outcome | None]] = Counter()
    listed: dict[str, list[Change]] = {}
    done = changed = 0
    for group in _groups():
        sightings = _sightings([row[0] for row in group])
        for asset, unit, name, device in group:
            seen = sightings.get(asset, {})
            before, after = (judge.outcomes(seen, at, device=bool(device)) for judge in judges)
            found = [code for code in sorted(before.keys() | after.keys()) if before.get(code) != after.get(code)]
            changed += any(_is_rule(code, judges) for code in found)
            for code in found:
                shifts[code, before.get(code), after.get(code)] += 1
                if code.startswith("@"):
                    continue
                change = Change(asset, unit, name, bool(device), code, before.get(code), after.get(code))
                if tell is not None:
                    tell(change)
                if len(listed.setdefault(code, [])) < MOST_LISTED:
                    listed[code].append(change)
        done += len(group)
        if progress is not None:
            progress(done, max(done, total))
    return _trial(at, judges, (done, changed), shifts, listed)


class _Judge:
    """A policy with what its controls are made of."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self._controls = {sort is AssetSort.DEVICE: policy.control_rules(sort) for sort in COUNTED}

    def outcomes(self, seen: Mapping[str, Sighting], at: datetime, *, device: bool) -> dict[str, Outcome]:
        """Rules, measures and controls on one asset."""
        asked = self.policy.asked(AssetSort.DEVICE if device else AssetSort.MACHINE, seen)
        outcomes = {result.rule: result.outcome for result in self.policy.judge(seen, at, asked)}
        return outcomes | control_outcomes(self._controls[device], outcomes)


def _is_rule(code: str, judges: tuple[_Judge, _Judge]) -> bool:
    return any(code in judge.policy.rules for judge in judges)


def _groups() -> Iterator[list[tuple[int, int, str, bool]]]:
    last = 0
    while rows := stores.current().rows(ASSETS, [last, GROUP]):
        yield rows
        last = rows[-1][0]


def _sightings(assets: list[int]) -> dict[int, dict[str, Sighting]]:
    store = stores.current()
    return evidence.read_sightings(store, evidence.current_spans(store, assets))


def _trial(
    at: datetime,
    judges: tuple[_Judge, _Judge],
    counts: tuple[int, int],
    shifts: Mapping[tuple[str, Outcome | None, Outcome | None], int],
    listed: dict[str, list[Change]],
) -> Trial:
    tables: dict[str, dict[str, list[Shift]]] = {"rules": {}, "controls": {}, "measures": {}}
    for (code, before, after), assets in sorted(shifts.items(), key=lambda one: (one[0][0], -one[1])):
        table = "measures" if code.startswith("@") else "rules" if _is_rule(code, judges) else "controls"
        tables[table].setdefault(code, []).append(Shift(before, after, assets))
    present, tried = (judge.policy.digest for judge in judges)
    return Trial(at, present, tried, *counts, tables["rules"], tables["controls"], tables["measures"], listed=listed)
