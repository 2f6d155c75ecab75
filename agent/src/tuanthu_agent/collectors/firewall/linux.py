"""The firewall of a Linux machine: what its kernel filters, and what set the rules."""

from __future__ import annotations

from typing import Final, List, Optional

from tuanthu_agent.collectors.firewall.kernel import Kernel, read_kernel
from tuanthu_agent.collectors.firewall.managers import find_managers
from tuanthu_agent.collectors.firewall.ruleset import UNCLEAR, ask
from tuanthu_agent.collectors.firewall.sockets import read_listeners, uses_ipv6
from tuanthu_agent.collectors.interface import Findings
from tuanthu_agent.host import Host, HostError
from tuanthu_agent.process_table import Processes
from tuanthu_agent.system import NotAvailableError

MOST_LISTENERS: Final = 200


def read_linux(host: Host, found: Findings) -> None:
    """Everything that can be told."""
    kernel = read_kernel(host)
    for gap in kernel.gaps:
        found.miss(gap)
    for method in kernel.methods:
        found.used(method)
    if not kernel.gaps:
        _put_rules(host, kernel, found)
    managers = find_managers(host, _processes(host), None if kernel.gaps else kernel.chains)
    if managers or host.exists("/usr/sbin"):
        # None is only none where one would have been seen.
        found.put("managers", managers)
    found.put("ipv6_enabled", uses_ipv6(host))
    _put_listeners(host, found)


def _put_rules(host: Host, kernel: Kernel, found: Findings) -> None:
    hardware = hardware_interfaces(host)
    for family, name in (("ip", "inbound_default"), ("ip6", "inbound_default_ipv6")):
        answer = ask(kernel.chains, family, hardware)
        if answer.default == UNCLEAR:
            found.miss(f"ruleset-unclear: {name}")
        else:
            found.put(name, answer.default)
        if family == "ip":
            found.put("active", answer.filters)
            if answer.filters is None:
                found.miss("ruleset-unclear: active")


def hardware_interfaces(host: Host) -> Optional[List[str]]:
    """Network interfaces with a device behind or below them (a bridge, a bond, a VLAN); None where none can be seen."""
    try:
        names = host.names("/sys/class/net")
    except HostError:
        return None
    return [name for name in names if _is_hardware(host, name, 4)] or None


def _is_hardware(host: Host, name: str, depth: int) -> bool:
    folder = f"/sys/class/net/{name}"
    if host.exists(f"{folder}/device"):
        return True
    try:
        below = [one[6:] for one in host.names(folder) if one.startswith("lower_")]
    except HostError:
        return False
    return depth > 0 and any(_is_hardware(host, one, depth - 1) for one in below)


def _processes(host: Host) -> Optional[Processes]:
    try:
        return host.system.processes()
    except (NotAvailableError, OSError):
        return None


def _put_listeners(host: Host, found: Findings) -> None:
    listeners = read_listeners(host)
    if listeners is None:
        found.miss("unreadable: listeners")
        return
    found.used("proc")
    found.put("listener_count", len(listeners))
    if len(listeners) > MOST_LISTENERS:
        found.miss("too-many: listeners")
    found.put("listeners", [{"port": port, "family": family} for port, family in listeners[:MOST_LISTENERS]])
