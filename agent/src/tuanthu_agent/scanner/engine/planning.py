"""Which ways into a device are tried, with which accounts, in which order. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

import msgspec

from tuanthu_agent.scanner.budget import AccountStanding
from tuanthu_agent.scanner.engine.subject import Recognised, Subject
from tuanthu_agent.scanner.interface import Look, Service, Target
from tuanthu_policy.devices.family import Account, Family, Login
from tuanthu_policy.devices.matching import generic_for
from tuanthu_policy.devices.verdict import AttemptOutcome, Verdict
from tuanthu_policy.devices.verdicting import Known, documented_accounts, is_testable

CLEAR: Final = frozenset({AttemptOutcome.ACCEPTED, AttemptOutcome.MUST_CHANGE, AttemptOutcome.REFUSED})
SETTLING: Final = frozenset({*CLEAR, AttemptOutcome.NO_AUTH})
ACCEPTING: Final = frozenset({AttemptOutcome.ACCEPTED, AttemptOutcome.MUST_CHANGE})
USUAL_FIRST: Final = ("http", "onvif", "rtsp", "routeros", "ssh", "telnet", "ftp", "mqtt", "snmp")
"""Where a device has several ways in, the one that people use first."""


@dataclass(slots=True)
class Way:
    """One service with its way in, and all that is known of it."""

    target: Target
    outcomes: dict[int, AttemptOutcome] = field(default_factory=dict)
    """Index into the family's accounts → what it came to: in this audit, else in the one before."""
    current: set[int] = field(default_factory=set)
    """Those that this audit settled."""
    doubted: set[int] = field(default_factory=set)
    """Those whose only refusal may be a silent lock-out's."""
    ever: dict[int, int] = field(default_factory=dict)
    """How often each was tried, in all audits."""
    look: Look | None = None
    attested: Verdict | None = None
    control: AttemptOutcome | None = None
    attempts: int = 0
    """Logins sent to it, over all nights."""
    evidence: list[str] = field(default_factory=list)
    exposures: set[str] = field(default_factory=set)
    """What tonight's logins showed to stand open."""
    reason: str | None = None
    certain: bool = True
    """False where another family has the same right to the device."""
    stopped: bool = False
    """Nothing more is tried on it in this run."""
    own_accepted: bool = False
    """The site's own credential was accepted."""
    own_refused: bool = False

    @property
    def accounts(self) -> list[tuple[int, Account]]:
        """Documented ones, most likely first, with their indices."""
        return documented_accounts(self.target.family, self.target.login)

    def note(self, index: int, before: AccountStanding, now: AccountStanding) -> None:
        """What the audit before and this one know of an account.

        An unclear answer of this audit takes nothing from a clear one of the last.
        """
        self.ever[index] = now.ever
        if now.outcome in SETTLING and not now.doubted:
            self.current.add(index)
        best = before if index not in self.current and (before.settled or now.outcome is None) else now
        if best.outcome is None:
            return
        self.outcomes[index] = best.outcome
        if best.doubted:
            self.doubted.add(index)
        else:
            self.doubted.discard(index)

    def open_accounts(self) -> list[tuple[int, Account]]:
        """Those of which this audit knows no clear answer; least tried first, then the likeliest."""
        found = [(index, one) for index, one in self.accounts if index not in self.current]
        return sorted(found, key=lambda one: self.ever.get(one[0], 0))

    @property
    def least(self) -> int:
        """How often the account that is next was tried before."""
        return min((self.ever.get(index, 0) for index, _ in self.open_accounts()), default=0)

    @property
    def accepted(self) -> int | None:
        """The account that was accepted in this audit."""
        return next((index for index in sorted(self.current) if self.outcomes.get(index) in ACCEPTING), None)

    @property
    def settled(self) -> bool:
        """Whether more logins would tell nothing."""
        answered = {self.outcomes.get(index) for index in self.current}
        opened = bool(answered & {*ACCEPTING, AttemptOutcome.NO_AUTH})
        testable = is_testable(self.target.family, self.target.login)
        return self.stopped or opened or self.attested is not None or not testable or not self.open_accounts()

    @property
    def known(self) -> Known:
        """What the verdict is drawn from."""
        look = self.look.outcome if self.look else None
        return Known(
            self.outcomes,
            look,
            self.attested,
            self.control,
            doubted=frozenset(self.doubted),
            own_accepted=self.own_accepted,
            certain=self.certain,
            reason=self.reason,
        )


def ways(subject: Subject, recognised: Recognised, catalogue: Mapping[str, Family]) -> list[Way]:
    """A way for each service that has a login: the family's own, else the generic one of its protocol."""
    into = (way_into(subject, service, recognised, catalogue) for service in subject.services)
    found = [way for way in into if way is not None]
    for way in found:
        way.target = at_path(way.target, subject.paths.get(way.target.service, ""))
    return sorted(found, key=lambda way: rank(way, recognised.family))


def way_into(subject: Subject, service: Service, recognised: Recognised, catalogue: Mapping[str, Family]) -> Way | None:
    """The way into one service; None where no entry knows a login of its protocol, or only a draft the device."""
    family = None if service in recognised.elsewhere else recognised.family
    login = login_for(service, family) if family is not None else None
    if family is not None and login is not None:
        return Way(Target(service, family, login), certain=recognised.certain)
    if family is not None and family.status == "draft":
        return None
    generic = generic_for(catalogue.values(), service.protocol, subject.evidence(service))
    login = login_for(service, generic.family) if generic is not None else None
    if generic is None or login is None:
        return None
    return Way(Target(service, of_port(generic.family, service.port), login))


def at_path(target: Target, path: str) -> Target:
    """The same way in at the path that the device named."""
    if not path or target.login.path:
        return target
    return Target(target.service, target.family, msgspec.structs.replace(target.login, path=path))


def of_port(family: Family, port: int) -> Family:
    """The books know logins by family and login. Two ports of an unknown device may be two different things."""
    return msgspec.structs.replace(family, id=f"{family.id}@{port}")


def login_for(service: Service, family: Family) -> Login | None:
    """The login of that protocol; where there are several, the one that names the port."""
    fitting = [one for one in family.logins if one.protocol == service.protocol]
    named = [one for one in fitting if any(port.port == service.port for port in one.ports)]
    return next(iter(named or fitting), None)


def rank(way: Way, family: Family | None) -> tuple[bool, int, bool, int]:
    """The family's own ways before generic ones, usual protocols first, plain before TLS, low ports first."""
    service = way.target.service
    place = USUAL_FIRST.index(service.protocol) if service.protocol in USUAL_FIRST else len(USUAL_FIRST)
    return way.target.family is not family, place, service.tls, service.port


def turns(found: Iterable[Way]) -> Iterator[tuple[Way, int, Account]]:
    """Who is tried next: the likeliest open account of each way, then the second likeliest, and so on.

    What former audits did not reach goes first.
    """
    pending = sorted((way for way in found if not way.settled), key=lambda way: way.least)
    tried: dict[int, set[int]] = {id(way): set() for way in pending}
    while pending:
        for way in list(pending):
            turn = next((one for one in way.open_accounts() if one[0] not in tried[id(way)]), None)
            if turn is None or way.settled:
                pending.remove(way)
                continue
            tried[id(way)].add(turn[0])
            yield way, *turn
