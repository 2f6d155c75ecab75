"""One device: ask what it says of itself, then try documented accounts within its budget. One connection at a time."""

import secrets
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tuanthu_agent.scanner.budget import DeviceKey, Limits, Order, limits_of, strictest
from tuanthu_agent.scanner.clock import VIETNAM
from tuanthu_agent.scanner.engine import owning
from tuanthu_agent.scanner.engine.books import LONGEST_SPACING, Books
from tuanthu_agent.scanner.engine.planning import ACCEPTING, CLEAR, SETTLING, Way, turns
from tuanthu_agent.scanner.engine.shielding import ATTEMPT_SECONDS, log_in, look_at
from tuanthu_agent.scanner.errors import BudgetRefusedError
from tuanthu_agent.scanner.interface import Attempt, Door, LoginProtocol, Look, Service
from tuanthu_agent.scanner.protocols.http.pages import Attested
from tuanthu_agent.scanner.vault import Own, VaultError, no_vault
from tuanthu_policy.devices.family import Account, Family
from tuanthu_policy.devices.verdict import AttemptOutcome, Verdict
from tuanthu_policy.scan_scope import ScanScope

LOOK_SECONDS: Final = 10.0
MARGIN_SECONDS: Final = LONGEST_SPACING + 10.0
"""No login is begun unless the scope stays open for it and so much longer: for the spacing, and to log out."""
NOBODY: Final = "tuanthu-"
"""Random accounts of control logins begin so: whoever reads the device's log knows where they come from."""
HOPELESS: Final = frozenset(
    {AttemptOutcome.MISMATCH, AttemptOutcome.UNREACHABLE, AttemptOutcome.UNSENT, AttemptOutcome.UNCLEAR}
)
"""Another account would fare no better tonight, and each try costs budget."""
Attest = Callable[[Door, Service, Family, float], Attested]


def cycle_of(moment: datetime) -> int:
    """Months since year 0, in Viet Nam: a device can be reset to its factory account, so each month tries anew."""
    local = moment.astimezone(VIETNAM)
    return local.year * 12 + local.month


@dataclass(frozen=True, slots=True)
class Tools:
    """What an audit works with."""

    door: Door
    scope: ScanScope
    protocols: Mapping[str, LoginProtocol]
    books: Books
    attest: Attest
    cycle: int
    """Number of the audit (`cycle_of`): in each an account is tried once."""
    seconds_left: Callable[[], float] = lambda: float("inf")
    """How long logins may go on: while the scope stays open; 0 as soon as somebody stops the scan."""
    own: Own = no_vault
    documented: Container[tuple[str, object]] = ()
    """User and password of each account that any maker documents: none of them is the site's own."""


