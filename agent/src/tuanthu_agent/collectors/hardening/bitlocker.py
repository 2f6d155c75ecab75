"""BitLocker on the fixed drives of Windows.

`ProtectionStatus` 1 means wholly encrypted with the key guarded; 0 that it is not, or that the key lies open; 2 that
a locked volume does not tell (Microsoft: Win32_EncryptableVolume).
"""

from __future__ import annotations

import re
from typing import Dict, Final, List

from tuanthu_agent.collectors.interface import Findings
from tuanthu_agent.host import Host, HostError
from tuanthu_agent.windows.interface import WmiRow

_NAMESPACE: Final = r"root\cimv2\Security\MicrosoftVolumeEncryption"
_KINDS: Final = range(7)
_FIXED: Final = 3
_LETTER: Final = re.compile(r"[A-Z]:")
_PROTECTED: Final = {0: False, 1: True}


def observe(host: Host, found: Findings) -> None:
    """Each fixed drive with its state, and how many are open; raises HostError."""
    disks = host.windows.wmi.select(r"root\cimv2", "Win32_LogicalDisk", ["DeviceID", "DriveType"])
    letters = fixed_drives(disks)
    if not letters:
        raise HostError("not-found", "fixed-drives")
    states = protection(
        host.windows.wmi.select(_NAMESPACE, "Win32_EncryptableVolume", ["DriveLetter", "ProtectionStatus"])
    )
    found.used("wmi")
    volumes = [volume(letter, states) for letter in letters]
    found.put("volumes", volumes)
    if all("encrypted" in one for one in volumes):
        found.put("unencrypted_volume_count", sum(one["encrypted"] is False for one in volumes))
    else:
        found.miss("not-available: encryption of a locked drive")


def fixed_drives(rows: List[WmiRow]) -> List[str]:
    """Letters of the fixed drives, sorted; raises HostError for a table that makes no sense."""
    letters = set()
    for row in rows:
        kind, letter = row.get("DriveType"), row.get("DeviceID")
        if type(kind) is not int or kind not in _KINDS or not isinstance(letter, str):
            raise HostError("unreadable", "Win32_LogicalDisk")
        if kind == _FIXED:
            if not _LETTER.fullmatch(letter.upper()):
                raise HostError("unreadable", "Win32_LogicalDisk")
            letters.add(letter.upper())
    return sorted(letters)


def protection(rows: List[WmiRow]) -> Dict[str, int]:
    """Letter → state; volumes without a letter are the system's own hidden ones."""
    found: Dict[str, int] = {}
    for row in rows:
        letter, state = row.get("DriveLetter"), row.get("ProtectionStatus")
        if isinstance(letter, str) and type(state) is int:
            found[letter.upper()] = state if found.get(letter.upper(), state) == state else 2
    return found


def volume(letter: str, states: Dict[str, int]) -> Dict[str, object]:
    """One drive; one that BitLocker does not list at all is not encrypted by it."""
    item: Dict[str, object] = {"mount": letter, "method": "bitlocker"}
    encrypted = _PROTECTED.get(states.get(letter, 0))
    if encrypted is not None:
        item["encrypted"] = encrypted
    return item
