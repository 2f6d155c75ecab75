"""Updates of a Linux machine, by whichever package manager it has."""

from __future__ import annotations

import re
from typing import Final, List, Optional, Tuple

from tuanthu_agent.collectors.interface import Findings, Settings
from tuanthu_agent.collectors.updates.apt import read_apt
from tuanthu_agent.collectors.updates.dnf import read_dnf
from tuanthu_agent.collectors.updates.release import read_linux_release
from tuanthu_agent.host import Host, HostError

_MARKS: Final = ("/run/reboot-required", "/var/run/reboot-required")
_OTHERS: Final = ("zypper", "yum", "pacman", "apk")
_FLAVOUR: Final = re.compile(r"[-.]([a-z][a-z0-9_]*)$")
_PART: Final = re.compile(r"[0-9]{1,12}|[a-z]+")


def read_linux(host: Host, found: Findings, settings: Settings) -> None:
    """Everything that can be told."""
    read_linux_release(host, found, settings)
    if host.exists("/usr/bin/apt-get"):
        read_apt(host, found, settings.data_dir)
    elif host.exists("/usr/bin/dnf"):
        read_dnf(host, found)
    else:
        name = next((one for one in _OTHERS if host.exists(f"/usr/bin/{one}") or host.exists(f"/sbin/{one}")), "none")
        found.miss(f"package-manager-unsupported: {name}")
    pending = reboot_pending(host)
    found.put("reboot_pending", pending)
    if pending is None:
        found.miss("not-available: reboot_pending")


def reboot_pending(host: Host) -> Optional[bool]:
    """Whether a package asked for a restart, or a newer kernel is installed than the one that runs."""
    if any(host.exists(path) for path in _MARKS):
        return True
    running = host.find_text("/proc/sys/kernel/osrelease")
    try:
        kernels = [one[len("vmlinuz-") :] for one in host.names("/boot") if one.startswith("vmlinuz-")]
    except HostError:
        return None
    if running is None or running not in kernels:
        return None  # a container, or a kernel that does not come as a package
    return newer_than(running, kernels)


def newer_than(running: str, kernels: List[str]) -> bool:
    """Whether one of these kernels of the same flavour is newer."""
    mine, flavour = version_key(running), flavour_of(running)
    return any(version_key(one) > mine for one in kernels if flavour_of(one) == flavour)


def flavour_of(release: str) -> str:
    """`amd64` of `6.1.0-28-amd64`, `x86_64` of `5.14.0-427.el9.x86_64`."""
    match = _FLAVOUR.search(release)
    return match.group(1) if match else ""


def version_key(release: str) -> List[Tuple[int, int, str]]:
    """An order for kernel releases: numbers by value, after words."""
    return [(1, int(one), "") if one.isdecimal() else (0, 0, one) for one in _PART.findall(release.lower())]
