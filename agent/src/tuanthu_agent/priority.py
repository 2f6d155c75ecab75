"""Giving way to whoever works at this machine."""

import os
import platform
from typing import Final

import psutil

from tuanthu_agent.windows import windows_system

NICENESS: Final = 10


def lower_priority() -> None:
    """Give way to whoever works at this machine."""
    if os.name == "posix":
        os.nice(NICENESS)
    elif platform.system() == "Windows":
        windows_system.lower_priority()
    try:
        process = psutil.Process()
        if hasattr(process, "ionice") and hasattr(psutil, "IOPRIO_CLASS_BE"):
            process.ionice(psutil.IOPRIO_CLASS_BE, 7)
        elif hasattr(process, "ionice") and hasattr(psutil, "IOPRIO_LOW"):
            process.ionice(psutil.IOPRIO_LOW)  # Windows
    except (psutil.Error, OSError):
        return
