"""The profiles of Windows Firewall as they are in force: group policy over device management over local settings.

Keys and values: MS-GPFAS section 2.2.3, Firewall CSP; which store wins: MS-FASP section 2.2.38.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Dict, Final, List, Optional, Tuple

from tuanthu_agent.windows.interface import Registry

_LOCAL: Final = r"HKLM\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy"
_POLICY: Final = r"HKLM\SOFTWARE\Policies\Microsoft\WindowsFirewall"
# The policies of Windows XP know one profile for all networks outside the domain; its name stayed for the private one.
PROFILES: Final = {
    "domain": ("DomainProfile", ("DomainProfile",)),
    "private": ("StandardProfile", ("PrivateProfile", "StandardProfile")),
    "public": ("PublicProfile", ("PublicProfile", "StandardProfile")),
}
"""Profile → its local key, and its keys below the group policy."""


@dataclass(frozen=True)
class Profile:
    """One profile; None is what could not be told."""

    id: str
    enabled: Optional[bool]
    inbound_default: Optional[str]
    source: str = ""

    def item(self, *, in_use: Optional[bool]) -> Dict[str, object]:
        """Its fields as a fact."""
        values = {
            "enabled": self.enabled,
            "inbound_default": self.inbound_default,
            "source": self.source or None,
            "in_use": in_use,
        }
        return {"id": self.id, **{name: value for name, value in values.items() if value is not None}}


def read_profiles(registry: Registry) -> List[Profile]:
    """All three; raises HostError where the registry cannot be read."""
    return [_profile(registry, name) for name in PROFILES]


def _profile(registry: Registry, name: str) -> Profile:
    local, policies = PROFILES[name]
    places = [
        *((rf"{_POLICY}\{one}", "policy") for one in policies),
        (rf"{_LOCAL}\Mdm\{local}", "mdm"),
        (rf"{_LOCAL}\{local}", "local"),
    ]
    enabled, source = _first(registry, places, "EnableFirewall")
    action, _ = _first(registry, places, "DefaultInboundAction")
    shielded, _ = _first(registry, places, "DoNotAllowExceptions")
    return Profile(name, flag(enabled), inbound(action, shielded), source if flag(enabled) is not None else "")


def _first(registry: Registry, places: List[Tuple[str, str]], name: str) -> Tuple[Optional[int], str]:
    """The number in the first place that has one."""
    for key, source in places:
        value = registry.find_number(key, name)
        if value is not None:
            return value, source
    return None, ""


def flag(value: Optional[int]) -> Optional[bool]:
    """0 or 1; anything else tells nothing."""
    return bool(value) if value in (0, 1) else None


def inbound(action: Optional[int], shielded: Optional[int]) -> Optional[str]:
    """What becomes of a connection that no rule names: blocked unless it was set otherwise."""
    if shielded == 1 or action in (None, 1):
        return "drop"
    return "accept" if action == 0 else None
