"""Updates on Debian and Ubuntu, by apt's own lists; nothing goes over the network."""

from __future__ import annotations

import zlib
from typing import Final, FrozenSet, List, Optional

from tuanthu_agent.collectors import memo
from tuanthu_agent.collectors.interface import Findings
from tuanthu_agent.collectors.updates import apt_parsing
from tuanthu_agent.collectors.updates.apt_asking import LISTS, ask_upgradable
from tuanthu_agent.collectors.updates.apt_parsing import Source
from tuanthu_agent.collectors.updates.apt_sources import enabled_words, is_enabled
from tuanthu_agent.collectors.updates.pending import Pending, put_pending
from tuanthu_agent.commands import CommandError
from tuanthu_agent.host import MOST_BYTES, Host, HostError
from tuanthu_agent.windows.moments import rfc3339

_LOGS: Final = ("history.log", "history.log.1.gz", "history.log.1", "history.log.2.gz", "history.log.3.gz")
_TIMERS: Final = "/etc/systemd/system/timers.target.wants"
_STATE_FOLDERS: Final = (
    LISTS,
    "/etc/apt/apt.conf.d",
    "/etc/apt/preferences.d",
    "/etc/apt/sources.list.d",
)
_STATE: Final = (
    *_STATE_FOLDERS,
    "/etc/apt/apt.conf",
    "/etc/apt/preferences",
    "/etc/apt/sources.list",
    "/var/lib/apt/extended_states",
    "/var/lib/dpkg/status",
)
"""What the answer of apt rests on."""
_HEAD: Final = 8 * 1024


def read_apt(host: Host, found: Findings, memory: str = "") -> None:
    """Everything that apt can tell; `memory` is a folder where its dearest answer may be kept."""
    _read_pending(host, found, memory)
    found.put("last_install", last_install(host))
    if "last_install" not in found.facts:
        found.miss("no-update-recorded: last_install")
    found.put("automatic", automatic(host, found))


def _read_pending(host: Host, found: Findings, memory: str) -> None:
    sources = fetched_sources(host, found)
    if not sources:
        # Without lists nothing would be pending.
        found.miss("lists-missing: last_check, pending_count, pending_security_count")
        return
    found.used("apt")
    found.put("last_check", last_check(sources))
    if "last_check" not in found.facts:
        found.miss("unreadable: last_check")
    try:
        answer = list_upgradable(host, memory)
    except CommandError as error:
        found.miss(str(error))
        return
    if not apt_parsing.is_understood(answer):
        found.miss("apt-output: pending_count, pending_security_count")
        return
    upgradable = apt_parsing.parse_upgradable(answer)
    suites = security_suites(sources, found)
    put_pending(
        found,
        [
            Pending(one.name, one.version, None if suites is None else any(suite in suites for suite in one.suites))
            for one in upgradable
        ],
        sorted_out=suites is not None,
    )


def list_upgradable(host: Host, memory: str) -> str:
    """What apt prints; asked again only when its lists, its settings or the installed packages have changed.

    Raises CommandError.
    """
    key = memo.key_of(
        host, [*_STATE, *(f"{folder}/{name}" for folder in _STATE_FOLDERS for name in names(host, folder))]
    )
    kept = memo.recall(memory, "apt", key)
    if kept is not None:
        return kept
    answer = ask_upgradable(host)
    memo.keep(memory, "apt", key, answer)
    return answer


def names(host: Host, folder: str) -> List[str]:
    """What lies in a folder; nothing where there is none."""
    try:
        return host.names(folder)
    except HostError:
        return []


def fetched_sources(host: Host, found: Findings) -> List[Source]:
    """The suites whose Release file and lists of packages are both there, and that apt is still set to fetch."""
    try:
        names = host.names(LISTS)
    except HostError as error:
        if error.code != "not-found":
            found.miss(str(error))
        return []
    sources = []
    enabled = enabled_words(host)
    for name in names:
        prefix, _, kind = name.rpartition("_")
        if kind not in ("InRelease", "Release"):
            continue
        if not is_enabled(prefix, enabled) or not any(
            one.startswith(f"{prefix}_") and "_Packages" in one for one in names
        ):
            continue
        try:
            sources.append(apt_parsing.parse_release(host.read_text(f"{LISTS}/{name}", _HEAD)))
        except HostError as error:
            found.miss(str(error))
            return []
    return sources


def security_suites(sources: List[Source], found: Findings) -> Optional[FrozenSet[str]]:
    """Names of the suites that hold security updates; None where there is none or it cannot be told from others."""
    secure = frozenset(name for one in sources if one.security for name in (one.suite, one.codename) if name)
    if not secure:
        found.miss("no-security-source: pending_security_count")
        return None
    if secure & {name for one in sources if not one.security for name in (one.suite, one.codename)}:
        found.miss("security-unclear: pending_security_count")
        return None
    return secure


def last_check(sources: List[Source]) -> Optional[str]:
    """The age of the lists by their publishers' dates: since then apt has looked with success, not only tried.

    Security sources alone count where there are any, and of several the oldest.
    """
    secure = [one.date for one in sources if one.security]
    dates = [date for date in secure or [one.date for one in sources] if date is not None]
    if not dates or (secure and len(dates) < len(secure)):
        return None
    return rfc3339(min(dates) if secure else max(dates))


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
        found.miss("unreadable: automatic")
        return None
    if not apt_parsing.sets_automatic(config):
        return False
    if not host.exists(_TIMERS):
        found.miss("not-available: automatic")
        return None
    return all(host.has_link(f"{_TIMERS}/{name}") for name in ("apt-daily.timer", "apt-daily-upgrade.timer"))
