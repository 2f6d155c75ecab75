"""sshd of Linux: its settings in force, and the loosest that a `Match` block gives to some.

Where `sshd -T` does not answer, the files are read; unset keywords then mean what sshd_config(5) says for every
version. `PermitRootLogin` has no such default: it changed with OpenSSH 7.0, and distributions have their own.
"""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import Dict, Final, List

from tuanthu_agent.collectors.hardening.sshd_parsing import Settings, parse_effective, parse_files
from tuanthu_agent.collectors.interface import Findings
from tuanthu_agent.commands import CommandError
from tuanthu_agent.host import Host, HostError

_PROGRAMS: Final = ("/usr/sbin/sshd", "/usr/local/sbin/sshd")
_CONFIG: Final = "/etc/ssh/sshd_config"
_ROOT: Final = {"no": 0, "forced-commands-only": 1, "prohibit-password": 2, "without-password": 2, "yes": 3}
_ROOT_WORDS: Final = ("no", "forced-commands-only", "prohibit-password", "yes")
_SWITCHES: Final = {
    "ssh_password_authentication": ("passwordauthentication", "yes"),
    "ssh_keyboard_interactive": ("kbdinteractiveauthentication", "yes"),
    "ssh_permit_empty_passwords": ("permitemptypasswords", "no"),
    "ssh_x11_forwarding": ("x11forwarding", "no"),
}
"""Fact → keyword and the default of every version."""
_SYNONYMS: Final = {"challengeresponseauthentication": "kbdinteractiveauthentication"}


def observe(host: Host, found: Findings) -> None:
    """Whether sshd is installed, and the loosest of its settings; raises HostError."""
    answers = [host.has(path) for path in _PROGRAMS]
    if True not in answers:
        if None in answers or not host.exists("/usr"):
            raise HostError("permission-denied" if None in answers else "not-found", "sshd")
        found.put("ssh_server", False)  # noqa: FBT003  a fact
        found.used("files")
        return
    found.put("ssh_server", True)  # noqa: FBT003  a fact
    settings = parse_files(host.read_text, lambda pattern: matching(host, pattern), _CONFIG)
    found.used("files")
    effective = ask(host, found)
    for fact, (keyword, default) in _SWITCHES.items():
        values = all_values(settings, effective, keyword, default)
        found.put(fact, switch(found, keyword, values))
    found.put("ssh_permit_root", root_login(found, all_values(settings, effective, "permitrootlogin", "")))


def ask(host: Host, found: Findings) -> Dict[str, str]:
    """What sshd itself says; nothing where it does not answer, as it does only to root."""
    try:
        answer = parse_effective(host.commands.run("sshd", "-T"))
    except CommandError:
        return {}
    if answer:
        found.used("sshd")
    return answer


def matching(host: Host, pattern: str) -> List[str]:
    """The files that a pattern means, sorted; raises HostError for one with a wild card in its folders."""
    path = pattern if pattern.startswith("/") else f"/etc/ssh/{pattern}"
    folder, _, last = path.rpartition("/")
    if re.search(r"[*?\[]", folder):
        raise HostError("sshd-unclear", "Include")
    if not re.search(r"[*?\[]", last):
        return [path] if host.has(path) is not False else []
    try:
        return [
            f"{folder}/{name}" for name in host.names(folder) if fnmatchcase(name, last) and not name.startswith(".")
        ]
    except HostError as error:
        if error.code == "not-found":
            return []
        raise


def all_values(settings: Settings, effective: Dict[str, str], keyword: str, default: str) -> List[str]:
    """The value for everybody, and those for some."""
    names = [keyword, *(old for old, new in _SYNONYMS.items() if new == keyword)]
    own = next((effective[name] for name in names if name in effective), None)
    if own is None:
        own = next((settings.everybody[name] for name in names if name in settings.everybody), default)
    return [own, *(value for name in names for value in settings.some.get(name, ()))]


def switch(found: Findings, keyword: str, values: List[str]) -> bool | None:
    """Whether it is on for anybody; None, with a gap, where a value is neither yes nor no."""
    if "yes" in values:
        return True
    if all(value == "no" for value in values):
        return False
    found.miss(f"sshd-unclear: {keyword}")
    return None


def root_login(found: Findings, values: List[str]) -> str | None:
    """The loosest of how root may come in; None, with a gap, where a value is not understood."""
    if "yes" in values:
        return "yes"
    ranks = [_ROOT.get(value) for value in values]
    known = [rank for rank in ranks if rank is not None]
    if len(known) != len(ranks):
        found.miss("sshd-unclear: permitrootlogin" if any(values) else "sshd-default: permitrootlogin")
        return None
    return _ROOT_WORDS[max(known)]
