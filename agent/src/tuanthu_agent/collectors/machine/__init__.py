"""Kind `host`: what this machine is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from typing import Final

from tuanthu_agent.collectors.interface import CollectorResult, Findings, Settings
from tuanthu_agent.collectors.machine.parsing import (
    is_virtual,
    meaningful,
    parse_cpu_model,
    parse_os_release,
    parse_zone_link,
    rounded_free_percent,
)
from tuanthu_agent.host import Host, HostError
from tuanthu_agent.system import NotAvailableError

MOST_DISKS: Final = 64
_DMI: Final = "/sys/class/dmi/id"
_CONTAINER_MARKS: Final = ("/run/systemd/container", "/run/.containerenv", "/.dockerenv")


def collect(host: Host, settings: Settings) -> CollectorResult:
    """Everything of the kind `host` that can be read."""
    found = Findings()
    ask(found, "hostname", lambda: settings.hostname or host.system.hostname())
    ask(found, "os_family", host.system.family)
    ask(found, "architecture", host.system.architecture)
    ask(found, "cpu_count", host.system.cpu_count)
    ask(found, "memory_bytes", host.system.memory_bytes)
    ask(found, "boot_time", lambda: whole_minute(host.system.boot_time()))
    ask(found, "time_synchronised", host.system.clock_synchronised)
    read_disks(found, host)
    read_os(found, host)
    read_hardware(found, host)
    read_zone(found, host)
    return found.result()


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


def read_os(found: Findings, host: Host) -> None:
    """Name, version and kernel of the operating system."""
    for path in ("/etc/os-release", "/usr/lib/os-release"):
        try:
            release = parse_os_release(host.read_text(path))
        except HostError:
            continue
        found.used("os-release")
        found.put("os_name", release.get("PRETTY_NAME") or release.get("NAME"))
        found.put("os_version", release.get("VERSION_ID"))
        break
    else:
        found.miss("not-found: os-release")
    found.put("kernel", host.find_text("/proc/sys/kernel/osrelease"))


def read_hardware(found: Findings, host: Host) -> None:
    """Processor, maker, model, serial number, and whether the hardware is virtual."""
    cpuinfo = ""
    try:
        cpuinfo = host.read_text("/proc/cpuinfo")
        found.used("proc")
    except HostError as error:
        found.miss(str(error))
    found.put("cpu_model", parse_cpu_model(cpuinfo))
    vendor = meaningful(host.find_text(f"{_DMI}/sys_vendor"))
    model = meaningful(host.find_text(f"{_DMI}/product_name"))
    if host.exists(_DMI):
        found.used("dmi")
    found.put("vendor", vendor)
    found.put("model", model)
    read_serial(found, host)
    found.put("virtual", in_container(host) or is_virtual(cpuinfo, vendor, model))


def read_serial(found: Findings, host: Host) -> None:
    """The firmware's serial number, which the kernel shows to root alone."""
    try:
        found.put("serial", meaningful(host.read_text(f"{_DMI}/product_serial", 4096).strip("\0 \t\r\n")))
    except HostError as error:
        if error.code != "not-found":
            found.miss(f"{error.code}: serial")


def in_container(host: Host) -> bool:
    """Whether the usual container managers have left their mark."""
    return any(host.exists(path) for path in _CONTAINER_MARKS)


def read_zone(found: Findings, host: Host) -> None:
    """The time zone, by its name in the tz database."""
    link = host.link_target("/etc/localtime")
    found.put("timezone", (parse_zone_link(link) if link else None) or host.find_text("/etc/timezone"))
