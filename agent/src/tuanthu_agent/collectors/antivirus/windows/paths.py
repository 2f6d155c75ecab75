"""Where a program lies, by what registry and Security Center write of it; pure."""

from __future__ import annotations

import re
from typing import Final, Mapping

_VARIABLES: Final[Mapping[str, str]] = {
    "%programfiles%": r"C:\Program Files",
    "%programfiles(x86)%": r"C:\Program Files (x86)",
    "%programw6432%": r"C:\Program Files",
    "%programdata%": r"C:\ProgramData",
    "%systemroot%": r"C:\Windows",
    "%windir%": r"C:\Windows",
}
_PROGRAM: Final = re.compile(
    r'"([A-Za-z]:\\[^"]{1,400})"|([A-Za-z]:\\.{1,400}?\.exe)(?:\s.*)?|([A-Za-z]:\\[^"]{1,400})',
    re.IGNORECASE | re.DOTALL,
)


def program_of(command: object) -> str | None:
    r"""The program of a command line such as `"C:\Program Files\ESET\ekrn.exe" -s`; None if it names no full path."""
    if not isinstance(command, str):
        return None
    text = command.strip("\0 \t\r\n")
    lower = text.lower()
    for variable, folder in _VARIABLES.items():
        at = lower.find(variable)
        if at in (0, 1):
            text = text[:at] + folder + text[at + len(variable) :]
            break
    match = _PROGRAM.fullmatch(text) or re.match(r'"([A-Za-z]:\\[^"]{1,400})"', text)
    return next((part for part in match.groups() if part), None) if match else None


def folders_of(path: str | None) -> list[str]:
    """The folders that a path goes through, in lower case, drive and file left out."""
    return [part for part in (path or "").lower().split("\\")[1:-1] if part]


def folder_of(path: str) -> str:
    """Where a file lies, in lower case."""
    return path.lower().rpartition("\\")[0]


def file_of(path: str | None) -> str:
    """The name of a file, in lower case."""
    return (path or "").lower().rpartition("\\")[2]
