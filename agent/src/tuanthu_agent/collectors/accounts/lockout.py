"""Whether and when Linux locks an account after failed attempts: pam_faillock, or the older pam_tally2."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Dict, Final, List, Optional

from tuanthu_agent.collectors.accounts.pam import Line, number, parse_settings, stack
from tuanthu_agent.collectors.interface import Findings
from tuanthu_agent.host import Host, HostError

_DOORS: Final = ("login", "sshd", "gdm-password", "lightdm", "sddm")
"""Services through which people come in; each must count failures, or it is a way around the lock-out."""
# faillock.conf(5): three failures, ten minutes.
_DENY: Final = 3
_UNLOCK_SECONDS: Final = 600


@dataclass(frozen=True)
class Lockout:
    """What one service does; 0 attempts: it never locks."""

    threshold: int
    minutes: int | None = None
    """-1: until an administrator unlocks."""


def observe(host: Host, found: Findings) -> None:
    """The weakest of all doors."""
    doors = [name for name in _DOORS if host.exists(f"/etc/pam.d/{name}")]
    if not doors:
        found.miss("not-found: pam-services")
        return
    try:
        settings = read_settings(host)
        locks = [of_stack(stack(host, name, "auth"), settings) for name in doors]
    except HostError as error:
        found.miss(f"{error.code}: lockout")
        return
    found.used("pam")
    threshold = weakest(locks)
    if threshold is None:
        found.miss("pam-unclear: lockout")
        return
    found.put("lockout_threshold", threshold)
    minutes = {lock.minutes for lock in locks if lock is not None and lock.minutes is not None}
    if threshold and len(minutes) == 1:
        found.put("lockout_minutes", minutes.pop())


def weakest(locks: List[Optional[Lockout]]) -> int | None:
    """0 if one door never locks; None where one is unclear; else the largest number of attempts."""
    if any(lock is not None and lock.threshold == 0 for lock in locks):
        return 0
    known = [lock.threshold for lock in locks if lock is not None]
    return max(known) if len(known) == len(locks) and known else None


def read_settings(host: Host) -> Dict[str, str]:
    """faillock's own file; none where there is none. Raises HostError."""
    try:
        return parse_settings(host.read_text("/etc/security/faillock.conf"))
    except HostError as error:
        if error.code == "not-found":
            return {}
        raise


def of_stack(lines: List[Line], settings: Dict[str, str]) -> Lockout | None:
    """What a stack does; None where it counts failures in a way that is not understood."""
    faillock = [line for line in lines if line.module == "pam_faillock.so"]
    if faillock:
        return of_faillock(lines, faillock, settings)
    tally = [line for line in lines if line.module in ("pam_tally2.so", "pam_tally.so")]
    if not tally:
        return Lockout(0)
    # pam_tally2(8): without `deny` it only counts; without `unlock_time` it locks until an administrator unlocks.
    return lockout(tally[0].options(), 0, 0)


def of_faillock(lines: List[Line], faillock: List[Line], settings: Dict[str, str]) -> Lockout | None:
    """It locks only where one call turns people away, and another, before the stack ends, counts failures."""
    if any("conf" in line.options() for line in faillock):
        return None
    end = next((place for place, line in enumerate(lines) if line.module == "pam_deny.so"), len(lines))
    counts = any("authfail" in line.arguments for line in lines[:end] if line in faillock)
    refuses = any("preauth" in line.arguments or "authsucc" in line.arguments for line in faillock)
    if not counts or not refuses:
        return None
    options = dict(settings)
    for line in faillock:
        options.update(line.options())
    return lockout(options, _DENY, _UNLOCK_SECONDS)


def lockout(options: Dict[str, str], deny: int, unlock: int) -> Lockout | None:
    """The figures of a module."""
    threshold = number(options, "deny", deny)
    seconds = 0 if options.get("unlock_time") == "never" else number(options, "unlock_time", unlock)
    if threshold is None or threshold < 0 or seconds is None or seconds < 0:
        return None
    if threshold == 0:
        return Lockout(0)
    return Lockout(threshold, -(-seconds // 60) if seconds else -1)
