"""Whether people sit in front of a desktop here: rules on screens and sticks ask only where one is."""

from __future__ import annotations

from typing import Final

from tuanthu_agent.collectors.hardening.registry_values import release
from tuanthu_agent.collectors.interface import Findings
from tuanthu_agent.host import Host, HostError

_SESSIONS: Final = ("/usr/share/xsessions", "/usr/share/wayland-sessions", "/usr/local/share/xsessions")
_PROGRAMS: Final = tuple(
    f"/usr/bin/{name}"
    for name in (
        "gnome-shell",
        "plasmashell",
        "xfce4-session",
        "mate-session",
        "cinnamon",
        "lxsession",
        "lxqt-session",
        "startx",
    )
)


def observe_windows(host: Host, found: Findings) -> None:
    """All but Server Core and Nano have one; raises HostError."""
    found.put("desktop", not release(host).core)
    found.used("registry")


def observe_linux(host: Host, found: Findings) -> None:
    """By sessions to choose from and by programs of the usual desktops; raises HostError."""
    found.put("desktop", has_desktop(host))
    found.used("files")


def has_desktop(host: Host) -> bool:
    """Whether a desktop is installed; raises HostError where that cannot be told."""
    if not host.exists("/usr"):
        raise HostError("not-found", "/usr")
    for folder in _SESSIONS:
        try:
            if any(name.endswith(".desktop") for name in host.names(folder)):
                return True
        except HostError as error:
            if error.code != "not-found":
                raise
    answers = [host.has(path) for path in _PROGRAMS]
    if True in answers:
        return True
    if None in answers:
        raise HostError("permission-denied", "/usr/bin")
    return False
