"""Whether the firmware starts only what is signed, and what sort of firmware it is."""

from __future__ import annotations

from typing import Final

from tuanthu_agent.collectors.hardening.registry_values import number, release, switch
from tuanthu_agent.collectors.interface import Findings
from tuanthu_agent.host import Host, HostError

_CONTROL: Final = r"HKLM\SYSTEM\CurrentControlSet\Control"
_FIRMWARE: Final = {1: "bios", 2: "uefi"}
_FIRST_BUILD: Final = 9200
"""Windows 8: earlier ones cannot be started so."""
_VARIABLE: Final = "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
_SETUP: Final = "/sys/firmware/efi/efivars/SetupMode-8be4df61-93ca-11d2-aa0d-00e098032b8c"


def observe_windows(host: Host, found: Findings) -> None:
    """By the registry's record of how this start went; raises HostError."""
    kind = number(host, _CONTROL, "PEFirmwareType")
    found.put("firmware", _FIRMWARE.get(kind) if kind is not None else None)
    state = switch(host, _CONTROL + r"\SecureBoot\State", "UEFISecureBootEnabled")
    found.used("registry")
    if state is None and (_FIRMWARE.get(kind or 0) == "bios" or release(host).build < _FIRST_BUILD):
        state = False
    if state is None:
        raise HostError("not-found", "UEFISecureBootEnabled")
    found.put("secure_boot", state)


def observe_linux(host: Host, found: Findings) -> None:
    """By the firmware's variables; raises HostError."""
    if not host.exists("/sys/firmware"):
        raise HostError("not-found", "/sys/firmware")
    uefi = host.has("/sys/firmware/efi")
    if uefi is None:
        raise HostError("permission-denied", "/sys/firmware/efi")
    found.put("firmware", "uefi" if uefi else "bios")
    found.used("sysfs")
    if not uefi:
        found.put("secure_boot", False)  # noqa: FBT003  a fact
        return
    state = parse_variable(host.read_bytes(_VARIABLE, 64))
    if state is None:
        raise HostError("unreadable", "SecureBoot")
    found.put("secure_boot", state and not in_setup(host))


def in_setup(host: Host) -> bool:
    """Whether the firmware still takes anybody's keys; raises HostError."""
    try:
        state = parse_variable(host.read_bytes(_SETUP, 64))
    except HostError as error:
        if error.code == "not-found":
            return False
        raise
    if state is None:
        raise HostError("unreadable", "SetupMode")
    return state


def parse_variable(data: bytes) -> bool | None:
    """Four bytes of attributes, then 0 or 1; None for anything else."""
    return {0: False, 1: True}.get(data[4]) if len(data) == 5 else None
