"""The network of this machine, by whichever system's ways."""

from __future__ import annotations

from tuanthu_agent.collectors.interface import Findings
from tuanthu_agent.collectors.lan.linux import read_linux
from tuanthu_agent.collectors.lan.network import Network
from tuanthu_agent.collectors.lan.windows import read_windows
from tuanthu_agent.host import Host
from tuanthu_agent.system import NotAvailableError


def read_network(host: Host, found: Findings, *, brief: bool = False) -> Network:
    """Everything that can be read without sending a packet; `brief`: what costs little suffices."""
    return read_windows(host, found, brief=brief) if is_windows(host) else read_linux(host, found)


def is_windows(host: Host) -> bool:
    """Whether to ask in Windows' ways."""
    try:
        return host.system.family() == "windows"
    except (NotAvailableError, OSError):
        return False
