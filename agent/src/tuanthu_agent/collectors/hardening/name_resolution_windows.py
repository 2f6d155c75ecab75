"""Asking the neighbours for names: LLMNR and NetBIOS of Windows.

LLMNR is on unless a policy turns it off (Microsoft: "Turn off multicast name resolution", `EnableMulticast` 0).
"""

from __future__ import annotations

from typing import Final

from tuanthu_agent.collectors.hardening.registry_values import number, switch
from tuanthu_agent.collectors.interface import Findings
from tuanthu_agent.host import Host

_CLIENT: Final = r"HKLM\SOFTWARE\Policies\Microsoft\Windows NT\DNSClient"
_INTERFACES: Final = r"HKLM\SYSTEM\CurrentControlSet\Services\NetBT\Parameters\Interfaces"
_ON: Final = 1
_OFF: Final = 2


def observe_llmnr(host: Host, found: Findings) -> None:
    """Whether names are asked of everybody near; raises HostError."""
    enabled = switch(host, _CLIENT, "EnableMulticast")
    found.put("llmnr_enabled", True if enabled is None else enabled)
    found.used("registry")


def observe_netbios(host: Host, found: Findings) -> None:
    """Whether NetBIOS is on for an interface; unknown where the DHCP server decides (0). Raises HostError."""
    keys = host.windows.registry.keys_below(_INTERFACES)
    options = [number(host, f"{_INTERFACES}\\{key}", "NetbiosOptions") for key in keys]
    if _ON in options:
        found.put("netbios_enabled", True)  # noqa: FBT003  a fact
    elif options and all(one == _OFF for one in options):
        found.put("netbios_enabled", False)  # noqa: FBT003  a fact
