"""Which Windows this is: build, revision, edition; and which channel of support that edition has."""

from __future__ import annotations

from typing import Final, Optional, Tuple

from tuanthu_agent.collectors.interface import Findings, Settings
from tuanthu_agent.collectors.updates.release import Key, put_release
from tuanthu_agent.host import Host
from tuanthu_agent.windows.interface import Registry

_VERSION: Final = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion"
_PRODUCT: Final = r"HKLM\SYSTEM\CurrentControlSet\Control\ProductOptions"
# EditionID as Windows itself writes it; the N and KN editions (without media) have the same support.
_CHANNELS: Final = {
    "general": (
        "cloud",
        "cloudedition",
        "core",
        "corecountryspecific",
        "coresinglelanguage",
        "homebasic",
        "homepremium",
        "professional",
        "professionalcountryspecific",
        "professionaleducation",
        "professionalsinglelanguage",
        "professionalworkstation",
        "starter",
        "ultimate",
    ),
    "enterprise": ("education", "enterprise", "iotenterprise", "serverrdsh"),
    "ltsc": ("enterprises",),
    "iot-ltsc": ("iotenterprises",),
}
_CHANNEL_OF: Final = {edition: channel for channel, editions in _CHANNELS.items() for edition in editions}


def read_windows_release(host: Host, found: Findings, settings: Settings) -> None:
    """Release, build, edition and end of support; raises HostError where the registry cannot be read."""
    registry = host.windows.registry
    build = registry.find_text(_VERSION, "CurrentBuild") or registry.find_text(_VERSION, "CurrentBuildNumber")
    revision = _revision(registry)
    edition = registry.find_text(_VERSION, "EditionID")
    server = server_kind(registry)
    found.used("registry")
    if build is not None:
        found.put("build", f"{build}.{revision}" if revision is not None else build)
    found.put("edition", edition)
    put_release(found, settings, windows_key(build, edition, server=server), f"Windows {build or '?'} {edition or '?'}")


def _revision(registry: Registry) -> Optional[int]:
    """What follows the build; None where it is no number: a build is one without it."""
    value = registry.find(_VERSION, "UBR")
    return value if isinstance(value, int) else None


def server_kind(registry: Registry) -> Optional[bool]:
    """Whether this is a server; None where Windows does not say."""
    kind = registry.find_text(_PRODUCT, "ProductType")
    return None if kind is None else kind.lower() != "winnt"


def windows_key(build: Optional[str], edition: Optional[str], *, server: Optional[bool]) -> Optional[Key]:
    """The key in the table; None where build, kind or a client's edition is not known."""
    if build is None or server is None:
        return None
    if server:
        return "windows-server", build, ""
    channel = channel_of(edition)
    return ("windows-client", build, channel) if channel else None


def channel_of(edition: Optional[str]) -> str:
    """The channel of a client edition, or empty."""
    name = (edition or "").lower()
    for one in _without_n(name):
        if one in _CHANNEL_OF:
            return _CHANNEL_OF[one]
    return ""


def _without_n(name: str) -> Tuple[str, ...]:
    return (name, *(name[: -len(mark)] for mark in ("n", "kn") if name.endswith(mark)))
