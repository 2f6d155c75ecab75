"""The running machine's own accounts, by the network management functions; groups by SID, for names are localised."""

from __future__ import annotations

from typing import Final

from tuanthu_agent.host_error import HostError
from tuanthu_agent.windows import netapi, sids
from tuanthu_agent.windows.interface import Accounts, Member, PasswordPolicy, Registry, User
from tuanthu_agent.windows.moments import from_unix
from tuanthu_agent.windows.netapi import MemberEntry, Modals0, Modals2, Modals3, UserEntry

_PRODUCT: Final = r"HKLM\SYSTEM\CurrentControlSet\Control\ProductOptions"
_DISABLED, _LOCKED, _NOT_REQUIRED, _NEVER_EXPIRES = 0x2, 0x10, 0x20, 0x10000
_ADMINISTRATORS: Final = "S-1-5-32-544"
_FOREVER: Final = 0xFFFFFFFF
_DAY: Final = 86400
_LONGEST_AGE_DAYS: Final = 10_000
"""No password is that old: such an age means that it was never set."""
_KINDS: Final = {1: "user", 2: "group", 4: "group", 5: "well-known"}
_MOST_ENTRIES: Final = 5000


class LiveAccounts(Accounts):
    """This machine's."""

    def __init__(self, registry: Registry) -> None:
        """`registry`: this machine's."""
        self._registry = registry

    def users(self) -> list[User]:
        """See `Accounts`."""
        self._refuse_domain_controller("users")
        with netapi.modals(2, Modals2) as modals:
            machine = sids.text_of(modals.domain_id)
        found: list[User] = []
        for page in netapi.users():
            with page as entries:
                found.extend(as_user(entry, machine) for entry in entries)
            if len(found) > _MOST_ENTRIES:
                raise HostError("too-many", "users")
        return found

    def members(self, group_sid: str) -> list[Member]:
        """See `Accounts`."""
        self._refuse_domain_controller(group_sid)
        group = sids.name_of(group_sid)
        found: list[Member] = []
        for page in netapi.members(group, group_sid):
            with page as entries:
                found.extend(as_member(entry) for entry in entries)
            if len(found) > _MOST_ENTRIES:
                raise HostError("too-many", group_sid)
        if not found and group_sid == _ADMINISTRATORS:
            # The built-in account cannot leave it: an empty answer is none.
            raise HostError("unreadable", group_sid)
        return found

    def policy(self) -> PasswordPolicy:
        """See `Accounts`; whether passwords must be complex is not to be had this way."""
        with netapi.modals(0, Modals0) as first, netapi.modals(3, Modals3) as second:
            return PasswordPolicy(
                min_length=first.min_length,
                max_age_days=whole(first.max_age, _DAY, forever=0),
                history=first.history,
                lockout_threshold=second.threshold,
                lockout_minutes=whole(second.duration, 60, forever=-1),
            )

    def _refuse_domain_controller(self, what: str) -> None:
        """There the local database is the domain's."""
        kind = self._registry.find_text(_PRODUCT, "ProductType")
        if kind is not None and kind.lower() == "lanmannt":
            raise HostError("domain-controller", what)


def whole(seconds: int, unit: int, *, forever: int) -> int:
    """Seconds in a larger unit, at least one unless there are none, so that little never reads as never."""
    if seconds == _FOREVER:
        return forever
    return max(1, seconds // unit) if seconds else 0


def as_user(entry: UserEntry, machine: str) -> User:
    """One account; `machine` is the identifier that those of all its accounts begin with."""
    days = entry.password_age // _DAY
    flags = entry.flags
    return User(
        name=str(entry.name or ""),
        sid=f"{machine}-{entry.user_id}",
        disabled=bool(flags & _DISABLED),
        locked=bool(flags & _LOCKED),
        password_required=not flags & _NOT_REQUIRED,
        password_expires=not flags & _NEVER_EXPIRES,
        password_age_days=days if days < _LONGEST_AGE_DAYS else None,
        last_logon=from_unix(entry.last_logon),
    )


def as_member(entry: MemberEntry) -> Member:
    """One member of a group; one whose name cannot be found counts as well."""
    return Member(sids.text_of(entry.sid), str(entry.name or ""), _KINDS.get(entry.usage, "unknown"))
