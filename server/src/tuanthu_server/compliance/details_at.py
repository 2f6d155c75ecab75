"""Details below the figures of a past moment: found in what is kept of it, judged anew only where they are shown."""

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import overload

from tuanthu_policy.outcome import Outcome
from tuanthu_server.compliance import details
from tuanthu_server.compliance.details import AssetResult
from tuanthu_server.compliance.moment import Moment
from tuanthu_server.inventory import store as stores

Key = tuple[int, str]
"""Asset and rule."""
Wanted = Callable[[int, int], bool]
"""Whether an asset is asked for, by its number and its unit at the moment."""


class Listed(Sequence[AssetResult]):
    """Results by their keys; those of a slice are judged when it is taken."""

    def __init__(self, moment: Moment, keys: Sequence[Key]) -> None:
        self._moment = moment
        self._keys = keys

    def __len__(self) -> int:
        return len(self._keys)

    @overload
    def __getitem__(self, place: int) -> AssetResult: ...
    @overload
    def __getitem__(self, place: slice) -> list[AssetResult]: ...
    def __getitem__(self, place: int | slice) -> AssetResult | list[AssetResult]:
        if isinstance(place, slice):
            return self._judged(self._keys[place])
        return self._judged([self._keys[place]])[0]

    def __iter__(self) -> Iterator[AssetResult]:
        return iter(self[:])

    def _judged(self, keys: Sequence[Key]) -> list[AssetResult]:
        assets = {asset for asset, _ in keys}
        found = {(one.asset_id, one.rule): one for one in details.results_at(self._moment.at, assets)} if keys else {}
        return [found[key] for key in keys]


def failing(
    moment: Moment, outcomes: Collection[Outcome], rule: str | None, wanted: Wanted, *, devices: bool
) -> Listed:
    """As `details.failing_assets`: by unit, asset, rule."""
    known = moment.policy.policy.rules
    keys = [
        (unit, asset, code)
        for asset, unit, shape in moment.shapes()
        if (shape.device is not None) == devices and wanted(asset, unit)
        for code, outcome in shape.rules
        if outcome in outcomes and code in known and rule in (None, code)
    ]
    names = _names({asset for _, asset, _ in keys})
    ordered = sorted(keys, key=lambda key: (key[0], names[key[1]], key[1], key[2]))
    return Listed(moment, [(asset, code) for _, asset, code in ordered])


def worst(
    moment: Moment,
    outcomes: Collection[Outcome],
    rules: Collection[str],
    limit: int,
    wanted: Wanted,
    *,
    devices: bool,
) -> list[AssetResult]:
    """As `details.worst_assets`: of each asset one result, its worst; the worst first, at most `limit`."""
    found = []
    for asset, unit, shape in moment.shapes():
        if (shape.device is not None) == devices and wanted(asset, unit):
            bad = [(-outcome, code) for code, outcome in shape.rules if code in rules and outcome in outcomes]
            if bad:
                outcome, code = min(bad)
                found.append((outcome, unit, asset, code))
    names = _names({one[2] for one in found})
    ordered = sorted(found, key=lambda one: (one[0], one[1], names[one[2]], one[2]))
    return Listed(moment, [(asset, code) for _, _, asset, code in ordered])[:limit]


def _names(assets: Collection[int]) -> dict[int, str]:
    rows = stores.current().rows(f"{details.NAMES} WHERE id {{any}}", [sorted(assets)]) if assets else []
    return {pk: name for pk, name, _ in rows}
