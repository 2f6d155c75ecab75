"""Windows: accounts of the machine's own database, by security identifier and never by name.

A domain controller has no such database, which the port says as `domain-controller`.
"""

from __future__ import annotations

import re
from typing import Callable, Dict, Final, List, Optional, TypeVar

from tuanthu_agent.collectors.accounts.listing import (
    LONGEST_NAME,
    Answer,
    Item,
    both,
    count,
    put_accounts,
    put_administrators,
    whole_day,
)
from tuanthu_agent.collectors.interface import Findings
from tuanthu_agent.host import Host, HostError
from tuanthu_agent.windows.interface import Member, PasswordPolicy, User

ADMINISTRATORS: Final = "S-1-5-32-544"
_LOCAL: Final = re.compile(r"S-1-5-21-[0-9]+-[0-9]+-[0-9]+-([0-9]{1,10})")
_SID: Final = re.compile(r"S-1(?:-[0-9]{1,15}){1,16}")
_ADMINISTRATOR: Final = 500
_GUEST: Final = 501
_SYSTEM: Final = (503, 504)
"""DefaultAccount and WDAGUtilityAccount, which Windows keeps for itself."""
_EVERYBODY: Final = ("S-1-1-0", "S-1-5-4", "S-1-5-7", "S-1-5-11", "S-1-5-32-545", "S-1-5-32-546")
"""Everyone, interactive, anonymous, authenticated users, the groups of users and of guests."""
_EVERYBODY_OF_DOMAIN: Final = (513, 514, 515)
"""Domain users, guests and computers."""
_LSA: Final = r"HKLM\SYSTEM\CurrentControlSet\Control\Lsa"
_LARGEST: Final = 0x7FFFFFFF
Asked = TypeVar("Asked")
Listed = TypeVar("Listed")


def observe(host: Host, found: Findings) -> None:
    """Accounts, administrators and the policy on passwords; each for itself."""
    # There is always somebody: nobody found means that nothing was seen.
    users = some(found, "local-accounts", ask(found, "local-accounts", host.windows.accounts.users))
    members = ask(found, "administrators", lambda: host.windows.accounts.members(ADMINISTRATORS))
    members = some(found, "administrators", members)
    policy = ask(found, "password-policy", host.windows.accounts.policy)
    if policy is not None:
        put_policy(found, policy)
    items = None if users is None else [as_item(user, policy, members) for user in users]
    if items is not None:
        put_accounts(found, items)
        put_counts(found, items)
    if members is not None:
        put_members(found, members, items)
    limit = ask(found, "blank-passwords", lambda: host.windows.registry.find(_LSA, "LimitBlankPasswordUse"))
    if type(limit) is int and limit in (0, 1):
        found.put("blank_password_console_only", limit == 1)


def ask(found: Findings, name: str, question: Callable[[], Asked]) -> Optional[Asked]:
    """One answer of Windows, or the reason why there is none."""
    try:
        answer = question()
    except HostError as error:
        found.miss(f"{error.code}: {name}")
        return None
    found.used("registry" if name == "blank-passwords" else "accounts")
    return answer


def some(found: Findings, name: str, answer: Optional[List[Listed]]) -> Optional[List[Listed]]:
    """The list, or None, with a gap, for an empty one."""
    if answer is None or answer:
        return answer
    found.miss(f"not-found: {name}")
    return None


def rid(sid: object) -> int | None:
    """The last number of an account's own identifier."""
    match = _LOCAL.fullmatch(sid) if isinstance(sid, str) else None
    return int(match.group(1)) if match else None


def flag(value: object) -> Answer:
    """A yes or no; None for anything else."""
    return value if isinstance(value, bool) else None


