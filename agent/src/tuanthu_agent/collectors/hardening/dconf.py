"""Settings of GNOME that an administrator has locked: keyfiles of dconf's system databases, with their locks.

Only what is locked counts: anything else a user may change, and where that is kept is not read.
"""

from __future__ import annotations

import re
from typing import Dict, Final, List, Set

from tuanthu_agent.host import Host, HostError

_FOLDER: Final = "/etc/dconf/db"
_DATABASE: Final = re.compile(r"system-db:([A-Za-z0-9_-]+)")
_SECTION: Final = re.compile(r"\[([^\]]+)\]")


def enforced(host: Host) -> Dict[str, str]:
    """`/org/gnome/…/key` → value, for keys that are set and locked in one database; raises HostError."""
    found: Dict[str, str] = {}
    for name in databases(host):
        folder = f"{_FOLDER}/{name}.d"
        files = [f"{folder}/{one}" for one in names(host, folder) if one != "locks"]
        locks = [f"{folder}/locks/{one}" for one in names(host, f"{folder}/locks")]
        if not files or not locks or not is_compiled(host, f"{_FOLDER}/{name}", [*files, *locks]):
            continue
        values: Dict[str, str] = {}
        for path in files:
            values.update(parse_keyfile(host.read_text(path)))
        locked: Set[str] = set()
        for path in locks:
            locked |= parse_locks(host.read_text(path))
        for key, value in values.items():
            if key in locked:
                found.setdefault(key, value)
    return found


def databases(host: Host) -> List[str]:
    """The system databases of the profile for users; raises HostError."""
    try:
        return _DATABASE.findall(host.read_text("/etc/dconf/profile/user"))
    except HostError as error:
        if error.code == "not-found":
            return []
        raise


def names(host: Host, folder: str) -> List[str]:
    """What lies in a folder; nothing where there is none. Raises HostError."""
    try:
        return host.names(folder)
    except HostError as error:
        if error.code == "not-found":
            return []
        raise


def is_compiled(host: Host, database: str, sources: List[str]) -> bool:
    """Whether `dconf update` has run since the files were written; raises HostError."""
    try:
        made = host.modified_at(database)
    except HostError as error:
        if error.code == "not-found":
            return False
        raise
    return all(host.modified_at(path) <= made for path in sources)


def parse_keyfile(text: str) -> Dict[str, str]:
    """`[org/gnome/desktop/session]` and `key=value` lines."""
    found: Dict[str, str] = {}
    section = ""
    for line in text.splitlines():
        part = line.strip()
        match = _SECTION.fullmatch(part)
        if match is not None:
            section = match.group(1).strip("/")
        elif section and part and part[0] != "#" and "=" in part:
            key, _, value = part.partition("=")
            found[f"/{section}/{key.strip()}"] = value.strip()
    return found


def parse_locks(text: str) -> Set[str]:
    """One key a line."""
    return {line.strip() for line in text.splitlines() if line.strip().startswith("/")}


def seconds(value: str | None) -> int | None:
    """`uint32 300`; None for what is no such number."""
    match = re.fullmatch(r"(?:uint32 )?([0-9]{1,9})", value or "")
    return int(match.group(1)) if match else None


def switch(value: str | None) -> bool | None:
    """`true` or `false`; None for anything else."""
    return {"true": True, "false": False}.get(value or "")
