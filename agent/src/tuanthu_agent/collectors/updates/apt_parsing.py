"""Pure readings of what apt says and writes; total. Nothing here depends on the language of its messages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timezone, tzinfo
from typing import Dict, Final, List, Optional, Tuple

_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_FIELD: Final = re.compile(r"^(Label|Suite|Codename|Date): *(.*?)\s*$", re.MULTILINE)
_DATE: Final = re.compile(
    r"[A-Z][a-z]{2}, +([0-9]{1,2}) ([A-Z][a-z]{2}) ([0-9]{4}) ([0-9]{1,2}):([0-9]{2}):([0-9]{2}) (?:UTC|GMT|\+0000)"
)
_UPGRADABLE: Final = re.compile(r"(\S+?)/(\S+) (\S+) (\S+) \[[^\[\]]*: ?(\S+)\]")
_OTHER: Final = re.compile(r"(\S+?)/(\S+) \S+ [a-z0-9-]+(?: +\[([^\[\]]*)\])?")
_CONFIG: Final = re.compile(r'^(\S+) "(.*)";$', re.MULTILINE)
_END: Final = re.compile(r"^End-Date: ([0-9]{4}-[0-9]{2}-[0-9]{2}) +([0-9]{2}:[0-9]{2}:[0-9]{2})$", re.MULTILINE)


@dataclass(frozen=True)
class Source:
    """One published suite whose lists apt has fetched."""

    label: str
    suite: str
    codename: str
    date: Optional[datetime]
    """When its publisher last signed it."""

    @property
    def security(self) -> bool:
        """Whether its publisher keeps security updates in it."""
        return "security" in self.label.lower() or any(
            name.endswith(("-security", "/updates")) for name in (self.suite, self.codename)
        )


def parse_release(text: str) -> Source:
    """The head of a Release file; what is missing is empty."""
    fields = dict(_FIELD.findall(text))
    return Source(
        fields.get("Label", ""), fields.get("Suite", ""), fields.get("Codename", ""), parse_date(fields.get("Date", ""))
    )


def parse_date(text: str) -> Optional[datetime]:
    """`Mon, 23 Nov 2026 11:22:37 UTC`, in English by its standard."""
    match = _DATE.fullmatch(text)
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
    """Where it comes from, or a version that is newer than the installed one as well."""
    version: str


def condense(text: str) -> str:
    """`apt list --upgradable --all-versions` → the same without it, where an upgrade bears the suites of all versions
    that it passes: one that comes from elsewhere brings a security update along that is not installed either.

    Of a package apt prints the newest version first; what is installed is in the suite `now`.
    """
    upgrades: List[Tuple[Tuple[str, ...], List[str]]] = []
    rest: List[str] = []
    passing = ""
    for line in (one.strip() for one in text.splitlines()):
        other = _OTHER.fullmatch(line)
        suites = other.group(2).split(",") if other else []
        upgrade = _UPGRADABLE.fullmatch(line) if "now" not in suites else None
        if upgrade is not None:
            passing = upgrade.group(1)
            upgrades.append((upgrade.groups(), suites))
        elif other is None or "now" in suites or other.group(3) is not None or other.group(1) != passing:
            passing = ""
            # What is not understood has to be seen by whoever counts; versions above the upgrade are none.
            rest += [line] if line and (other is None or other.group(3) is not None or "now" in suites) else []
        else:
            upgrades[-1][1].extend(suites)
    known = {upgrade[0] for upgrade, _ in upgrades}
    rest = [line for line in rest if line.partition("/")[0] not in known or "now" not in _suites(line)]
    return "".join(f"{line}\n" for line in [*rest, *(_line(upgrade, suites) for upgrade, suites in upgrades)])


def _suites(line: str) -> List[str]:
    return line.partition("/")[2].partition(" ")[0].split(",")


def _line(upgrade: Tuple[str, ...], suites: List[str]) -> str:
    name, _, version, architecture, installed = upgrade
    return f"{name}/{','.join(dict.fromkeys(suites))} {version} {architecture} [upgradable from: {installed}]"


def parse_upgradable(text: str) -> List[Upgradable]:
    """`apt list --upgradable`: `name/suite,suite version arch [upgradable from: version]`; one per name, sorted."""
    found: Dict[str, Upgradable] = {}
    for line in text.splitlines():
        match = _UPGRADABLE.fullmatch(line.strip())
        if match is not None:
            name, suites, version, architecture, _ = match.groups()
            found.setdefault(f"{name}:{architecture}", Upgradable(name, tuple(suites.split(",")), version))
    return [found[key] for key in sorted(found)]


def is_understood(text: str) -> bool:
    """Whether every line that names a package was read: one that was not would be an update that nobody counts."""
    return all(_UPGRADABLE.fullmatch(line.strip()) for line in text.splitlines() if "/" in line)


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
