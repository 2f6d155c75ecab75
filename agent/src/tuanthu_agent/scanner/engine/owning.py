"""The site's own credential at one way in: what it came to, from the books or from one login. Part of the audit."""

from collections.abc import Container
from typing import Final

import msgspec

from tuanthu_agent.scanner.engine.planning import ACCEPTING, Way
from tuanthu_policy.devices.family import Account, Family
from tuanthu_policy.devices.verdict import AttemptOutcome
from tuanthu_policy.devices.verdicting import is_testable

ACCEPTED_CODE: Final = "own-accepted"
REFUSED_CODE: Final = "own-refused"
DOCUMENTED_CODE: Final = "own-is-documented"


def may_own(way: Way, own: Account, documented: Container[tuple[str, object]]) -> bool:
    """Whether it can be tried: never one that a maker documents, whichever; that would prove the opposite."""
    family = way.target.family
    known = any((one.user, one.password) == (own.user, own.password) for one in family.accounts)
    if known or (own.user, own.password) in documented:
        way.evidence.append(DOCUMENTED_CODE)
        return False
    return not way.stopped and way.attested is None and is_testable(family, way.target.login)


def alone(family: Family, own: Account) -> Family:
    """The family with that account alone, by which the books know it like any other."""
    return msgspec.structs.replace(family, accounts=[own])


def note(way: Way, outcome: AttemptOutcome | None) -> None:
    """What it came to, for the verdict and for people."""
    if outcome in ACCEPTING:
        way.own_accepted = True
        way.evidence.append(ACCEPTED_CODE)
    elif outcome is AttemptOutcome.REFUSED:
        way.evidence.append(REFUSED_CODE)
        way.own_refused = True
