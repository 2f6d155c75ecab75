"""The doors of the running machine: Windows' own where it is one."""

from __future__ import annotations

import platform

from tuanthu_agent.windows.interface import Windows


def live_windows() -> Windows:
    """What this machine has."""
    if platform.system() != "Windows":
        return Windows()
    return Windows()
