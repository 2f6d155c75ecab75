"""The doors of the running machine: Windows' own where it is one."""

from __future__ import annotations

import platform

from tuanthu_agent.windows.interface import Windows


def live_windows() -> Windows:
    """What this machine has."""
    if platform.system() != "Windows":
        return Windows()
    from tuanthu_agent.windows.live_accounts import LiveAccounts
    from tuanthu_agent.windows.live_registry import LiveRegistry
    from tuanthu_agent.windows.live_services import LiveServices
    from tuanthu_agent.windows.live_updates import LiveUpdateAgent
    from tuanthu_agent.windows.live_wmi import LiveWmi

    registry = LiveRegistry()
    return Windows(registry, LiveWmi(), LiveServices(registry), LiveAccounts(registry), LiveUpdateAgent())
