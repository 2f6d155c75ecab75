"""Remote desktop of Windows: on or off, and whether a caller must prove who he is before a session is made.

A policy overrides the setting (Microsoft: "Terminal Services", TS_USER_AUTHENTICATION and TS_DISABLE_CONNECTIONS). No
default is assumed: every installation writes these values.
"""

from __future__ import annotations

from typing import Final

from tuanthu_agent.collectors.hardening.registry_values import number, switch
from tuanthu_agent.collectors.interface import Findings
from tuanthu_agent.host import Host

_POLICY: Final = r"HKLM\SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services"
_SERVER: Final = r"HKLM\SYSTEM\CurrentControlSet\Control\Terminal Server"
_LISTENER: Final = _SERVER + r"\WinStations\RDP-Tcp"


def observe(host: Host, found: Findings) -> None:
    """On or off, network level authentication, and the raw levels of security and encryption; raises HostError."""
    denied = switch(host, _POLICY, "fDenyTSConnections")
    if denied is None:
        denied = switch(host, _SERVER, "fDenyTSConnections")
    if denied is not None:
        found.put("remote_desktop_enabled", not denied)
    authentication = switch(host, _POLICY, "UserAuthentication")
    if authentication is None:
        authentication = switch(host, _LISTENER, "UserAuthentication")
    found.put("remote_desktop_nla", authentication)
    for fact, name in (
        ("remote_desktop_security_layer", "SecurityLayer"),
        ("remote_desktop_encryption", "MinEncryptionLevel"),
    ):
        level = number(host, _POLICY, name)
        found.put(fact, number(host, _LISTENER, name) if level is None else level)
    found.used("registry")
