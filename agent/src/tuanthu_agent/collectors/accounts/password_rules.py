"""What a new password must be on Linux, by pam_pwquality (or pam_cracklib), else pam_unix; and how many are kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Dict, Final, List, Tuple

from tuanthu_agent.collectors.accounts.pam import Line, number, parse_settings, stack
from tuanthu_agent.collectors.interface import Findings
from tuanthu_agent.host import Host, HostError

_CREDITS: Final = ("dcredit", "ucredit", "lcredit", "ocredit")
_CONFIG: Final = "/etc/security/pwquality.conf"
_QUALITY: Final = "pam_pwquality.so"
_LENGTHS: Final = {_QUALITY: 8, "pam_cracklib.so": 9, "pam_unix.so": 6}
"""Least lengths of the modules' own manuals."""
_OTHERS: Final = ("pam_passwdqc.so", "pam_sss.so", "pam_ldap.so", "pam_winbind.so", "pam_krb5.so")
"""Modules that have rules of their own, which are not read."""
_REMEMBERED: Final = 10
"""pam_pwhistory(8)."""


@dataclass(frozen=True)
class Quality:
    """Least length and number of classes of characters."""

    length: int
    classes: int


def observe(host: Host, found: Findings) -> None:
    """Least length, classes of characters and history, as the program `passwd` meets them."""
    try:
        lines = stack(host, "passwd", "password")
        settings = read_settings(host) if any(line.module == _QUALITY for line in lines) else {}
    except HostError as error:
        found.miss(f"{error.code}: password-rules")
        return
    found.used("pam")
    quality = of_stack(lines, settings)
    if quality is None:
        found.miss("pam-unclear: password-rules")
    else:
        found.put("password_min_length", quality.length)
        found.put("password_classes", quality.classes)
    found.put("password_history", history(lines))


def read_settings(host: Host) -> Dict[str, str]:
    """pwquality's file and the files of its folder, which come later; raises HostError."""
    settings: Dict[str, str] = {}
    for path in (_CONFIG, *drop_ins(host)):
        try:
            settings.update(parse_settings(host.read_text(path)))
        except HostError as error:
            if error.code != "not-found":
                raise
    return settings


def drop_ins(host: Host) -> Tuple[str, ...]:
    """The files of pwquality's folder in their order; raises HostError."""
    try:
        names = host.names(f"{_CONFIG}.d")
    except HostError as error:
        if error.code == "not-found":
            return ()
        raise
    return tuple(f"{_CONFIG}.d/{name}" for name in names if name.endswith(".conf"))


def of_stack(lines: List[Line], settings: Dict[str, str]) -> Quality | None:
    """The strictest of what the modules ask; None where one of them is not understood."""
    if any(line.module in _OTHERS for line in lines):
        return None
    asked = [
        of_module(line.module, {**settings, **line.options()} if line.module == _QUALITY else line.options())
        for line in lines
        if line.module in _LENGTHS and not is_optional(line)
    ]
    known = [one for one in asked if one is not None]
    if not known or len(known) != len(asked):
        return None
    return Quality(max(one.length for one in known), max(one.classes for one in known))


def is_optional(line: Line) -> bool:
    """Whether its refusal changes nothing."""
    return line.control == "optional"


def of_module(module: str, options: Dict[str, str]) -> Quality | None:
    """What one module asks; a positive credit shortens the length, a negative one asks for the class."""
    length = number(options, "minlen", _LENGTHS[module])
    if length is None or length < 0:
        return None
    if module == "pam_unix.so":
        return Quality(length, 1)
    credits_ = [number(options, name, 0) for name in _CREDITS]
    classes = number(options, "minclass", 0)
    enforcing = number(options, "enforcing", 1)
    if classes is None or enforcing is None or None in credits_:
        return None
    if enforcing == 0:
        return Quality(0, 1)  # it only warns
    given = sum(one for one in credits_ if one is not None and one > 0)
    asked = sum(one is not None and one < 0 for one in credits_)
    return Quality(max(length - given, 0), min(max(classes, asked, 1), 4))


def history(lines: List[Line]) -> int | None:
    """How many old passwords may not come back; None where that is not understood."""
    kept = [0]
    for line in lines:
        if line.module == "pam_pwhistory.so":
            kept.append(-1 if "conf" in line.options() else _number(line, _REMEMBERED))
        elif line.module == "pam_unix.so":
            kept.append(_number(line, 0))
    return None if -1 in kept else max(kept)


def _number(line: Line, default: int) -> int:
    remembered = number(line.options(), "remember", default)
    return -1 if remembered is None or remembered < 0 else remembered
