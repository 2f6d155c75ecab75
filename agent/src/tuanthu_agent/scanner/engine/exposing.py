"""What the logins to a service showed to stand open, tonight's and those of former nights. Pure."""

from collections.abc import Iterator
from typing import Final

from tuanthu_agent.scanner.engine.planning import ACCEPTING, Way
from tuanthu_agent.scanner.protocols.ftp import ANONYMOUS
from tuanthu_policy.devices.verdict import AttemptOutcome

ANSWERING: Final = "snmp-answering"
CLEAR_TEXT: Final = "snmp-clear-text"
V3_ONLY: Final = "snmp-v3-only"


def exposed(way: Way) -> set[str]:
    """By what was seen tonight and by what the books remember, so that nights without a login say the same."""
    look = way.look.exposures if way.look else ()
    return {*look, *way.exposures, *_remembered(way)}


def sharpened(codes: set[str], way: Way) -> set[str]:
    """All codes of a service; an agent that keeps silent to each community that was tried answers version 3 only."""
    communities = way.target.login.protocol == "snmp" and not way.target.login.path
    outcomes = [way.outcomes.get(index) for index, _ in way.accounts]
    silent = bool(outcomes) and all(one is AttemptOutcome.REFUSED for one in outcomes)
    if communities and silent and ANSWERING in codes and CLEAR_TEXT not in codes:
        return codes - {ANSWERING} | {V3_ONLY}
    return codes


def _remembered(way: Way) -> Iterator[str]:
    login = way.target.login
    for index, account in way.accounts:
        outcome = way.outcomes.get(index)
        if outcome in ACCEPTING and login.protocol == "snmp" and not login.path:
            yield from (ANSWERING, CLEAR_TEXT)
        anybody = login.protocol == "ftp" and str(account.user or "").lower() in ANONYMOUS
        if anybody and outcome in {*ACCEPTING, AttemptOutcome.NO_AUTH}:
            yield "ftp-anonymous"