class DeviceAudit:
    """The audit of one device; `run` changes its ways in place. Raises LedgerError and AuditLogError only."""

    def __init__(self, tools: Tools, device: DeviceKey) -> None:
        self._tools = tools
        self._device = device
        self._stopped: str | None = None
        self._left: int | None = None
        """Logins that the device still allows, by what it said last and what was sent since."""
        self._families: list[Family] = []
        """All entries that speak of the device: it has one lock-out, whichever way a login comes."""

    def run(self, ways: list[Way], recognised: Family | None = None) -> None:
        """Ask all, then log in, the likeliest first, until the budget is spent or all is known."""
        self._tools.books.see(self._device)
        self._families = [way.target.family for way in ways] + ([recognised] if recognised is not None else [])
        for way in ways:
            self._recall(way)
            self._ask(way)
        for way in ways:
            self._prove(way)
            self._own(way)
        for way, _, account in turns(ways):
            if self._stopped is None:
                self._try(way, account)
            if self._stopped is not None:
                way.reason = way.reason or self._stopped
                way.stopped = True
        for way in ways:
            self._recall(way)

    def _own(self, way: Way) -> None:
        """The site's own credential first: once accepted, and the made-up account refused, it is a pass."""
        try:
            own = self._tools.own(self._device, way.target.login)
        except VaultError:
            way.evidence.append("vault-unreadable")
            return
        if own is None or not owning.may_own(way, own, self._tools.documented):
            return
        family = owning.alone(way.target.family, own)
        former, now = (
            self._tools.books.standing(self._device, family, way.target.login, cycle).accounts[0]
            for cycle in (self._tools.cycle - 1, self._tools.cycle)
        )
        outcome = now.outcome if now.tried else former.outcome
        if not now.closed and now.outcome not in CLEAR and self._stopped is None:
            attempt = self._attempt(way, own, control=False)
            if attempt is not None:
                outcome = attempt.outcome
                way.evidence.extend(attempt.evidence)
                way.stopped = way.stopped or outcome in HOPELESS
                way.reason = attempt.reason
        owning.note(way, outcome)
        if way.own_accepted and self._stopped is None and not self._is_controlled(way):
            self._control(way, own)

    def _is_controlled(self, way: Way) -> bool:
        target = way.target
        control = self._tools.books.standing(self._device, target.family, target.login, self._tools.cycle).control
        return control.closed or control.outcome in SETTLING

    def _recall(self, way: Way) -> None:
        """What the books say: former nights, and tonight's logins over another port of the same login."""
        tools, target = self._tools, way.target
        former, now = (
            tools.books.standing(self._device, target.family, target.login, cycle)
            for cycle in (tools.cycle - 1, tools.cycle)
        )
        way.attempts = former.attempts + now.attempts
        way.control = now.control.outcome if now.control.tried else former.control.outcome
        for (index, _), before, known in zip(way.accounts, former.accounts, now.accounts, strict=True):
            way.note(index, before, known)

    def _ask(self, way: Way) -> None:
        """What the device says of itself, without any credential."""
        way.look = look_at(lambda: self._seen(way))
        way.evidence.extend(way.look.evidence)
        self._hear(way.look.left)
        if way.look.outcome is not None:
            way.reason = way.look.reason
            way.stopped = True
        if way.look.outcome is AttemptOutcome.LOCKED or way.attested is Verdict.LOCKED:
            self._lock(way.look.reason, way.look.unlock_seconds)

    def _seen(self, way: Way) -> Look:
        tools, target = self._tools, way.target
        if target.service.protocol == "http":
            said = tools.attest(tools.door, target.service, target.family, LOOK_SECONDS)
            way.attested = said.verdict
            way.evidence.extend(said.evidence)
        return tools.protocols[target.login.protocol].look(tools.door, target, LOOK_SECONDS)

    def _lock(self, reason: str | None, unlock_seconds: int | None) -> None:
        """The first sign of a lock-out ends all logins to the device, over every protocol."""
        self._tools.books.stop(self._device, reason or "locked", unlock_seconds)
        self._stopped = "stopped: the device says that it is locked"

    def _try(self, way: Way, account: Account) -> None:
        attempt = self._attempt(way, account, control=False)
        if attempt is None:
            return
        self._recall(way)
        way.evidence.extend(attempt.evidence)
        way.reason = attempt.reason
        if attempt.outcome in ACCEPTING:
            self._control(way, account)
        elif attempt.outcome in HOPELESS:
            way.stopped = True

    def _prove(self, way: Way) -> None:
        """A former night accepted an account, and had no budget left to tell whether it accepts anything."""
        accepted = way.accepted
        if accepted is not None and way.control not in SETTLING and not way.stopped and self._stopped is None:
            self._control(way, way.target.family.accounts[accepted])

    def _control(self, way: Way, accepted: Account) -> None:
        """A random account: whoever accepts that accepts anything. Without a user where the device asks for none."""
        user = f"{NOBODY}{secrets.token_hex(4)}" if accepted.user else ""
        nobody = Account(user=user, password=secrets.token_urlsafe(12), source=0)
        attempt = self._attempt(way, nobody, control=True)
        if attempt is not None:
            way.evidence.append(f"control:{attempt.outcome.value}")

    def _attempt(self, way: Way, account: Account, *, control: bool) -> Attempt | None:
        """Pay and write down, send, write down. None where the budget does not allow it."""
        tools, target = self._tools, way.target
        service = target.service
        if not tools.door.permitted(service.protocol, service.address):
            self._stopped = "out-of-scope: the scope ended or its window closed"
            return None
        if tools.seconds_left() <= ATTEMPT_SECONDS + MARGIN_SECONDS:
            self._stopped = "out-of-scope: too little time is left for another login"
            return None
        order = Order(
            self._device, target.family, target.login, account, service.protocol, service.port, control, tools.cycle
        )
        try:
            permit = tools.books.begin(order, self._limits())
        except BudgetRefusedError as refused:
            self._refused(refused, way, control=control)
            return None
        attempt = log_in(tools.protocols[target.login.protocol], tools.door, target, account)
        tools.books.finish(permit, attempt)
        way.exposures.update(attempt.exposures)
        self._heed(way, attempt)
        return attempt

    def _limits(self) -> Limits:
        return strictest([limits_of(self._tools.scope, one, self._left) for one in self._families])

    def _refused(self, refused: BudgetRefusedError, way: Way, *, control: bool) -> None:
        """What refuses one account, or one name, leaves the others; all else ends the device's night."""
        if refused.code in ("tried", "name"):
            way.reason = way.reason or f"{refused.code}: {refused}"
        elif not control:
            self._stopped = f"{refused.code}: {refused}"

    def _heed(self, way: Way, attempt: Attempt) -> None:
        """What the device said of its lock-out counts for all its ways."""
        if self._left is not None and attempt.outcome not in ACCEPTING:
            self._left -= 1
        self._hear(attempt.left)
        if attempt.outcome is AttemptOutcome.LOCKED:
            way.stopped = True
            self._lock(attempt.reason, attempt.unlock_seconds)

    def _hear(self, left: int | None) -> None:
        """The smallest figure counts: which of a device's counters a login moves is not known."""
        if left is not None:
            self._left = left if self._left is None else min(self._left, left)
