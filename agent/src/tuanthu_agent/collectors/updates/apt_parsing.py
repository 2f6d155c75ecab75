"""Pure readings of what apt says and writes; total. Nothing here depends on the language of its messages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timezone, tzinfo
from typing import Dict, Final, List, Optional, Tuple

_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DATE: Final = re.compile(
    r"^Date: +[A-Z][a-z]{2}, ([0-9]{1,2}) ([A-Z][a-z]{2}) ([0-9]{4}) ([0-9]{1,2}):([0-9]{2}):([0-9]{2}) +(?:UTC|GMT|\+0000)\s*$",
    re.MULTILINE,
)
_UPGRADABLE: Final = re.compile(r"(\S+?)/(\S+) (\S+) (\S+) \[[^\[\]]*: ?(\S+)\]")
_CONFIG: Final = re.compile(r'^(\S+) "(.*)";$', re.MULTILINE)
_END: Final = re.compile(r"^End-Date: ([0-9]{4}-[0-9]{2}-[0-9]{2}) +([0-9]{2}:[0-9]{2}:[0-9]{2})$", re.MULTILINE)


@dataclass(frozen=True)
class Target:
    """One list of packages that apt is set to use and has fetched."""

    label: str
    suite: str
    codename: str
    filename: str

    @property
    def security(self) -> bool:
        """Whether its publisher keeps security updates in it."""
        return "security" in self.label.lower() or any(
            name.endswith("-security") or name.endswith("/updates") for name in (self.suite, self.codename)
        )


def parse_targets(text: str) -> List[Target]:
    """`apt-get indextargets` in the format label|suite|codename|filename."""
    found = []
    for line in text.splitlines():
        parts = line.split("|")
        if len(parts) == 4 and parts[3].startswith("/"):
            found.append(Target(*parts))
    return found


def parse_release_date(text: str) -> Optional[datetime]:
    """The field Date of a Release file."""
    match = _DATE.search(text)
    if match is None or match.group(2) not in _MONTHS:
        return None
    day, month, year, hour, minute, second = match.groups()
    try:
        return datetime(
            int(year), _MONTHS.index(month) + 1, int(day), int(hour), int(minute), int(second), tzinfo=timezone.utc
        )
    except ValueError:
        return None


@dataclass(frozen=True)
class Upgradable:
    """One package of which a newer version is known."""

    name: str
    suites: Tuple[str, ...]
    version: str


def parse_upgradable(text: str) -> List[Upgradable]:
    """`apt list --upgradable`: `name/suite,suite version arch [upgradable from: version]`; one per name, sorted."""
    found: Dict[str, Upgradable] = {}
    for line in text.splitlines():
        match = _UPGRADABLE.fullmatch(line.strip())
        if match is not None:
            name, suites, version, architecture, _ = match.groups()
            found.setdefault(f"{name}:{architecture}", Upgradable(name, tuple(suites.split(",")), version))
    return [found[key] for key in sorted(found)]


def parse_config(text: str) -> List[Tuple[str, str]]:
    """`apt-config dump`: names with their values; a list's name comes again and again and ends with `::`."""
    return _CONFIG.findall(text)


def is_on(value: str) -> bool:
    """Whether an interval of APT::Periodic is one (`1`, `7`, `2h`, `always`)."""
    return value.strip().lower() not in ("", "0", "0s", "0m", "0h", "0d", "no", "false")


def sets_automatic(config: List[Tuple[str, str]]) -> bool:
    """Whether apt is set to fetch its lists and to let unattended-upgrades install security updates."""
    values = {name.lower(): value for name, value in config}
    if not is_on(values.get("apt::periodic::enable", "1")):
        return False
    if not is_on(values.get("apt::periodic::update-package-lists", "0")):
        return False
    if not is_on(values.get("apt::periodic::unattended-upgrade", "0")):
        return False
    origins = ("unattended-upgrade::origins-pattern::", "unattended-upgrade::allowed-origins::")
    return any(name.lower() in origins and "security" in value.lower() for name, value in config)


def parse_history(text: str, zone: Optional[tzinfo] = None) -> Optional[datetime]:
    """`/var/log/apt/history.log`: when the newest upgrade ended without an error. Written in local time: `zone`, by
    default this machine's."""
    newest: Optional[datetime] = None
    for stanza in re.split(r"\n\s*\n", text):
        lines = stanza.splitlines()
        if not any(one.startswith("Upgrade: ") for one in lines) or any(one.startswith("Error: ") for one in lines):
            continue
        ended = _local(stanza, zone)
        if ended is not None and (newest is None or ended > newest):
            newest = ended
    return newest


def _local(stanza: str, zone: Optional[tzinfo]) -> Optional[datetime]:
    match = _END.search(stanza)
    if match is None:
        return None
    try:
        moment = datetime.strptime(" ".join(match.groups()), "%Y-%m-%d %H:%M:%S").replace(tzinfo=zone)
        return moment.astimezone(timezone.utc)
    except (ValueError, OverflowError, OSError):
        return None
