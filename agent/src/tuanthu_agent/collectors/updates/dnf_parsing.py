"""Pure readings of what dnf says and writes; total."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from typing import Dict, Final, List, Optional, Set

from tuanthu_agent.collectors.updates.pending import Pending

_PACKAGE: Final = re.compile(r"([A-Za-z0-9][A-Za-z0-9._+-]{0,120}) ([a-z0-9_]{2,12}) ([0-9]+:)?(\S{1,120})")
_NEVRA: Final = re.compile(
    r"([A-Za-z0-9][A-Za-z0-9._+-]{0,120})-(?:[0-9]+:)?([^-\s]{1,60})-([^-\s]{1,60})\.([a-z0-9_]{2,12})"
)
_STAMP: Final = re.compile(r"<timestamp>([0-9]{1,12})</timestamp>")
_UPGRADE: Final = re.compile(r"^([0-9-]{10}T[0-9:]{8})(Z|[+-][0-9]{4}) SUBDEBUG (?:Upgrade|Update): ", re.MULTILINE)
_YES: Final = frozenset({"yes", "true", "1", "on"})
_HEAD: Final = ["Name", "Type"]
"""How dnf 5's table begins; dnf 4 writes no head, and neither is translated where LC_ALL is C."""
SEVERITIES: Final = frozenset({"critical", "important", "moderate", "low"})


def parse_upgrades(text: str) -> Optional[Dict[str, str]]:
    """`name arch epoch:version-release` lines of repoquery: name.arch → version; None where a line is another."""
    found: Dict[str, str] = {}
    for line in filter(str.strip, text.splitlines()):
        match = _PACKAGE.fullmatch(line.strip())
        if match is None:
            return None
        found[f"{match.group(1)}.{match.group(2)}"] = match.group(4)
    return found


def parse_advisories(text: str) -> Optional[Dict[str, str]]:
    """`updateinfo list`: of security advisories, name.arch → severity or empty; None where a line is no advisory.

    dnf 4 writes `RHSA-2024:1 Important/Sec. name-1-2.x86_64`, dnf 5 `FEDORA-1 security Important name-1-2.x86_64 date`.
    """
    found: Dict[str, str] = {}
    for words in filter(None, map(str.split, text.splitlines())):
        if words[:2] == _HEAD:
            continue
        match = next((one for one in map(_NEVRA.fullmatch, words[2:]) if one is not None), None)
        if match is None:
            return None
        severity = _severity(words)
        if severity is not None:
            name = f"{match.group(1)}.{match.group(4)}"
            found[name] = _worse(found.get(name, ""), severity)
    return found


def _severity(words: List[str]) -> Optional[str]:
    """The severity of a security advisory, maybe empty; None for another advisory."""
    kind = words[1].lower()
    if kind.endswith("/sec."):
        rating = kind[: -len("/sec.")]
    elif kind == "security":
        rating = words[2].lower()
    else:
        return None
    return rating if rating in SEVERITIES else ""


def _worse(one: str, other: str) -> str:
    order = ("", "low", "moderate", "important", "critical")
    return max(one, other, key=order.index)


def combined(upgrades: Dict[str, str], advisories: Optional[Dict[str, str]]) -> List[Pending]:
    """What is pending, with what the advisories say of it; None: there are none to go by."""
    if advisories is None:
        return [Pending(name, version) for name, version in upgrades.items()]
    names: Set[str] = {*upgrades, *advisories}
    return [Pending(one, upgrades.get(one, ""), one in advisories, advisories.get(one, "")) for one in sorted(names)]


def parse_repomd(text: str) -> Optional[datetime]:
    """`repomd.xml`: when the newest part of a repository's description was made."""
    stamps = [int(one) for one in _STAMP.findall(text)]
    try:
        return datetime.fromtimestamp(max(stamps), timezone.utc) if stamps else None
    except (ValueError, OverflowError, OSError):
        return None


def parse_rpm_log(text: str) -> Optional[datetime]:
    """`dnf.rpm.log`: when a package was last upgraded."""
    newest: Optional[datetime] = None
    for moment, zone in _UPGRADE.findall(text):
        try:
            local = datetime.strptime(moment + zone.replace("Z", "+0000"), "%Y-%m-%dT%H:%M:%S%z")
            found = local.astimezone(timezone.utc)
        except (ValueError, OverflowError):
            continue
        newest = found if newest is None else max(newest, found)
    return newest


def applies_updates(text: str) -> bool:
    """`automatic.conf`: whether what was fetched is installed, too."""
    return any(
        key.strip() == "apply_updates" and value.strip().lower() in _YES
        for key, sign, value in (line.partition("=") for line in text.splitlines())
        if sign
    )
