"""Which suites apt is set to fetch now: lists of a source that was taken out lie there until the next update."""

from __future__ import annotations

import re
from typing import Final, FrozenSet, List, Optional

from tuanthu_agent.host import Host, HostError

_FOLDER: Final = "/etc/apt/sources.list.d"
_OFF: Final = re.compile(r"^enabled:\s*(no|false|0|off|without|disable)\s*$", re.IGNORECASE | re.MULTILINE)


def enabled_words(host: Host) -> Optional[FrozenSet[str]]:
    """Every word of every source that is enabled; None where no settings of sources can be read."""
    paths = ["/etc/apt/sources.list"]
    try:
        paths += [f"{_FOLDER}/{name}" for name in host.names(_FOLDER)]
    except HostError as error:
        if error.code != "not-found":
            return None
    words: List[str] = []
    read = False
    for path in paths:
        parse = parse_stanzas if path.endswith(".sources") else parse_lines if path.endswith(".list") else None
        if parse is None:
            continue
        try:
            words += parse(host.read_text(path))
            read = True
        except HostError as error:
            if error.code != "not-found":
                return None
    return frozenset(words) if read else None


def parse_lines(text: str) -> List[str]:
    """The older format: `deb [options] uri suite components`, a line each."""
    return [word for line in text.splitlines() if line.lstrip().startswith("deb ") for word in line.split()]


def parse_stanzas(text: str) -> List[str]:
    """The newer format (deb822): stanzas of fields, which may be switched off."""
    found: List[str] = []
    for stanza in re.split(r"\n[ \t]*\n", text):
        kept = "\n".join(line for line in stanza.splitlines() if not line.startswith("#"))
        if _OFF.search(kept) is None:
            found += kept.split()
    return found


def is_enabled(prefix: str, words: Optional[FrozenSet[str]]) -> bool:
    """Whether the suite in the name of a list (`host_path_dists_bookworm-security`) stands in the sources.

    A repository without suites, and sources that cannot be read, are taken at their word.
    """
    _, dists, suite = prefix.partition("_dists_")
    if words is None or not dists:
        return True
    return suite in words or suite.replace("_", "/") in words
