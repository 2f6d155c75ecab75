"""Pure readings of what a Linux machine says of itself; total: any text gives an answer or None."""

from __future__ import annotations

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
        "0123456789",
    }
)
_HYPERVISORS: Final = ("qemu", "kvm", "vmware", "virtualbox", "innotek", "xen", "bochs", "parallels", "openstack")


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
    if text is None or text.strip().lower() in _PLACEHOLDERS:
        return None
    return text.strip()


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
