"""sshd's settings: what `sshd -T` prints, and the files, whose `Match` blocks may loosen what holds for everybody."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Callable, Dict, Final, List

from tuanthu_agent.host import HostError

MOST_FILES: Final = 50
_LINE: Final = re.compile(r"([A-Za-z0-9]+)(?:\s*=\s*|\s+)(.*)")


@dataclass
class Settings:
    """Values by keyword in lower case."""

    everybody: Dict[str, str] = field(default_factory=dict)
    """The first value of each keyword outside `Match`."""
    some: Dict[str, List[str]] = field(default_factory=dict)
    """All values inside `Match` blocks."""


def parse_effective(text: str) -> Dict[str, str]:
    """What `sshd -T` prints: a keyword and its value a line."""
    found: Dict[str, str] = {}
    for line in text.splitlines():
        keyword, _, value = line.strip().partition(" ")
        if keyword and value:
            found.setdefault(keyword.lower(), value.strip().lower())
    return found


def split_line(line: str) -> tuple[str, str] | None:
    """Keyword in lower case and value without quotes; None for comments and empty lines.

    Raises HostError for what is no keyword with a value: sshd would not start with it, so it says nothing of one that
    runs.
    """
    part = line.strip()
    if not part or part.startswith("#"):
        return None
    match = _LINE.fullmatch(part)
    if match is None:
        raise HostError("sshd-unclear", "no keyword with a value")
    return match.group(1).lower(), match.group(2).split(" #", 1)[0].strip()


def parse_files(
    read: Callable[[str], str],
    find: Callable[[str], List[str]],
    path: str,
    seen: List[str] | None = None,
    *,
    matched: bool = False,
) -> Settings:
    """A file with those it includes. `find` lists what an `Include` pattern means. Raises HostError."""
    seen = [] if seen is None else seen
    if len(seen) >= MOST_FILES:
        raise HostError("sshd-unclear", path)
    seen.append(path)
    found = Settings()
    for line in read(path).splitlines():
        pair = split_line(line)
        if pair is None:
            continue
        keyword, value = pair
        if keyword == "match":
            matched = value.lower().strip('"') != "all"
        elif keyword == "include":
            for pattern in value.split():
                for one in find(pattern.strip('"')):
                    merge(found, parse_files(read, find, one, seen, matched=matched))
        elif matched:
            found.some.setdefault(keyword, []).append(value.strip('"').lower())
        else:
            found.everybody.setdefault(keyword, value.strip('"').lower())
    return found


def merge(whole: Settings, part: Settings) -> None:
    """Add what an included file says."""
    for keyword, value in part.everybody.items():
        whole.everybody.setdefault(keyword, value)
    for keyword, values in part.some.items():
        whole.some.setdefault(keyword, []).extend(values)
