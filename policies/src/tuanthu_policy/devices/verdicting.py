"""From the outcomes of all accounts of a service to what is concluded of it. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

from tuanthu_policy.devices.contrasting import is_credulous
from tuanthu_policy.devices.family import Account, Family, Login
from tuanthu_policy.devices.verdict import PASSING, AttemptOutcome, Verdict

_Found = tuple[Verdict, str | None, int | None]
"""Verdict, reason, index of the accepted account."""


@dataclass(frozen=True, slots=True)
class Known:
    """All that is known of one service of one device, over all nights."""

    outcomes: Mapping[int, AttemptOutcome]
    """Index into `Family.accounts` → the latest outcome of that account at this service."""
    look: AttemptOutcome | None = None
    """What the latest look said: NO_AUTH, LOCKED, MISMATCH, UNREACHABLE, or None."""
    attested: Verdict | None = None
    control: AttemptOutcome | None = None
    """The login with a random account, after a success; None: not tried."""
    doubted: Collection[int] = ()
    """Accounts whose refusal may be a silent lock-out's: they were refused on one night only."""
    own_accepted: bool = False
    """The site's own credential, from its vault, was accepted; the caller has checked that it is no documented one. It
    proves something only where a made-up account was refused."""
    certain: bool = True
    """False: another family has the same right (`Recognition.rivals`)."""
    reason: str | None = None
    """Of the latest attempt or look."""


@dataclass(frozen=True, slots=True)
class Conclusion:
    """A verdict with what an officer must know of it. `account` is the index of the one that was accepted."""

    verdict: Verdict
    tested: int
    documented: int
    account: int | None = None
    reason: str | None = None


def is_testable(family: Family, login: Login) -> bool:
    """Whether logins of this way in are ever sent."""
    return family.status != "draft" and login.side_effects != "evicts-admin-session"


def documented_accounts(family: Family, login: Login) -> list[tuple[int, Account]]:
    """The accounts with a password that are for this login, most likely first, with their indices."""
    return [
        (index, account)
        for index, account in enumerate(family.accounts)
        if account.password is not msgspec.UNSET and (not account.logins or login.id in account.logins)
    ]


def has_device_secret(family: Family, login: Login) -> bool:
    """Whether the family gives each device a secret of its own for this login."""
    return any(
        account.password_kind is not msgspec.UNSET and (not account.logins or login.id in account.logins)
        for account in family.accounts
    )


def conclude(family: Family, login: Login, known: Known) -> Conclusion:
    """The verdict. A pass needs an explicit refusal of each documented account, or a statement that settles it."""
    accounts = documented_accounts(family, login)
    tested = sum(known.outcomes.get(index) in _CLEAR and index not in known.doubted for index, _ in accounts)
    verdict, reason, account = (
        _failing(family, login, known) or _stated(family, login, known) or _tried(family, login, known)
    )
    if verdict in PASSING and not known.certain:
        verdict, reason = Verdict.INCONCLUSIVE, "family-ambiguous"
    return Conclusion(verdict, tested, len(accounts), account, reason)


_ACCEPTING: Final = {
    AttemptOutcome.ACCEPTED: Verdict.DEFAULT_CONFIRMED,
    AttemptOutcome.MUST_CHANGE: Verdict.MUST_CHANGE,
}
_CLEAR: Final = frozenset({*_ACCEPTING, AttemptOutcome.REFUSED})
_ANYBODY: Final = frozenset({*_ACCEPTING, AttemptOutcome.NO_AUTH})
"""What a login with a random account comes to where anybody is let in."""


def _wants_control(login: Login, known: Known) -> bool:
    """Where any page counts as success, nothing but the control login tells acceptance from a page for everybody."""
    return (
        login.http is not msgspec.UNSET
        and is_credulous(login.http)
        and known.control is not AttemptOutcome.REFUSED
        and known.control not in _ACCEPTING
        and known.look is not AttemptOutcome.NO_AUTH
        and AttemptOutcome.ACCEPTED in known.outcomes.values()
    )


def _failing(family: Family, login: Login, known: Known) -> _Found | None:
    """What shows a device on its default, or open, whatever else is known."""
    indices = [index for index, _ in documented_accounts(family, login)]
    by_outcome = {known.outcomes.get(index): index for index in reversed(indices)}
    if known.look is AttemptOutcome.NO_AUTH or AttemptOutcome.NO_AUTH in by_outcome:
        return Verdict.NO_AUTH, None, None
    if _wants_control(login, known):
        return Verdict.INCONCLUSIVE, "control-pending", None
    for outcome, verdict in _ACCEPTING.items():
        if outcome in by_outcome:
            return Verdict.ACCEPTS_ANY if known.control in _ANYBODY else verdict, None, by_outcome[outcome]
    if known.own_accepted and known.control in _ANYBODY:
        return Verdict.ACCEPTS_ANY, None, None
    return None


def _stated(family: Family, login: Login, known: Known) -> _Found | None:
    """What settles it without documented accounts, or forbids trying them."""
    if known.attested is not None:
        return known.attested, "attested", None
    if known.own_accepted and known.control is AttemptOutcome.REFUSED:
        return Verdict.DEFAULT_REJECTED, "own-credential", None
    if not is_testable(family, login):
        return Verdict.INCONCLUSIVE, "draft-entry" if family.status == "draft" else "would-evict-admin", None
    return None


def _tried(family: Family, login: Login, known: Known) -> _Found:
    outcomes = [known.outcomes.get(index) for index, _ in documented_accounts(family, login)]
    if AttemptOutcome.LOCKED in {known.look, *outcomes}:
        return Verdict.LOCKED, known.reason, None
    if not outcomes:
        secret = has_device_secret(family, login)
        return (Verdict.PER_DEVICE_SECRET, None, None) if secret else _unsettled("no-documented-account")
    if known.doubted and all(outcome is AttemptOutcome.REFUSED for outcome in outcomes):
        return _unsettled(f"silent-lock: {len(known.doubted)}")
    if all(outcome is AttemptOutcome.REFUSED for outcome in outcomes):
        # What the maker of an unknown device documented is not known, so was not refused.
        unknown = family.device_class == "generic"
        return _unsettled("family-unknown") if unknown else (Verdict.DEFAULT_REJECTED, None, None)
    if AttemptOutcome.MISMATCH in {known.look, *outcomes}:
        return Verdict.PROTOCOL_MISMATCH, known.reason, None
    left = sum(outcome not in _CLEAR for outcome in outcomes)
    return _unsettled(known.reason or f"accounts-left: {left}")


def _unsettled(reason: str) -> _Found:
    return Verdict.INCONCLUSIVE, reason, None
