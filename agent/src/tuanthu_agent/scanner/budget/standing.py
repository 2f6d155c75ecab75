"""How far the slow audit of one way in has come, over all nights. Pure."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec

from tuanthu_policy.devices.family import Account, Family, Login
from tuanthu_policy.devices.verdict import AttemptOutcome

CLEAR: Final = frozenset({AttemptOutcome.ACCEPTED, AttemptOutcome.MUST_CHANGE, AttemptOutcome.REFUSED})
"""Answers that settle an account."""


@dataclass(frozen=True, slots=True)
class AccountStanding:
    """One documented account at one device."""

    account: Account
    tried: bool
    """In this audit."""
    outcome: AttemptOutcome | None
    """The last clear answer, else the last. None: not tried; whoever tried was stopped before the answer was written
    down; or it may be another device's."""
    at: datetime | None = None
    """When it was last tried, by the wall clock."""
    closed: bool = False
    """It may not be tried now."""
    doubted: bool = False
    """It was refused once by a device that locks without saying so."""
    ever: int = 0
    """How often it was tried, in all audits."""

    @property
    def settled(self) -> bool:
        """Whether this audit knows a clear answer."""
        return self.outcome in CLEAR and not self.doubted


@dataclass(frozen=True, slots=True)
class Standing:
    """All documented accounts of one way in, most likely first."""

    accounts: tuple[AccountStanding, ...]
    attempts: int
    """Logins that were paid for, the control login among them."""
    control: AccountStanding
    """The made-up account."""

    @property
    def documented(self) -> int:
        """How many accounts there are."""
        return len(self.accounts)

    @property
    def tested(self) -> int:
        """How many were answered clearly."""
        return sum(one.settled for one in self.accounts)

    @property
    def untried(self) -> list[Account]:
        """Which are still to be tried, most likely first."""
        return [one.account for one in self.accounts if not one.tried]


def of_login(family: Family, login: Login) -> list[Account]:
    """The accounts that can be tried at this way in, as the catalogue orders them."""
    return [
        account
        for account in family.accounts
        if not isinstance(account.password, msgspec.UnsetType) and (not account.logins or login.id in account.logins)
    ]
