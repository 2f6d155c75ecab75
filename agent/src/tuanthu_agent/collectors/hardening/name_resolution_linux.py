"""LLMNR on Linux: systemd-resolved's setting. The shipped file says, as comments, what the distribution built in."""

from __future__ import annotations

import re
from typing import Dict, Final, List

from tuanthu_agent.collectors.interface import Findings
from tuanthu_agent.host import Host, HostError
from tuanthu_agent.system import NotAvailableError

_PROGRAMS: Final = ("/usr/lib/systemd/systemd-resolved", "/lib/systemd/systemd-resolved")
_FOLDERS: Final = ("/usr/lib/systemd", "/run/systemd", "/etc/systemd")
_SET: Final = re.compile(r"^[ \t]*(#?)[ \t]*LLMNR[ \t]*=[ \t]*(\S*)[ \t]*$", re.MULTILINE)
_WORDS: Final = {
    **dict.fromkeys(("yes", "true", "on", "1", "y", "t", "resolve"), True),
    **dict.fromkeys(("no", "false", "off", "0", "n", "f"), False),
}


def observe(host: Host, found: Findings) -> None:
    """Whether names are asked of everybody near; raises HostError."""
    found.used("files")
    answers = [host.has(path) for path in _PROGRAMS]
    if True not in answers:
        if None in answers or not host.exists("/usr"):
            raise HostError("permission-denied" if None in answers else "not-found", "systemd-resolved")
        found.put("llmnr_enabled", False)  # noqa: FBT003  a fact
        return
    word = setting(read_files(host))
    enabled = _WORDS.get(word.lower()) if word is not None else None
    if enabled is not False and runs(host) is False and not is_set_to_start(host):
        enabled = False
    if enabled is None:
        raise HostError("unreadable", "LLMNR")
    found.put("llmnr_enabled", enabled)


def read_files(host: Host) -> List[str]:
    """The main file and what adds to it, in the order in which they count; raises HostError."""
    main = [path for path in ("/usr/lib/systemd/resolved.conf", "/etc/systemd/resolved.conf") if host.exists(path)]
    added: Dict[str, str] = {}
    for folder in _FOLDERS:
        try:
            names = host.names(f"{folder}/resolved.conf.d")
        except HostError as error:
            if error.code == "not-found":
                continue
            raise
        added.update({name: f"{folder}/resolved.conf.d/{name}" for name in names if name.endswith(".conf")})
    return [host.read_text(path) for path in [*main, *(added[name] for name in sorted(added))]]


def setting(texts: List[str]) -> str | None:
    """The last value that is set; else the last that a comment shows as built in."""
    found: Dict[str, str] = {}
    for text in texts:
        for comment, value in _SET.findall(text):
            # An empty value goes back to what is built in.
            if comment or value:
                found[comment] = value
            else:
                found.pop("", None)
    return found.get("", found.get("#"))


def runs(host: Host) -> bool | None:
    """Whether it is at work."""
    try:
        return host.system.processes().runs("systemd-resolved", "systemd-resolve")
    except (NotAvailableError, OSError):
        return None


def is_set_to_start(host: Host) -> bool:
    """Whether a target or the bus would start it."""
    places = (
        "sysinit.target.wants/systemd-resolved.service",
        "multi-user.target.wants/systemd-resolved.service",
        "dbus-org.freedesktop.resolve1.service",
    )
    return any(host.has_link(f"/etc/systemd/system/{one}") or host.has(f"/etc/systemd/system/{one}") for one in places)
