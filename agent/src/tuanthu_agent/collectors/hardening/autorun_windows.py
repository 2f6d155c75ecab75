"""What Windows does by itself when a stick or disc is put in.

`NoDriveTypeAutoRun` of the machine overrides that of users; absent, Windows leaves the AutoPlay of removable drives on
(Microsoft: "NoDriveTypeAutoRun", default 0x91).
"""

from __future__ import annotations

from typing import Final

from tuanthu_agent.collectors.hardening.registry_values import number, switch
from tuanthu_agent.collectors.hardening.users import logged_on
from tuanthu_agent.collectors.interface import Findings
from tuanthu_agent.host import Host

_POLICY: Final = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\Explorer"
_ALL_DRIVES: Final = 0xFF
_DEFAULT: Final = 0x91


def observe(host: Host, found: Findings) -> None:
    """The mask that holds for the machine, and whether nothing starts from any drive; raises HostError."""
    commands = switch_of(host)
    found.put("autorun_commands_off", commands)
    mask = number(host, "HKLM\\" + _POLICY, "NoDriveTypeAutoRun")
    found.used("registry")
    if mask is not None:
        found.put("autorun_mask", mask)
        found.put("autorun_off", covers_all(mask))
        return
    people = logged_on(host, found, "autorun_off")
    masks = [number(host, f"HKU\\{sid}\\{_POLICY}", "NoDriveTypeAutoRun") for sid in people]
    if not people:
        return
    weak = [one for one in masks if one is None or not covers_all(one)]
    if weak:
        found.put("autorun_mask", _DEFAULT if weak[0] is None else weak[0])
        found.put("autorun_off", False)  # noqa: FBT003  a fact
    else:
        # It holds for those who are here; nothing holds for those who come next.
        found.miss("not-enforced: autorun_off")


def covers_all(mask: int) -> bool:
    """Whether every sort of drive is switched off."""
    return mask & _ALL_DRIVES == _ALL_DRIVES


def switch_of(host: Host) -> bool | None:
    """`NoAutorun` 1: commands of autorun.inf are not run; 0 or absent says nothing of them. Raises HostError."""
    return switch(host, "HKLM\\" + _POLICY, "NoAutorun")
