"""What must be stated, counted clause by clause and filtered line by line."""

from collections.abc import Iterable

import msgspec

from tuanthu_policy.control import Control, Framework
from tuanthu_policy.policy import Policy
from tuanthu_server.access.statements import Demand
from tuanthu_server.compliance.exception_words import STATEMENT_STATES
from tuanthu_server.units.models import Unit

ORDER = {state: place for place, state in enumerate(STATEMENT_STATES)}


class ClauseLine(msgspec.Struct, frozen=True):
    """One clause over several units."""

    code: str
    control: Control
    framework: Framework
    units: int
    done: int
    """Units of which a statement holds that it is met."""
    soon: int
    """Of those, how many end soon."""

    @property
    def open(self) -> int:
        """Units of which nothing holds, or that it is not met."""
        return self.units - self.done


def by_clause(demands: Iterable[Demand], policy: Policy) -> list[ClauseLine]:
    """One line a clause, in the order of the documents."""
    groups: dict[str, list[Demand]] = {}
    for one in demands:
        groups.setdefault(one.code, []).append(one)
    return [
        ClauseLine(
            code=code,
            control=found[0].control,
            framework=policy.frameworks[code.partition("/")[0]],
            units=len(found),
            done=sum(one.state in ("holds", "expiring") for one in found),
            soon=sum(one.state == "expiring" for one in found),
        )
        for code, found in groups.items()
    ]


def filtered(demands: Iterable[Demand], state: str, control: str, unit: Unit | None) -> list[Demand]:
    """Those that match, the worst first; of equal ones the one that ends first."""
    found = [
        one
        for one in demands
        if state in ("", one.state) and control in ("", one.code) and (unit is None or one.unit.pk == unit.pk)
    ]
    return sorted(found, key=lambda one: (ORDER[one.state], one.newest.expires_at.timestamp() if one.newest else 0.0))
