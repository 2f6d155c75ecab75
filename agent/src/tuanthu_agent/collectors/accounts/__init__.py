"""Kind `accounts`: who can log on to this machine itself, who rules it, and what its passwords must be."""

from __future__ import annotations

from tuanthu_agent.collectors.accounts import linux, windows
from tuanthu_agent.collectors.interface import CollectorError, CollectorResult, Findings, Settings
from tuanthu_agent.host import Host
from tuanthu_agent.system import NotAvailableError
from tuanthu_policy.status import ObservationStatus


def collect(host: Host, _settings: Settings) -> CollectorResult:
    """Everything of the kind `accounts` that can be read; raises CollectorError on other systems."""
    try:
        family = host.system.family()
    except NotAvailableError:
        family = "linux"  # a folder that stands for a Linux machine
    found = Findings()
    if family == "windows":
        windows.observe(host, found)
    elif family == "linux":
        linux.observe(host, found)
    else:
        raise CollectorError(ObservationStatus.UNSUPPORTED, "none", f"not-available: accounts on {family}")
    return found.result()
