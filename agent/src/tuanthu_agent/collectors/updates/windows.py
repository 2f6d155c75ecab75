"""Updates of a Windows machine: by its update agent, and by the registry where that does not answer."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from typing import Callable, Final, List, Optional, Tuple

from tuanthu_agent.collectors.interface import Findings, Settings
from tuanthu_agent.collectors.updates.pending import Pending, put_pending
from tuanthu_agent.collectors.updates.windows_release import read_windows_release, server_kind
from tuanthu_agent.host import Host, HostError
from tuanthu_agent.windows.interface import PendingUpdate, Registry
from tuanthu_agent.windows.moments import rfc3339

_AUTO: Final = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update"
_POLICY: Final = r"HKLM\SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate\AU"
_REBOOT: Final = (
    rf"{_AUTO}\RebootRequired",
    r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\RebootPending",
)
_SECURITY: Final = frozenset({"0fa1201d-4330-4fa8-8ae9-b877473b6441", "e6cf1350-c01b-414d-a61f-263d14d133b4"})
"""Categories: security updates, critical updates."""
_DEFINITIONS: Final = "e0789628-ce08-4437-be74-2495b842f43b"
_SEVERITIES: Final = frozenset({"critical", "important", "moderate", "low"})
_UTC: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")
_INSTALLS: Final = 4
"""AUOptions: download and install by schedule. 2, 3 and 7 wait for somebody, 1 does nothing, 5 lets the machine say."""


def read_windows(host: Host, found: Findings, settings: Settings) -> None:
    """Everything that can be told."""
    parts: Tuple[Callable[[], None], ...] = (
        lambda: read_windows_release(host, found, settings),
        lambda: _put_moment(host, found, "last_check", host.windows.update_agent.last_search, "Detect"),
        lambda: _put_moment(host, found, "last_install", host.windows.update_agent.last_install, "Install"),
        lambda: _put_pending(host, found),
        lambda: _put_automatic(host, found),
        lambda: found.put("update_source", update_source(host.windows.registry)),
        lambda: found.put("reboot_pending", reboot_pending(host.windows.registry)),
    )
    for part in parts:
        try:
            part()
        except HostError as error:
            found.miss(str(error))


def _put_moment(host: Host, found: Findings, name: str, ask: Callable[[], Optional[str]], key: str) -> None:
    """What the update agent says, or else what Windows up to 8.1 notes in the registry, in UTC."""
    problem = f"no-update-recorded: {name}"
    moment: Optional[str] = None
    try:
        moment = ask()
        found.used("update-agent")
    except HostError as error:
        problem = str(error)
    if moment is None:
        text = host.windows.registry.find_text(rf"{_AUTO}\Results\{key}", "LastSuccessTime")
        moment = parse_utc(text) if text else None
    found.put(name, moment)
    if moment is None:
        found.miss(problem)


def parse_utc(text: str) -> Optional[str]:
    """`2026-11-20 02:11:05`."""
    if _UTC.fullmatch(text) is None:
        return None
    try:
        return rfc3339(datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=timezone.utc))
    except ValueError:
        return None


def _put_pending(host: Host, found: Findings) -> None:
    updates = host.windows.update_agent.pending()
    found.used("update-agent")
    put_pending(found, pending(updates), sorted_out=True)


def pending(updates: List[PendingUpdate]) -> List[Pending]:
    """Updates without malware signatures, which come several times a day and belong to the antivirus."""
    return [
        Pending(
            one.kb or one.title or "?",
            security=bool(_SECURITY & {name.lower() for name in one.categories}) or bool(one.severity),
            severity=one.severity if one.severity in _SEVERITIES else "",
        )
        for one in updates
        if _DEFINITIONS not in {name.lower() for name in one.categories}
    ]


def _put_automatic(host: Host, found: Findings) -> None:
    value = automatic(host)
    found.put("automatic", value)
    if value is None:
        found.miss("automatic-unset: automatic")


def automatic(host: Host) -> Optional[bool]:
    """Whether Windows installs updates by itself; None where nothing says so. Raises HostError."""
    service = host.windows.services.table().get("wuauserv")
    if service is not None and service.start == "disabled":
        return False
    registry = host.windows.registry
    if registry.find_number(_POLICY, "NoAutoUpdate") == 1:
        return False
    for key in (_POLICY, _AUTO):
        option = registry.find_number(key, "AUOptions")
        if option in (1, 2, 3, 4, 7):
            return option == _INSTALLS
        if option not in (None, 0, 5):
            return None
    # Windows 10 and later on workstations install by themselves unless told otherwise.
    build = registry.find_text(r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion", "CurrentBuild") or ""
    modern = build.isdecimal() and len(build) < 9 and int(build) >= 10240
    return True if modern and server_kind(registry) is False else None


def update_source(registry: Registry) -> str:
    """A server of the organisation's own where policy names one. Raises HostError."""
    return "local-server" if registry.find_number(_POLICY, "UseWUServer") == 1 else "vendor"


def reboot_pending(registry: Registry) -> bool:
    """Whether one of the keys that Windows makes until the next start is there. Raises HostError."""
    for key in _REBOOT:
        try:
            registry.values(key)
        except HostError as error:
            if error.code != "not-found":
                raise
            continue
        return True
    return False
