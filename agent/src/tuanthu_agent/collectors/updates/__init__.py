"""Kind `updates`: whether the operating system gets its updates, and for how long there will be any."""

from __future__ import annotations

from tuanthu_agent.collectors.interface import CollectorError, CollectorResult, Findings, Settings
from tuanthu_agent.collectors.updates.linux import read_linux
from tuanthu_agent.collectors.updates.windows import read_windows
from tuanthu_agent.host import Host
from tuanthu_agent.system import NotAvailableError
from tuanthu_policy.status import ObservationStatus


def collect(host: Host, settings: Settings) -> CollectorResult:
    """What can be told of updates; FAILED on a system whose updates are not known here."""
    found = Findings()
    try:
        family = host.system.family()
    except NotAvailableError:
        family = "linux"  # a folder that stands for a machine
    if family == "linux":
        read_linux(host, found, settings)
    elif family == "windows":
        read_windows(host, found, settings)
    else:
        raise CollectorError(ObservationStatus.FAILED, "none", f"not-available: updates on {family}")
    return found.result()
