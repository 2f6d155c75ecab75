"""After how long Windows locks an unattended screen, for the machine and for each person who is logged on.

The machine's limit (`InactivityTimeoutSecs`; absent or 0: none) holds for everybody. A screen saver locks only where
it is active, secure and has a time; a policy overrides the user's own choice value by value.
"""

from __future__ import annotations

from typing import Dict, Final, List

from tuanthu_agent.collectors.hardening.registry_values import digits, number, release
from tuanthu_agent.collectors.hardening.users import logged_on
from tuanthu_agent.collectors.interface import Findings
from tuanthu_agent.host import Host, HostError

_SYSTEM: Final = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System"
_OWN: Final = r"Control Panel\Desktop"
_POLICY: Final = r"Software\Policies\Microsoft\Windows\Control Panel\Desktop"
_LONGEST: Final = 86400 * 365
_FIRST_WITH_LIMIT: Final = 9200
"""Windows 8; earlier ones do not heed the machine's limit."""


def observe(host: Host, found: Findings) -> None:
    """Seconds for the machine, for each person, and the longest of all; 0 means never. Raises HostError."""
    machine = number(host, _SYSTEM, "InactivityTimeoutSecs") or 0
    if machine and release(host).build < _FIRST_WITH_LIMIT:
        machine = 0
    if machine > _LONGEST:
        raise HostError("unreadable", "InactivityTimeoutSecs")
    found.put("screen_lock_machine_seconds", machine)
    found.used("registry")
    people = logged_on(host, found, "screen_lock_seconds") if not machine else host_people(host)
    locks = [{"user": sid, "seconds": shorter(machine, of_user(host, sid))} for sid in people]
    if locks:
        found.put("screen_locks", locks)
    longest = longest_of(locks, machine)
    if longest is not None:
        found.put("screen_lock_seconds", longest)


def host_people(host: Host) -> List[str]:
    """Who is logged on; that nobody is leaves no gap where the machine has a limit of its own. Raises HostError."""
    return logged_on(host, Findings(), "screen_lock_seconds")


def longest_of(locks: List[Dict[str, object]], machine: int) -> int | None:
    """The longest of all people's times, 0 if one never locks; the machine's own where nobody is here."""
    seconds = [one["seconds"] for one in locks if isinstance(one["seconds"], int)]
    if not seconds:
        return machine or None
    return 0 if 0 in seconds else max(seconds)


def shorter(machine: int, own: int) -> int:
    """The sooner of two; 0 is never."""
    return min(machine, own) if machine and own else machine or own


def of_user(host: Host, sid: str) -> int:
    """Seconds after which that person's screen saver locks, 0: never; raises HostError."""
    active, secure = setting(host, sid, "ScreenSaveActive"), setting(host, sid, "ScreenSaverIsSecure")
    seconds = setting(host, sid, "ScreenSaveTimeOut")
    saver = any(host.windows.registry.find_text(f"HKU\\{sid}\\{where}", "SCRNSAVE.EXE") for where in (_POLICY, _OWN))
    if not saver or active != 1 or secure != 1 or not seconds:
        return 0
    return min(seconds, _LONGEST)


def setting(host: Host, sid: str, name: str) -> int | None:
    """One value, the policy's before the user's own; raises HostError."""
    enforced = digits(host, f"HKU\\{sid}\\{_POLICY}", name)
    return digits(host, f"HKU\\{sid}\\{_OWN}", name) if enforced is None else enforced
