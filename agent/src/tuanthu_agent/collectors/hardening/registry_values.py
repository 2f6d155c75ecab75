"""Numbers of the registry, told apart into absent and unreadable: only what is truly absent has a default."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tuanthu_agent.host import Host, HostError

_CURRENT: Final = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion"
_PRODUCT: Final = r"HKLM\SYSTEM\CurrentControlSet\Control\ProductOptions"
_LARGEST: Final = 0xFFFFFFFF


@dataclass(frozen=True)
class Release:
    """Which Windows this is, by numbers and words that are never translated."""

    build: int
    server: bool
    controller: bool
    """A domain controller."""
    core: bool
    """Without a desktop."""


def number(host: Host, key: str, name: str) -> int | None:
    """A REG_DWORD; None where key or value does not exist. Raises HostError, also for one that is no such number."""
    value = host.windows.registry.find(key, name)
    if value is None:
        return None
    if type(value) is not int or not 0 <= value <= _LARGEST:
        raise HostError("unreadable", name)
    return value


def switch(host: Host, key: str, name: str) -> bool | None:
    """A REG_DWORD that is 0 or 1; raises HostError for any other."""
    value = number(host, key, name)
    if value not in (None, 0, 1):
        raise HostError("unreadable", name)
    return None if value is None else value == 1


def digits(host: Host, key: str, name: str) -> int | None:
    """A number that the registry keeps as text, as it does those of the control panel; raises HostError."""
    value = host.windows.registry.find(key, name)
    if value is None:
        return None
    text = value.strip("\0 ") if isinstance(value, str) else str(value) if type(value) is int else ""
    if not text.isdecimal() or not text.isascii() or len(text) > 9:
        raise HostError("unreadable", name)
    return int(text)


def has_key(host: Host, key: str) -> bool:
    """Whether a key exists; raises HostError where that cannot be told."""
    try:
        host.windows.registry.values(key)
    except HostError as error:
        if error.code == "not-found":
            return False
        raise
    return True


def release(host: Host) -> Release:
    """Which Windows this is; raises HostError."""
    build = digits(host, _CURRENT, "CurrentBuild") or digits(host, _CURRENT, "CurrentBuildNumber")
    kind = host.windows.registry.find_text(_PRODUCT, "ProductType")
    if not build or kind not in ("WinNT", "ServerNT", "LanmanNT"):
        raise HostError("unreadable", "windows-release")
    installation = host.windows.registry.find_text(_CURRENT, "InstallationType") or ""
    return Release(build, kind != "WinNT", kind == "LanmanNT", "Core" in installation or "Nano" in installation)
