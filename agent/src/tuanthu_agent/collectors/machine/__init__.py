"""Kind `host`: what this machine is."""

from __future__ import annotations

from tuanthu_agent.collectors.interface import CollectorResult, Findings, Settings
from tuanthu_agent.collectors.lan.reading import is_windows, read_network
from tuanthu_agent.collectors.machine.common import read_common
from tuanthu_agent.collectors.machine.inventory import put_inventory
from tuanthu_agent.collectors.machine.linux import read_linux_machine
from tuanthu_agent.collectors.machine.windows import read_windows_machine
from tuanthu_agent.host import Host


def collect(host: Host, settings: Settings) -> CollectorResult:
    """Everything of the kind `host` that can be read."""
    found = Findings()
    read_common(found, host, settings)
    serial_known = read_windows_machine(found, host) if is_windows(host) else read_linux_machine(found, host)
    # The gaps of the network are the business of the kind `lan`.
    network = read_network(host, Findings(), brief=True)
    put_inventory(found, settings, network, serial_known=serial_known)
    return found.result()
