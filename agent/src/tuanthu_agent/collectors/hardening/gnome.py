"""GNOME: after how long the screen locks and whether sticks start programs, where an administrator has decided it."""

from __future__ import annotations

from typing import Final

from tuanthu_agent.collectors.hardening.dconf import enforced, seconds, switch
from tuanthu_agent.collectors.hardening.desktop import has_desktop
from tuanthu_agent.collectors.interface import Findings
from tuanthu_agent.host import Host

_OTHERS: Final = ("plasmashell", "xfce4-session", "mate-session", "cinnamon", "lxsession", "lxqt-session")
_IDLE: Final = "/org/gnome/desktop/session/idle-delay"
_LOCK: Final = "/org/gnome/desktop/screensaver/lock-enabled"
_DELAY: Final = "/org/gnome/desktop/screensaver/lock-delay"
_LOCKDOWN: Final = "/org/gnome/desktop/lockdown/disable-lock-screen"
_AUTORUN: Final = "/org/gnome/desktop/media-handling/autorun-never"


def is_gnome_only(host: Host) -> bool:
    """Whether GNOME's settings are those of every desktop here."""
    return host.exists("/usr/bin/gnome-shell") and not any(
        host.has(f"/usr/bin/{name}") is not False for name in _OTHERS
    )


def observe_screen_lock(host: Host, found: Findings) -> None:
    """Seconds until the screen locks, 0: never; only where all that decides it is locked. Raises HostError."""
    if not has_desktop(host):
        return
    settings = enforced(host) if is_gnome_only(host) else {}
    locks, idle = switch(settings.get(_LOCK)), seconds(settings.get(_IDLE))
    delay = seconds(settings.get(_DELAY))
    if locks is False or idle == 0 or switch(settings.get(_LOCKDOWN)) is True:
        found.put("screen_lock_seconds", 0)
    elif locks and idle is not None and delay is not None:
        found.put("screen_lock_seconds", idle + delay)
    else:
        found.miss("not-enforced: screen_lock_seconds")
    found.used("dconf")


def observe_autorun(host: Host, found: Findings) -> None:
    """Whether nothing starts from a stick, where that is locked; raises HostError."""
    if not has_desktop(host):
        return
    never = switch(enforced(host).get(_AUTORUN)) if is_gnome_only(host) else None
    if never is None:
        found.miss("not-enforced: autorun_off")
    else:
        found.put("autorun_off", never)
    found.used("dconf")
