"""What Linux tells of the machine: os-release, /proc and the firmware's tables (DMI)."""

from __future__ import annotations

from typing import Final

from tuanthu_agent.collectors.interface import Findings
from tuanthu_agent.collectors.machine.common import ask, put_system_disk
from tuanthu_agent.collectors.machine.parsing import (
    chassis_of,
    is_virtual,
    meaningful,
    parse_cpu_model,
    parse_os_release,
    parse_zone_link,
    uuid_or_none,
)
from tuanthu_agent.host import Host, HostError

_DMI: Final = "/sys/class/dmi/id"
_CONTAINER_MARKS: Final = ("/run/systemd/container", "/run/.containerenv", "/.dockerenv")


def read_linux_machine(found: Findings, host: Host) -> bool:
    """The facts that Linux has its own ways for; returns whether the serial number could be looked for."""
    ask(found, "time_synchronised", host.system.clock_synchronised)
    put_system_disk(found, "/")
    read_os(found, host)
    known = read_hardware(found, host)
    read_zone(found, host)
    return known


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
        variant = release.get("VARIANT_ID", "")
        found.put("os_role", variant if variant in ("workstation", "server") else None)
        break
    else:
        found.miss("not-found: os-release")
    found.put("kernel", host.find_text("/proc/sys/kernel/osrelease"))


def read_hardware(found: Findings, host: Host) -> bool:
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
    found.put("chassis", chassis_of(host.find_text(f"{_DMI}/chassis_type")))
    found.put("uuid", uuid_or_none(host.find_text(f"{_DMI}/product_uuid")))
    known = read_serial(found, host)
    found.put("virtual", in_container(host) or is_virtual(cpuinfo, vendor, model))
    return known


def read_serial(found: Findings, host: Host) -> bool:
    """The firmware's serial number, which the kernel shows to root alone; returns whether it could be looked for."""
    try:
        found.put("serial", meaningful(host.read_text(f"{_DMI}/product_serial", 4096).strip("\0 \t\r\n")))
    except HostError as error:
        if error.code == "not-found":
            return True
        found.miss(f"{error.code}: serial")
        return False
    return True


def in_container(host: Host) -> bool:
    """Whether the usual container managers have left their mark."""
    return any(host.exists(path) for path in _CONTAINER_MARKS)


def read_zone(found: Findings, host: Host) -> None:
    """The time zone, by its name in the tz database."""
    link = host.link_target("/etc/localtime")
    found.put("timezone", (parse_zone_link(link) if link else None) or host.find_text("/etc/timezone"))
