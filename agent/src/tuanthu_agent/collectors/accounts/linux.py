"""Linux: accounts of this machine's own files; those of a directory service are not seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable, Dict, Final, List, Set, TypeVar

from tuanthu_agent.collectors.accounts import lockout, password_rules
from tuanthu_agent.collectors.accounts.listing import (
    LONGEST_NAME,
    Answer,
    Item,
    both,
    count,
    day,
    put_accounts,
    put_administrators,
    today,
)
from tuanthu_agent.collectors.accounts.logon_records import read_logons
from tuanthu_agent.collectors.accounts.logons import Logons, last_day
from tuanthu_agent.collectors.accounts.passwd import (
    NEVER_DAYS,
    Entry,
    Group,
    Shadow,
    parse_group,
    parse_login_defs,
    parse_passwd,
    parse_shadow,
)
from tuanthu_agent.collectors.accounts.sudoers import Sudoers, read_sudoers
from tuanthu_agent.collectors.interface import Findings
from tuanthu_agent.host import Host, HostError

FIRST_PERSON: Final = 1000
LAST_PERSON: Final = 60000
_EVERYBODY: Final = ("users",)
Parsed = TypeVar("Parsed")


@dataclass(frozen=True)
class Sources:
    """What was read; a table that could not be is None or empty, and then nothing is concluded from it."""

    shadow: Dict[str, Shadow] | None
    rulers: Set[str] | None
    """Names of accounts that can become root, apart from those that are root."""
    logons: Logons
    first: int
    last: int


def observe(host: Host, found: Findings) -> None:
    """Accounts, administrators and the rules for passwords; each for itself."""
    lockout.observe(host, found)
    password_rules.observe(host, found)
    defs = read_defs(host, found)
    entries = read_table(host, found, "/etc/passwd", parse_passwd)
    if entries is None:
        return
    if not any(entry.uid == 0 for entry in entries):
        found.miss("table-unclear: /etc/passwd has no root")
        return
    groups = read_table(host, found, "/etc/group", parse_group)
    sudoers = read_rules(host, found)
    rulers = None if groups is None or sudoers is None else names_of(sudoers, entries, groups)
    shadow = read_table(host, found, "/etc/shadow", parse_shadow)
    first, last = defs.get("UID_MIN", FIRST_PERSON), defs.get("UID_MAX", LAST_PERSON)
    sources = Sources(shadow, rulers, read_logons(host, found), first, last)
    if shadow is not None and any(entry.password == "shadow" and entry.name not in shadow for entry in entries):  # noqa: S105
        found.miss("table-unclear: /etc/shadow lacks an account")
    items = [as_item(entry, sources) for entry in entries]
    put_accounts(found, [item for item, entry in zip(items, entries) if is_of_interest(item, entry)])  # noqa: B905
    put_counts(found, items, entries)
    if sudoers is not None and rulers is not None and groups is not None:
        put_rulers(found, items, sudoers, groups)


def read_table(host: Host, found: Findings, path: str, parse: Callable[[str], tuple[Parsed, bool]]) -> Parsed | None:
    """A table that was understood line by line, or None."""
    try:
        table, whole = parse(host.read_text(path))
    except HostError as error:
        found.miss(str(error))
        return None
    if not whole:
        found.miss(f"table-unclear: {path}")
        return None
    found.used("files")
    return table


def read_defs(host: Host, found: Findings) -> Dict[str, int]:
    """Numbers of login.defs, of which the longest life of new passwords is a fact."""
    try:
        defs = parse_login_defs(host.read_text("/etc/login.defs"))
    except HostError as error:
        found.miss(str(error))
        return {}
    if "PASS_MAX_DAYS" in defs:
        days = defs["PASS_MAX_DAYS"]
        found.put("password_max_age_days", 0 if days >= NEVER_DAYS else days)
    return defs


def read_rules(host: Host, found: Findings) -> Sudoers | None:
    """sudo's rules, empty where it has none; None where they are not known."""
    try:
        sudoers = read_sudoers(host)
    except HostError as error:
        found.miss(f"{error.code}: sudoers")
        return None
    if sudoers is not None and not sudoers.clear:
        found.miss("sudoers-unclear: a line was not understood")
        return None
    return Sudoers() if sudoers is None else sudoers


