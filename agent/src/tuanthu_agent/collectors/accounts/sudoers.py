"""Who may run everything as root by sudo: users and groups with `ALL`, aliases resolved."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Dict, Final, List, Set

from tuanthu_agent.host import Host, HostError

MOST_FILES: Final = 100
_INCLUDE: Final = re.compile(r"[#@]include(dir)?\s+(.+)")
_COMMENT: Final = re.compile(r'(?<!\\)#(?![0-9]).*|"[^"]*"')
_ALIAS: Final = re.compile(r"(User|Cmnd|Cmd|Host|Runas)_Alias\s+(.*)")
_TAGS: Final = re.compile(r"(?:[A-Z_]+\s*:\s*)+")
_OPTIONS: Final = re.compile(
    r"(?:(?:ROLE|TYPE|CWD|CHROOT|TIMEOUT|NOTBEFORE|NOTAFTER|PRIVS|LIMITPRIVS|APPARMOR_PROFILE)=\S+\s+)+"
)
_RUNAS: Final = re.compile(r"\(([^)]*)\)")
_BLANK: Final = re.compile(r"(?<!\\)\s+")


@dataclass
class Sudoers:
    """Names of users and groups (`#1000`: by number) that may run everything as root."""

    users: Set[str] = field(default_factory=set)
    groups: Set[str] = field(default_factory=set)
    everyone: bool = False
    clear: bool = True
    """Whether every line was understood."""
    asks_target: bool = False
    """`targetpw` or `rootpw`: who knows root's password needs no sudo, so `ALL` lets nobody in."""


def read_sudoers(host: Host) -> Sudoers | None:
    """The rules of this machine; None where sudo has none. Raises HostError."""
    if host.has("/etc/sudoers") is False:
        return None
    return parse_lines(gather(host, "/etc/sudoers", []))


def gather(host: Host, path: str, seen: List[str]) -> List[str]:
    """The lines of a file and of what it includes; raises HostError."""
    if path in seen or len(seen) >= MOST_FILES:
        raise HostError("sudoers-unclear", path)
    seen.append(path)
    lines: List[str] = []
    for line in host.read_text(path).replace("\\\n", " ").splitlines():
        match = _INCLUDE.fullmatch(line.strip())
        if match is None:
            lines.append(line)
            continue
        where = match.group(2).strip().strip('"')
        where = where if where.startswith("/") else f"{path.rsplit('/', 1)[0]}/{where}"
        for one in folder(host, where) if match.group(1) else [where]:
            lines += gather(host, one, seen)
    return lines


def folder(host: Host, path: str) -> List[str]:
    """The files of a folder that sudo reads: none with a dot or a tilde at the end; raises HostError."""
    try:
        names = host.names(path)
    except HostError as error:
        if error.code == "not-found":
            return []
        raise
    return [f"{path}/{name}" for name in names if "." not in name and not name.endswith("~")]


def parse_lines(lines: List[str]) -> Sudoers:
    """The rules of all lines together."""
    found = Sudoers()
    aliases: Dict[str, Dict[str, List[str]]] = {"User": {}, "Cmnd": {}, "Runas": {}, "Host": {}}
    rules: List[str] = []
    for line in lines:
        text = _COMMENT.sub(lambda match: match.group() if match.group()[0] == '"' else "", line).strip()
        alias = _ALIAS.fullmatch(text)
        if alias is not None:
            read_aliases(alias.group(2), aliases[alias.group(1).replace("Cmd", "Cmnd")])
        elif text.startswith("Defaults"):
            found.asks_target = found.asks_target or bool(re.search(r"(?<![!\w])(targetpw|rootpw|runaspw)\b", text))
        elif text:
            rules.append(text)
    for rule in rules:
        read_rule(rule, aliases, found)
    return found


def read_aliases(text: str, known: Dict[str, List[str]]) -> None:
    """`NAME = a, b : OTHER = c`."""
    for part in text.split(":"):
        name, _, values = part.partition("=")
        known[name.strip()] = [one.strip() for one in values.split(",")]


def read_rule(rule: str, aliases: Dict[str, Dict[str, List[str]]], found: Sudoers) -> None:
    """`users hosts = (runas) TAG: commands`."""
    left, equals, right = rule.partition("=")
    sides = _BLANK.split(re.sub(r"\s*,\s*", ",", left.strip()))
    if not equals or len(sides) != 2:
        found.clear = False
        return
    if not grants_all(right, aliases):
        return
    for name in resolve(sides[0].split(","), aliases["User"]):
        note(name.strip('"'), found)


def grants_all(text: str, aliases: Dict[str, Dict[str, List[str]]]) -> bool:
    """Whether the list of commands holds `ALL` as root."""
    runas = _RUNAS.search(text)
    if runas is not None:
        users = resolve([one.strip() for one in runas.group(1).split(":")[0].split(",")], aliases["Runas"])
        # Another list for root may follow: whoever has two is taken at the widest.
        if not {"ALL", "root", "#0"} & set(users) and text.count("(") == 1:
            return False
    commands = (_TAGS.sub("", _OPTIONS.sub("", part.strip())).strip() for part in _RUNAS.sub("", text).split(","))
    return "ALL" in resolve(list(commands), aliases["Cmnd"])


def resolve(names: List[str], aliases: Dict[str, List[str]]) -> List[str]:
    """The names with aliases replaced by what they stand for, each once."""
    found: List[str] = []
    waiting, done = list(names), set()
    while waiting:
        name = waiting.pop()
        if name in aliases and name not in done:
            done.add(name)
            waiting += aliases[name]
        else:
            found.append(name)
    return found


def note(name: str, found: Sudoers) -> None:
    """Keep one user or group of a rule that grants everything."""
    if name == "ALL":
        found.everyone = True
    elif name.startswith("%"):
        found.groups.add(name[1:].replace("\\", ""))
    elif name[:1] in ("+", "!", ""):
        found.clear = False
    else:
        found.users.add(name.replace("\\", ""))
