"""What sets the firewall's rules on Linux: ufw, firewalld, the services of nftables and iptables; by their files."""

from __future__ import annotations

import re
from typing import Any, Dict, Final, List, Optional, Tuple

from tuanthu_agent.collectors.firewall.ruleset import Chains
from tuanthu_agent.host import Host, HostError
from tuanthu_agent.process_table import Processes

_SETTING: Final = re.compile(r"^\s*([A-Za-z_]+)\s*=\s*[\"']?([^\"'#\s]*)", re.MULTILINE)
_UNITS: Final = "/etc/systemd/system"
_WANTS: Final = ("sysinit.target.wants", "multi-user.target.wants", "basic.target.wants", "network-pre.target.wants")


def parse_settings(text: str) -> Dict[str, str]:
    """`NAME=value` lines of ufw's and firewalld's settings."""
    return dict(_SETTING.findall(text))


def find_managers(host: Host, processes: Optional[Processes], chains: Optional[Chains]) -> List[Dict[str, Any]]:
    """One item for each that is installed; `chains` None: the kernel's rules are not known."""
    found = [
        _ufw(host, chains),
        _firewalld(host, processes, chains),
        _service(host, "nftables", ("/etc/nftables.conf", "/etc/sysconfig/nftables.conf"), ("nftables.service",)),
        _service(
            host,
            "iptables",
            ("/etc/iptables/rules.v4", "/etc/sysconfig/iptables"),
            ("netfilter-persistent.service", "iptables.service"),
        ),
    ]
    return [item for item in found if item is not None]


def _ufw(host: Host, chains: Optional[Chains]) -> Optional[Dict[str, Any]]:
    if not host.exists("/usr/sbin/ufw"):
        return None
    item: Dict[str, Any] = {"id": "ufw"}
    enabled = _settings(host, "/etc/ufw/ufw.conf").get("ENABLED", "").lower()
    if enabled in ("yes", "no"):
        item["enabled"] = enabled == "yes"
    if chains is not None:
        item["loaded"] = any(name == "ufw-user-input" for _, _, name in chains)
    policy = _settings(host, "/etc/default/ufw").get("DEFAULT_INPUT_POLICY", "").lower()
    if policy:
        item["inbound_default"] = policy
    return item


def _firewalld(host: Host, processes: Optional[Processes], chains: Optional[Chains]) -> Optional[Dict[str, Any]]:
    if not any(host.exists(path) for path in ("/usr/sbin/firewalld", "/usr/bin/firewalld")):
        return None
    item: Dict[str, Any] = {"id": "firewalld", "enabled": is_wanted(host, "firewalld.service")}
    running = processes.runs("firewalld") if processes is not None else None
    if running is not None:
        item["running"] = running
    if chains is not None:
        item["loaded"] = any(table == "firewalld" or name == "INPUT_ZONES" for _, table, name in chains)
    zone = _settings(host, "/etc/firewalld/firewalld.conf").get("DefaultZone")
    if zone:
        item["inbound_default"] = zone
    return item


def _service(host: Host, name: str, files: Tuple[str, ...], units: Tuple[str, ...]) -> Optional[Dict[str, Any]]:
    """A service that loads rules from a file when the machine starts, and then is gone."""
    if not any(host.exists(path) for path in files):
        return None
    return {"id": name, "enabled": any(is_wanted(host, unit) for unit in units)}


def is_wanted(host: Host, unit: str) -> bool:
    """Whether systemd starts that unit with the machine."""
    return any(host.has_link(f"{_UNITS}/{target}/{unit}") for target in _WANTS)


def _settings(host: Host, path: str) -> Dict[str, str]:
    try:
        return parse_settings(host.read_text(path, 64 * 1024))
    except HostError:
        return {}
