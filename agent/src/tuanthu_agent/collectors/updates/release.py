"""Which release of which system this is, and how long it is supported, by the table that is handed in."""

from __future__ import annotations

from typing import Dict, Final, Optional, Sequence, Tuple

from tuanthu_agent.collectors.interface import Findings, Settings
from tuanthu_agent.collectors.machine.parsing import parse_os_release
from tuanthu_agent.host import Host, HostError

_RED_HAT: Final = frozenset({"almalinux", "centos", "rhel", "rocky"})
_KNOWN: Final = _RED_HAT | {"debian", "ubuntu"}
Key = Tuple[str, str, str]
"""System, release, channel: the first three columns of the table."""


def look_up(table: Sequence[Sequence[str]], key: Key) -> Optional[Tuple[str, str, str]]:
    """Name, moment of the end, source; None for a release that the table does not have."""
    for row in table:
        if len(row) == 6 and tuple(row[:3]) == key:
            return row[3], f"{row[4]}T23:59:59Z", row[5]
    return None


def put_release(found: Findings, settings: Settings, key: Optional[Key], said: str) -> None:
    """The facts of a release; one that is not known is a gap that says what the machine calls itself."""
    entry = look_up(settings.lifecycle, key) if key is not None else None
    if entry is None:
        found.miss(f"release-unknown: os_support_ends of {said[:80]}")
        return
    name, ends, source = entry
    found.put("release", name)
    found.put("os_support_ends", ends)
    found.put("os_support_source", source)


def read_linux_release(host: Host, found: Findings, settings: Settings) -> None:
    """By os-release."""
    for path in ("/etc/os-release", "/usr/lib/os-release"):
        try:
            release = parse_os_release(host.read_text(path))
        except HostError:
            continue
        found.used("os-release")
        said = f"{release.get('ID', '')} {release.get('VERSION_ID', '')}".strip()
        put_release(found, settings, linux_key(release), said or "os-release")
        return
    found.miss("not-found: os_support_ends")


def linux_key(release: Dict[str, str]) -> Optional[Key]:
    """The key of an os-release; None for a system that is not in the table, or a release without a number."""
    system, number = release.get("ID", ""), release.get("VERSION_ID", "")
    if system not in _KNOWN or not number:
        return None
    if system in _RED_HAT:
        number = number.split(".")[0]
    if system == "centos" and "stream" in release.get("NAME", "").lower():
        system = "centos-stream"
    return system, number, ""
