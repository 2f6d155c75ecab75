"""Pure readings of what a Linux machine says of itself; total: any text gives an answer or None."""

from __future__ import annotations

import re
import shlex
from typing import Final

_PLACEHOLDERS: Final = frozenset(
    {
        "",
        "0",
        "none",
        "n/a",
        "na",
        "not specified",
        "not applicable",
        "unknown",
        "default string",
        "to be filled by o.e.m.",
        "to be filled by oem",
        "system manufacturer",
        "system product name",
        "system serial number",
        "o.e.m.",
        "oem",
        "invalid",
        "123456789",
        "1234567890",
        "system version",
        "chassis serial number",
        "base board serial number",
        "to be filled by o.e.m",
        "not available",
        "serial number",
        "xxxxxxx",
        "...............",
        "0123456789",
    }
)
_HYPERVISORS: Final = (
    "qemu",
    "kvm",
    "vmware",
    "virtualbox",
    "innotek",
    "xen",
    "bochs",
    "parallels",
    "openstack",
    "amazon ec2",
    "google compute engine",
    "alibaba cloud",
)
_CHASSIS: Final = {
    **dict.fromkeys((3, 4, 5, 6, 7, 13, 15, 16, 24, 34, 35, 36), "desktop"),
    **dict.fromkeys((8, 9, 10, 14, 30, 31, 32), "laptop"),
    **dict.fromkeys((17, 23, 25, 28, 29), "server"),
}
"""Chassis types of the System Management BIOS (DMTF DSP0134): towers, mini and all-in-one PCs; portables and tablets;
rack and blade servers. 1 and 2 mean that the maker did not say."""
_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NO_UUIDS: Final = frozenset({"03000200-0400-0500-0006-000700080009"})
"""What a maker of firmware ships for others to replace."""


def parse_os_release(text: str) -> dict[str, str]:
    """`/etc/os-release`: KEY=value lines, values maybe quoted as in a shell."""
    values = {}
    for line in text.splitlines():
        key, sign, value = line.strip().partition("=")
        if not sign or not key.replace("_", "").isalnum():
            continue
        try:
            parts = shlex.split(value)
        except ValueError:
            continue
        if len(parts) == 1:
            values[key] = parts[0]
    return values


def parse_cpu_model(cpuinfo: str) -> str | None:
    """The first `model name` of `/proc/cpuinfo` (on ARM boards `Model`)."""
    for wanted in ("model name", "Model"):
        for line in cpuinfo.splitlines():
            key, sign, value = line.partition(":")
            if sign and key.strip() == wanted and value.strip():
                return " ".join(value.split())
    return None


def meaningful(text: str | None) -> str | None:
    """A maker's text, or None for one of the words that makers leave in place of it."""
    if text is None or text.strip().lower() in _PLACEHOLDERS or not text.strip(" .-_*#0"):
        return None
    return text.strip()


def chassis_of(number: object) -> str | None:
    """`desktop`, `laptop` or `server` by the firmware's number; None where that does not tell."""
    try:
        return _CHASSIS.get(int(str(number)))
    except ValueError:
        return None


def uuid_or_none(text: str | None) -> str | None:
    """The firmware's UUID in lower case; None for one that many machines share."""
    uuid = (text or "").strip().lower()
    if not _UUID.fullmatch(uuid) or uuid in _NO_UUIDS or len(set(uuid)) <= 2:
        return None
    return uuid


def is_virtual(cpuinfo: str, vendor: str | None, model: str | None) -> bool | None:
    """Whether this is a virtual machine: by the processor's `hypervisor` flag, else by the maker; None: not known."""
    for line in cpuinfo.splitlines():
        key, sign, value = line.partition(":")
        if sign and key.strip() == "flags" and value.split():
            return "hypervisor" in value.split()
    named = f"{vendor or ''} {model or ''}".lower()
    if any(name in named for name in _HYPERVISORS) or "virtual machine" in named:
        return True
    return None


def parse_zone_link(target: str) -> str | None:
    """`/usr/share/zoneinfo/Asia/Ho_Chi_Minh` → `Asia/Ho_Chi_Minh`."""
    _, found, zone = target.partition("/zoneinfo/")
    return zone.strip("/") or None if found else None


def rounded_free_percent(free: int, size: int) -> int:
    """Free space in whole percent, rounded down to 5, so that ordinary work does not change the fact."""
    return max(0, min(100, free * 100 // size)) // 5 * 5
