"""Updates on Debian and Ubuntu, by apt's own lists; nothing goes over the network."""

from __future__ import annotations

import zlib
from datetime import datetime
from typing import Final, List, Optional

from tuanthu_agent.collectors.interface import Findings
from tuanthu_agent.collectors.updates import apt_parsing
from tuanthu_agent.collectors.updates.apt_parsing import Target
from tuanthu_agent.collectors.updates.pending import Pending, put_pending
from tuanthu_agent.commands import CommandError
from tuanthu_agent.host import MOST_BYTES, Host, HostError
from tuanthu_agent.windows.moments import rfc3339

_LISTS: Final = "/var/lib/apt/lists"
_LOGS: Final = ("history.log", "history.log.1.gz", "history.log.1", "history.log.2.gz", "history.log.3.gz")
_TIMERS: Final = "/etc/systemd/system/timers.target.wants"
_FORMAT: Final = "$(LABEL)|$(SUITE)|$(CODENAME)|$(FILENAME)"
_SECONDS: Final = 20.0


def read_apt(host: Host, found: Findings) -> None:
    """Everything that apt can tell."""
    _read_pending(host, found)
    found.put("last_install", last_install(host))
    if "last_install" not in found.facts:
        found.miss("no-update-recorded: apt")
    found.put("automatic", automatic(host, found))


def _read_pending(host: Host, found: Findings) -> None:
    try:
        targets = apt_parsing.parse_targets(
            host.commands.run("apt-get", "indextargets", "--format", _FORMAT, "Created-By: Packages", seconds=_SECONDS)
        )
    except CommandError as error:
        found.miss(str(error))
        return
    if not targets:
        # Without lists nothing would be pending.
        found.miss("lists-missing: apt")
        return
    found.used("apt")
    found.put("last_check", last_check(host, targets))
    if "last_check" not in found.facts:
        found.miss("unreadable: Release")
    try:
        upgradable = apt_parsing.parse_upgradable(host.commands.run("apt", "list", "--upgradable", seconds=_SECONDS))
    except CommandError as error:
        found.miss(str(error))
        return
    suites = security_suites(targets, found)
    put_pending(
        found,
        [
            Pending(one.name, one.version, None if suites is None else any(suite in suites for suite in one.suites))
            for one in upgradable
        ],
        sorted_out=suites is not None,
    )


def security_suites(targets: List[Target], found: Findings) -> Optional[frozenset[str]]:
    """Names of the suites that hold security updates; None where there is none or it cannot be told from others."""
    secure = frozenset(name for one in targets if one.security for name in (one.suite, one.codename) if name)
    if not secure:
        found.miss("no-security-source: apt")
        return None
    if secure & {name for one in targets if not one.security for name in (one.suite, one.codename)}:
        found.miss("security-unclear: suites of one name")
        return None
    return secure


def last_check(host: Host, targets: List[Target]) -> Optional[str]:
    """The age of the lists by their publishers' dates: apt has surely looked since, and not only tried to.

    Security sources alone count where there are any, and of several the oldest.
    """
    wanted = [one for one in targets if one.security] or targets
    dates = [release_date(host, one) for one in wanted]
    known = [date for date in dates if date is not None]
    if len(known) < len(dates):
        return None
    secure = wanted[0].security
    return rfc3339(min(known) if secure else max(known))


def release_date(host: Host, target: Target) -> Optional[datetime]:
    """The date in the Release file that a list came with."""
    name = target.filename.rpartition("/")[2]
    folder = target.filename.rpartition("/")[0] or _LISTS
    try:
        releases = [one for one in host.names(folder) if one.endswith(("_InRelease", "_Release"))]
    except HostError:
        return None
    fitting = [one for one in releases if name.startswith(one.rpartition("_")[0] + "_")]
    if not fitting:
        return None
    try:
        return apt_parsing.parse_release_date(host.read_text(f"{folder}/{max(fitting, key=len)}", 4096))
    except HostError:
        return None


def last_install(host: Host) -> Optional[str]:
    """The newest upgrade in apt's logs, as far as a few rotated ones go back."""
    for name in _LOGS:
        try:
            data = host.read_bytes(f"/var/log/apt/{name}")
        except HostError:
            continue
        text = unpacked(data) if name.endswith(".gz") else data.decode("utf-8", errors="replace")
        ended = apt_parsing.parse_history(text)
        if ended is not None:
            return rfc3339(ended)
    return None


def unpacked(data: bytes) -> str:
    """At most a megabyte of a gzip file; empty for what is none."""
    try:
        return zlib.decompressobj(31).decompress(data, MOST_BYTES).decode("utf-8", errors="replace")
    except zlib.error:
        return ""


def automatic(host: Host, found: Findings) -> Optional[bool]:
    """Whether security updates are installed without anybody's doing; None where it cannot be told."""
    if host.has("/usr/bin/unattended-upgrade") is False:
        return False
    try:
        config = apt_parsing.parse_config(host.commands.run("apt-config", "dump"))
    except CommandError as error:
        found.miss(str(error))
        return None
    if not config:
        found.miss("unreadable: apt-config")
        return None
    if not apt_parsing.sets_automatic(config):
        return False
    if not host.exists(_TIMERS):
        found.miss("not-found: systemd timers")
        return None
    return all(host.has_link(f"{_TIMERS}/{name}") for name in ("apt-daily.timer", "apt-daily-upgrade.timer"))
