"""What every system tells by the same calls: names, sizes, disks."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Callable, Final

from tuanthu_agent.collectors.interface import Findings, Settings
from tuanthu_agent.collectors.machine.parsing import rounded_free_percent
from tuanthu_agent.host import Host
from tuanthu_agent.system import NotAvailableError

MOST_DISKS: Final = 64


def read_common(found: Findings, host: Host, settings: Settings) -> None:
    """The facts that need no knowledge of the system."""
    ask(found, "hostname", lambda: settings.hostname or host.system.hostname())
    ask(found, "os_family", host.system.family)
    ask(found, "architecture", host.system.architecture)
    ask(found, "cpu_count", host.system.cpu_count)
    ask(found, "memory_bytes", host.system.memory_bytes)
    ask(found, "boot_time", lambda: whole_minute(host.system.boot_time()))
    read_disks(found, host)


def ask(found: Findings, name: str, question: Callable[[], object]) -> None:
    """Keep one answer of the system, or the reason why there is none."""
    try:
        found.put(name, question())
        found.used("psutil")
    except NotAvailableError:
        found.miss(f"not-available: {name}")
    except OSError as error:
        found.miss(f"unreadable: {name}: {error.strerror}")


def whole_minute(seconds: float) -> str:
    """A moment rounded to the minute: the kernel's boot time moves by a second when the clock is corrected."""
    return datetime.fromtimestamp(round(seconds / 60) * 60, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def read_disks(found: Findings, host: Host) -> None:
    """File systems with their rounded free space."""
    try:
        disks = host.system.disks()
    except (NotAvailableError, OSError):
        found.miss("not-available: disks")
        return
    if len(disks) > MOST_DISKS:
        found.miss("too-many: disks")
    found.put(
        "disks",
        [
            {
                "mount": disk.mount,
                "filesystem": disk.filesystem,
                "size_bytes": disk.size_bytes,
                "free_percent": rounded_free_percent(disk.free_bytes, disk.size_bytes),
            }
            for disk in disks[:MOST_DISKS]
            if disk.size_bytes > 0
        ],
    )


def put_system_disk(found: Findings, mount: str) -> None:
    """Free space where the operating system lies, once the disks are known."""
    if not mount:
        return
    wanted = mount.rstrip("\\/").lower()
    for disk in found.facts.get("disks", []):
        if disk["mount"].rstrip("\\/").lower() == wanted:
            found.put("system_disk_free_percent", disk["free_percent"])
