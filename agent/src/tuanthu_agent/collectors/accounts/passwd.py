"""Linux's tables of accounts: passwd, shadow, group and login.defs. No hash, nor part of one, leaves this file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Dict, Final, List, Tuple

_NUMBER: Final = re.compile(r"[0-9]{1,10}")
_HASH: Final = re.compile(r"\$[0-9a-z][0-9a-z-]*\$\S+|[./0-9A-Za-z]{13}|_[./0-9A-Za-z]{19}")
"""Modular, traditional and extended DES; anything else matches no password."""
_NO_LOGIN: Final = ("nologin", "false", "sync", "shutdown", "halt")
_LINE: Final = re.compile(r"^\s*([A-Z][A-Z0-9_]*)\s+(\S+)", re.MULTILINE)
NEVER_DAYS: Final = 10000
"""Passwords that last longer (99999 is the usual figure) never end."""


@dataclass(frozen=True)
class Entry:
    """One account of /etc/passwd."""

    name: str
    uid: int
    gid: int
    home: str
    shell: str
    password: str
    """`set`, `empty`, `locked`, or `shadow` where another table has it."""

    @property
    def can_log_in(self) -> bool:
        """Whether its shell lets somebody in."""
        return self.shell.rsplit("/", 1)[-1] not in _NO_LOGIN


@dataclass(frozen=True)
class Shadow:
    """One line of /etc/shadow without its hash; days count from 1970, None: not set."""

    password: str
    last_change: int | None
    max_days: int | None
    expires: int | None


@dataclass(frozen=True)
class Group:
    """One group of /etc/group."""

    name: str
    gid: int
    members: Tuple[str, ...]


def number(text: str) -> int | None:
    """A decimal number of at most ten digits."""
    return int(text) if _NUMBER.fullmatch(text) else None


def password_state(field: str) -> str:
    """What a password field says: `set`, `empty` or `locked`."""
    if not field:
        return "empty"
    return "set" if _HASH.fullmatch(field) else "locked"


def rows(text: str, fields: int) -> Tuple[List[List[str]], bool]:
    """The lines' fields, and whether each line was one; `+` and `-` call in accounts of a directory."""
    whole = "\0" not in text and "\ufffd" not in text
    found = []
    for line in text.split("\n"):
        if not line.strip():
            continue
        row = line.rstrip("\r").split(":")
        if len(row) == fields and row[0] and row[0][0] not in "+-#":
            found.append(row)
        else:
            whole = whole and line.startswith("#")
    return found, whole


def parse_passwd(text: str) -> Tuple[List[Entry], bool]:
    """The accounts, the first of each name, and whether every line was understood."""
    found, whole = rows(text, 7)
    entries: Dict[str, Entry] = {}
    for name, password, uid, gid, _, home, shell in found:
        if number(uid) is None or number(gid) is None:
            whole = False
            continue
        state = "shadow" if password == "x" else password_state(password)  # noqa: S105  the mark of a shadowed one
        entries.setdefault(name, Entry(name, int(uid), int(gid), home, shell or "/bin/sh", state))
    return list(entries.values()), whole and bool(entries)


def parse_shadow(text: str) -> Tuple[Dict[str, Shadow], bool]:
    """Name → line, the first of each, and whether every line was understood."""
    found, whole = rows(text, 9)
    lines: Dict[str, Shadow] = {}
    for name, password, last, _, longest, _, _, expires, _ in found:
        if any(one and number(one) is None for one in (last, longest, expires)):
            whole = False
        line = Shadow(password_state(password), number(last), number(longest), number(expires))
        lines.setdefault(name, line)
    return lines, whole and bool(lines)


def parse_group(text: str) -> Tuple[List[Group], bool]:
    """The groups, and whether every line was understood."""
    found, whole = rows(text, 4)
    groups = []
    for name, _, gid, members in found:
        if number(gid) is None:
            whole = False
            continue
        groups.append(Group(name, int(gid), tuple(one.strip() for one in members.split(",") if one.strip())))
    return groups, whole and bool(groups)


def parse_login_defs(text: str) -> Dict[str, int]:
    """The numbers among the settings; the last of each name counts."""
    return {name: int(value) for name, value in _LINE.findall(text) if _NUMBER.fullmatch(value)}
