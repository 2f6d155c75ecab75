"""Kind `firewall`: what the machine does with packets that come in."""

from __future__ import annotations

from tuanthu_agent.collectors.firewall.linux import read_linux
from tuanthu_agent.collectors.firewall.windows import read_windows
from tuanthu_agent.collectors.interface import CollectorError, CollectorResult, Findings, Settings
from tuanthu_agent.host import Host
from tuanthu_agent.system import NotAvailableError
from tuanthu_policy.status import ObservationStatus


def collect(host: Host, _settings: Settings) -> CollectorResult:
    """What can be told of the firewall; FAILED on a system whose firewall is not known here."""
    found = Findings()
    family = family_of(host)
    if family == "linux":
        read_linux(host, found)
    elif family == "windows":
        read_windows(host, found)
    else:
        raise CollectorError(ObservationStatus.FAILED, "none", f"not-available: firewall on {family}")
    return found.result()


def family_of(host: Host) -> str:
    """The family of the system; a folder that stands for a machine is a Linux one."""
    try:
        return host.system.family()
    except NotAvailableError:
        return "linux"