def names_of(sudoers: Sudoers, entries: List[Entry], groups: List[Group]) -> Set[str]:
    """Accounts that sudo lets become root, by name, by number or by a group, their own first one included."""
    wanted = [one for one in groups if one.name in sudoers.groups or f"#{one.gid}" in sudoers.groups]
    numbers = {one.gid for one in wanted}
    names = {member for one in wanted for member in one.members}
    return {
        entry.name
        for entry in entries
        if entry.name in names
        or entry.gid in numbers
        or entry.name in sudoers.users
        or f"#{entry.uid}" in sudoers.users
    }


def as_item(entry: Entry, sources: Sources) -> Item:
    """What is known of one account."""
    line = Shadow(entry.password, None, None, None) if entry.password != "shadow" else None  # noqa: S105
    if line is None and sources.shadow is not None:
        line = sources.shadow.get(entry.name)
    used = last_day(sources.logons, entry.uid, entry.name)
    item: Item = {"name": entry.name[:LONGEST_NAME], "id": str(entry.uid)}
    item["system"] = not sources.first <= entry.uid <= sources.last
    facts: Dict[str, object] = {
        "enabled": enabled(entry, line),
        "administrator": True if entry.uid == 0 else None if sources.rulers is None else entry.name in sources.rulers,
        "password": line.password if line else None,
        "password_expires": expires(line),
        "last_logon": None if used is None else day(used),
        "idle_since": idle_since(entry, line, used, sources.logons),
    }
    item.update({name: value for name, value in facts.items() if value is not None})
    return item


def enabled(entry: Entry, line: Shadow | None) -> Answer:
    """Whether the account lets anybody in: it has a shell and has not ended. A locked password still lets a key in."""
    if not entry.can_log_in:
        return False
    if line is None or line.expires == 0:
        return None  # 0 is read as ended by some and as never by others
    return line.expires is None or line.expires > today()


def expires(line: Shadow | None) -> Answer:
    """Whether a password that is set ends some day."""
    if line is None or line.password != "set":  # noqa: S105  a state
        return None
    return line.max_days is not None and line.max_days < NEVER_DAYS


def idle_since(entry: Entry, line: Shadow | None, used: int | None, logons: Logons) -> str | None:
    """The last logon; for an account that never logged on, since when it has had its password."""
    if used is not None:
        return day(used)
    if entry.uid < logons.known_uids and line is not None and line.last_change:
        return day(line.last_change)
    return None


def is_of_interest(item: Item, entry: Entry) -> bool:
    """People's accounts, root's, and those of the system that somebody could log on to."""
    if not item["system"] or entry.uid == 0:
        return True
    return entry.can_log_in and item.get("password") != "locked"


def put_counts(found: Findings, items: List[Item], entries: List[Entry]) -> None:
    """Numbers that rules ask for."""
    people = [item for item in items if not item["system"]]
    found.put("enabled_count", count(people, lambda item: item.get("enabled")))
    found.put("blank_password_count", count(items, lambda item: is_state(item, "empty")))
    found.put("superuser_count", sum(entry.uid == 0 for entry in entries))
    found.put(
        "never_expiring_count",
        count(people, lambda item: both(item.get("enabled"), is_state(item, "set"), forever(item))),
    )


def is_state(item: Item, wanted: str) -> Answer:
    """Whether the password is in that state."""
    return item["password"] == wanted if "password" in item else None


def forever(item: Item) -> Answer:
    """Whether the password never ends; of one that is not set nothing is asked."""
    return not item["password_expires"] if "password_expires" in item else None


def put_rulers(found: Findings, items: List[Item], sudoers: Sudoers, groups: List[Group]) -> None:
    """Who is root or can become it, how many of them can log on, and whether everybody can."""
    rulers = [item for item in items if item.get("administrator")]
    put_administrators(found, [{"name": item["name"], "id": item["id"], "kind": "user"} for item in rulers])
    own = {one.name for one in groups}
    unknown = {name for name in sudoers.groups if name not in own and not name.startswith("#")}
    # A group of a directory counts as one: who stands in it is not seen.
    away = sum(name.startswith(":") or "@" in name or " " in name for name in unknown)
    logging_on = count(rulers, lambda item: item.get("enabled"))
    found.put("administrator_count", None if logging_on is None else logging_on + away)
    everyone = sudoers.everyone and not sudoers.asks_target
    found.put("everyone_administrator", everyone or bool(set(_EVERYBODY) & sudoers.groups))
