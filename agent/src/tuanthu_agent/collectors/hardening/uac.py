"""User Account Control of Windows. No default is assumed: every installation writes these values."""

from __future__ import annotations

from typing import Final

from tuanthu_agent.collectors.hardening.registry_values import number, switch
from tuanthu_agent.collectors.interface import Findings
from tuanthu_agent.host import Host

_SYSTEM: Final = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System"


def observe(host: Host, found: Findings) -> None:
    """On or off, what an administrator is asked, and whether on a desktop of its own; raises HostError."""
    found.put("uac_enabled", switch(host, _SYSTEM, "EnableLUA"))
    found.put("uac_admin_prompt", number(host, _SYSTEM, "ConsentPromptBehaviorAdmin"))
    found.put("uac_secure_desktop", switch(host, _SYSTEM, "PromptOnSecureDesktop"))
    found.used("registry")
