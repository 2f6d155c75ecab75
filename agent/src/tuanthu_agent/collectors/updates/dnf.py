"""Updates on Red Hat's family, by what dnf has cached; nothing goes over the network."""

from __future__ import annotations

from datetime import datetime
from typing import Dict, Final, List, Optional

from tuanthu_agent.collectors.interface import Findings
from tuanthu_agent.collectors.updates import dnf_parsing
from tuanthu_agent.collectors.updates.pending import put_pending
from tuanthu_agent.commands import CommandError
from tuanthu_agent.host import Host, HostError
from tuanthu_agent.windows.moments import rfc3339

_CACHES: Final = ("/var/cache/dnf", "/var/cache/libdnf5")
_QUERY: Final = ("-C", "-q", "repoquery", "--upgrades", "--latest-limit=1", "--qf", "%{name} %{arch} %{evr}\n")
_ADVISORIES: Final = ("-C", "-q", "updateinfo", "list", "--updates")
_LOGS: Final = ("/var/log/dnf.rpm.log", "/var/log/dnf.rpm.log.1", "/var/log/dnf.rpm.log.2")
_TIMERS: Final = "/etc/systemd/system/timers.target.wants"
_SECONDS: Final = 30.0


def read_dnf(host: Host, found: Findings) -> None:
    """Everything that dnf can tell without fetching anything."""
    repositories = cached_repositories(host)
    if not repositories:
        found.miss("lists-missing: last_check, pending_count, pending_security_count")
    else:
        found.put("last_check", last_check(host, repositories))
        _read_pending(host, found, repositories)
    found.put("last_install", last_install(host))
    if "last_install" not in found.facts:
        found.miss("no-update-recorded: last_install")
    found.put("automatic", automatic(host))


def cached_repositories(host: Host) -> List[str]:
    """Folders with the description of a repository."""
    found = []
    for cache in _CACHES:
        try:
            names = host.names(cache)
        except HostError:
            continue
        found += [f"{cache}/{one}/repodata" for one in names if host.exists(f"{cache}/{one}/repodata/repomd.xml")]
    return found[:64]


def last_check(host: Host, repositories: List[str]) -> Optional[str]:
    """The newest of: the timer's last success, and the publishers' dates of what was fetched."""
    dates: List[datetime] = []
    for folder in repositories:
        try:
            date = dnf_parsing.parse_repomd(host.read_text(f"{folder}/repomd.xml"))
        except HostError:
            continue
        if date is not None:
            dates.append(date)
    for cache in _CACHES:
        try:
            dates.append(host.modified_at(f"{cache}/last_makecache"))
        except HostError:
            continue
    return rfc3339(max(dates)) if dates else None


def _read_pending(host: Host, found: Findings, repositories: List[str]) -> None:
    try:
        upgrades = dnf_parsing.parse_upgrades(host.commands.run("dnf", *_QUERY, seconds=_SECONDS))
    except CommandError as error:
        found.miss(str(error))
        return
    if upgrades is None:
        found.miss("dnf-output: pending_count, pending_security_count")
        return
    found.used("dnf")
    advisories = _read_advisories(host, found, repositories)
    put_pending(found, dnf_parsing.combined(upgrades, advisories), sorted_out=advisories is not None)


def _read_advisories(host: Host, found: Findings, repositories: List[str]) -> Optional[Dict[str, str]]:
    """Security advisories; None where no repository has any (CentOS), for then none of them means nothing."""
    if not any("updateinfo" in name for folder in repositories for name in _names(host, folder)):
        found.miss("no-security-source: pending_security_count")
        return None
    try:
        advisories = dnf_parsing.parse_advisories(host.commands.run("dnf", *_ADVISORIES, seconds=_SECONDS))
    except CommandError as error:
        found.miss(str(error))
        return None
    if advisories is None:
        found.miss("dnf-output: pending_security_count")
    return advisories


def _names(host: Host, folder: str) -> List[str]:
    try:
        return host.names(folder)
    except HostError:
        return []


def last_install(host: Host) -> Optional[str]:
    """The newest upgrade in dnf's logs."""
    for path in _LOGS:
        try:
            moment = dnf_parsing.parse_rpm_log(host.read_text(path))
        except HostError:
            continue
        if moment is not None:
            return rfc3339(moment)
    return None


def automatic(host: Host) -> bool:
    """Whether dnf-automatic runs by its timer and installs what it finds."""
    if host.has_link(f"{_TIMERS}/dnf-automatic-install.timer"):
        return True
    if not any(host.has_link(f"{_TIMERS}/{one}") for one in ("dnf-automatic.timer", "dnf5-automatic.timer")):
        return False
    for path in ("/etc/dnf/automatic.conf", "/etc/dnf/dnf5-plugins/automatic.conf"):
        try:
            return dnf_parsing.applies_updates(host.read_text(path))
        except HostError:
            continue
    return False