def as_item(user: User, policy: Optional[PasswordPolicy], members: Optional[List[Member]]) -> Item:
    """What is known of one account."""
    disabled, required = flag(user.disabled), flag(user.password_required)
    item: Item = {"name": str(user.name)[:LONGEST_NAME], "id": str(user.sid)[:LONGEST_NAME]}
    # One of these that is enabled serves somebody, and not Windows.
    item["system"] = rid(user.sid) in _SYSTEM and disabled is True
    facts: Dict[str, object] = {
        "enabled": None if disabled is None else not disabled,
        "administrator": None if members is None else any(one.sid == user.sid for one in members),
        "password": {True: "required", False: "empty-allowed", None: None}[required],
        "password_expires": expires(user, policy),
        "last_logon": whole_day(user.last_logon),
        # Windows writes down every logon of an account; where it has none, no day can be named.
        "idle_since": whole_day(user.last_logon),
    }
    item.update({name: value for name, value in facts.items() if value is not None})
    return item


def expires(user: User, policy: Optional[PasswordPolicy]) -> Answer:
    """Whether the password ends some day: neither the account nor the policy says that it never does."""
    limit = number(policy.max_age_days) if policy is not None else None
    return both(flag(user.password_expires), None if limit is None else limit > 0)


def put_counts(found: Findings, items: List[Item]) -> None:
    """Numbers of enabled accounts, and of those among them that a rule asks for."""
    found.put("enabled_count", count(items, lambda item: item.get("enabled")))
    found.put(
        "password_not_required_count",
        count(items, lambda item: both(item.get("enabled"), is_text(item.get("password"), "empty-allowed"))),
    )
    found.put("never_expiring_count", count(items, lambda item: both(item.get("enabled"), never_expires(item))))
    for item in items:
        number_ = rid(item["id"])
        if number_ == _ADMINISTRATOR:
            found.put("builtin_administrator_enabled", item.get("enabled"))
            found.put("builtin_administrator_name", item["name"])
        elif number_ == _GUEST:
            found.put("guest_enabled", item.get("enabled"))


def never_expires(item: Item) -> Answer:
    """Whether the password never ends."""
    known = item.get("password_expires")
    return None if known is None else not known


def is_text(value: object, wanted: str) -> Answer:
    """Whether that is the word; None where there is none."""
    return None if value is None else value == wanted


def put_members(found: Findings, members: List[Member], items: Optional[List[Item]]) -> None:
    """Who stands in the group of administrators, and how many can use it."""
    put_administrators(
        found,
        [
            {"name": str(one.name)[:LONGEST_NAME], "id": str(one.sid)[:LONGEST_NAME], "kind": kind(one)}
            for one in members
        ],
    )
    if not all(isinstance(one.sid, str) and _SID.fullmatch(one.sid) for one in members):
        found.miss("unreadable: administrators")
        return
    found.put("everyone_administrator", any(is_everybody(one.sid) for one in members))
    if items is None:
        return
    own = {item["id"]: item for item in items}
    # An account of the domain, a group, or one that no longer has a name counts as one.
    found.put(
        "administrator_count",
        count(
            [own.get(sid, {"enabled": True}) for sid in {one.sid for one in members}], lambda one: one.get("enabled")
        ),
    )


def kind(member: Member) -> str:
    """A word of the catalogue."""
    return member.kind if member.kind in ("user", "group", "well-known") else "unknown"


def is_everybody(sid: object) -> bool:
    """Whether that group holds everybody."""
    return sid in _EVERYBODY or rid(sid) in _EVERYBODY_OF_DOMAIN


def number(value: object) -> int | None:
    """A number of the policy; None for what is none."""
    return value if type(value) is int and -1 <= value <= _LARGEST else None


def put_policy(found: Findings, policy: PasswordPolicy) -> None:
    """The policy as Windows gives it; its complexity filter asks for three classes of characters."""
    found.put("password_min_length", number(policy.min_length))
    found.put("password_max_age_days", number(policy.max_age_days))
    found.put("password_history", number(policy.history))
    found.put("lockout_threshold", number(policy.lockout_threshold))
    found.put("lockout_minutes", number(policy.lockout_minutes))
    complexity = flag(policy.complexity)
    if complexity is None:
        found.miss("not-exposed: password-complexity")
    else:
        found.put("password_classes", 3 if complexity else 1)
