"""Two moments side by side: clauses and units that stand otherwise than before. Pure: it takes what it is given."""

from collections.abc import Collection, Iterable

import msgspec

from tuanthu_policy.control import Control, Framework
from tuanthu_policy.policy import Policy
from tuanthu_server.compliance.frameworks import main_framework
from tuanthu_server.compliance.standing import Counts, Standing
from tuanthu_server.compliance.totals import totals_of

_NONE = Counts()


class ClauseThenAndNow(msgspec.Struct, frozen=True):
    """One clause that machines measure, at two moments; a clause that only one policy asks has None for the other."""

    framework: Framework
    control: Control
    before: Counts | None
    after: Counts | None


class UnitThenAndNow(msgspec.Struct, frozen=True):
    """Machines of a unit by their worst outcome over a framework, at two moments."""

    unit_id: int
    before: Counts
    after: Counts

    @property
    def worse(self) -> int:
        """On how many machines: more fail, or fewer pass."""
        return max(0, self.after.failed - self.before.failed) + max(0, self.before.passed - self.after.passed)

    @property
    def better(self) -> int:
        """On how many machines: more pass, or fewer fail. Nothing of it where it is worse, too.

        Fewer that fail are no progress where of more nothing is known: a machine that falls silent is not mended.
        """
        if self.worse:
            return 0
        mended = max(0, self.before.failed - self.after.failed) if self.after.open <= self.before.open else 0
        return max(0, self.after.passed - self.before.passed) + mended

    @property
    def unclear(self) -> bool:
        """Whether it is neither, and of more machines than before nothing is known."""
        return not self.worse and not self.better and self.after.open > self.before.open


class Comparison(msgspec.Struct, frozen=True):
    """What differs between two moments; equal lines are left out."""

    before: Standing
    after: Standing
    clauses: list[ClauseThenAndNow]
    worse: list[UnitThenAndNow]
    """Units, those with most machines of which it is so first."""
    better: list[UnitThenAndNow]
    unclear: int
    """Units in which of more machines than before nothing is known, and nothing else is better or worse."""
    other_policy: bool
    """Whether another policy was in force: then the question changed, too."""


def compare(before: Standing, after: Standing, units: tuple[Collection[int], Collection[int]]) -> Comparison:
    """Compare two standings over the units of then and those of now; units by their worst outcome over all clauses of
    the main framework."""
    main = main_framework(after.policy.policy)
    framework = main.id if main else ""
    lines = [_unit(before, after, pk, framework) for pk in sorted({*units[0], *units[1]})]
    return Comparison(
        before,
        after,
        [line for line in _clauses(before, after, units) if line.before != line.after],
        sorted((line for line in lines if line.worse), key=lambda line: (-line.worse, line.unit_id)),
        sorted((line for line in lines if line.better), key=lambda line: (-line.better, line.unit_id)),
        sum(line.unclear for line in lines),
        before.policy.digest != after.policy.digest,
    )


def _unit(before: Standing, after: Standing, unit: int, framework: str) -> UnitThenAndNow:
    return UnitThenAndNow(unit, _counts(before, unit, framework), _counts(after, unit, framework))


def _counts(standing: Standing, unit: int, framework: str) -> Counts:
    known = standing.units.get(unit)
    return known.controls.get(framework, _NONE) if known else _NONE


def _clauses(
    before: Standing, after: Standing, units: tuple[Collection[int], Collection[int]]
) -> Iterable[ClauseThenAndNow]:
    old, new = totals_of(before, units[0], {}).controls, totals_of(after, units[1], {}).controls
    asked = _asked(before.policy.policy) | _asked(after.policy.policy)
    for code, (framework, control) in asked.items():
        if code in old or code in new:
            yield ClauseThenAndNow(framework, control, old.get(code), new.get(code))


def _asked(policy: Policy) -> dict[str, tuple[Framework, Control]]:
    return {
        f"{framework.id}/{control.id}": (framework, control)
        for _, framework in sorted(policy.frameworks.items())
        for control in framework.controls
    }
