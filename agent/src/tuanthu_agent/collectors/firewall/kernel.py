"""The packet filter rules of the running Linux kernel, from whichever of its two mechanisms holds them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final, List, Optional, Tuple

from tuanthu_agent.collectors.firewall.iptables import parse_iptables
from tuanthu_agent.collectors.firewall.nftables import Listing, parse_nft
from tuanthu_agent.collectors.firewall.ruleset import Chains
from tuanthu_agent.commands import CommandError
from tuanthu_agent.host import Host, HostError

_LEGACY: Final = {"ip": "/proc/net/ip_tables_names", "ip6": "/proc/net/ip6_tables_names"}
_COMMANDS: Final = {"ip": "iptables", "ip6": "ip6tables"}
_NET_ADMIN: Final = 12
_CAPABILITIES: Final = re.compile(r"^CapEff:\t([0-9a-fA-F]{1,16})$", re.MULTILINE)
_SECONDS: Final = 10.0


@dataclass
class Kernel:
    """What could be read of it; with a gap nothing may be concluded from what is not there."""

    chains: Chains = field(default_factory=dict)
    gaps: List[str] = field(default_factory=list)
    methods: List[str] = field(default_factory=list)


def read_kernel(host: Host) -> Kernel:
    """All rules in force in this network namespace."""
    kernel = Kernel()
    if may_read(host) is False:
        kernel.gaps.append("permission-denied: packet filter rules")
        return kernel
    _read_nftables(host, kernel)
    for family in ("ip", "ip6"):
        _read_legacy(host, kernel, family)
    return kernel


def may_read(host: Host) -> Optional[bool]:
    """Whether this process has the capability to see the rules; None where it cannot be told."""
    try:
        return parse_capability(host.read_text("/proc/self/status", 16 * 1024))
    except HostError:
        return None


def parse_capability(status: str) -> Optional[bool]:
    """CAP_NET_ADMIN among the effective capabilities of `/proc/self/status`."""
    match = _CAPABILITIES.search(status)
    return bool(int(match.group(1), 16) >> _NET_ADMIN & 1) if match else None


def _read_nftables(host: Host, kernel: Kernel) -> None:
    listing = _list_nftables(host, kernel)
    if listing is None:
        return
    kernel.methods.append("nft")
    kernel.chains.update(listing.chains)
    for family in listing.foreign:
        if family in _COMMANDS:
            _read_saved(host, kernel, family, f"{_COMMANDS[family]}-nft-save")


def _list_nftables(host: Host, kernel: Kernel) -> Optional[Listing]:
    """The listing without the contents of sets, which may be huge (old versions cannot leave them out)."""
    error: Optional[CommandError] = None
    for options in (("-j", "-t"), ("-j",)):
        try:
            listing = parse_nft(host.commands.run("nft", *options, "list", "ruleset", seconds=_SECONDS))
        except CommandError as caught:
            error = caught
            if caught.code != "command-failed":
                break
            continue
        if listing is None:
            kernel.gaps.append("nft-output: no listing of rules")
        return listing
    if error is not None and error.code == "command-not-found":
        return _without_nft(host, kernel)
    kernel.gaps.append(str(error))
    return None


def _without_nft(host: Host, kernel: Kernel) -> Optional[Listing]:
    """Where the program is missing there are no such rules if the kernel has no such module, or those of iptables."""
    if host.exists("/proc/modules") and host.has("/sys/module/nf_tables") is False:
        return None
    for family in ("ip", "ip6"):
        _read_saved(host, kernel, family, f"{_COMMANDS[family]}-nft-save", missing="command-not-found: nft")
    return None


def _read_saved(host: Host, kernel: Kernel, family: str, command: str, missing: str = "") -> None:
    """Rules that iptables wrote, as it alone shows them whole, in place of those that are known in part."""
    text = _save(host, (command, _COMMANDS.get(family, "")), kernel, missing)
    if text is None:
        return
    if "is incompatible" in text and missing:
        kernel.gaps.append(missing)
    saved = parse_iptables(text, family)
    tables = {(one[0], one[1]) for one in saved}
    kernel.chains = {key: chain for key, chain in kernel.chains.items() if (key[0], key[1]) not in tables}
    kernel.chains.update(saved)


def _save(host: Host, commands: Tuple[str, ...], kernel: Kernel, missing: str = "") -> Optional[str]:
    """What the first of these programs that is there prints; the gap is noted."""
    problem = missing
    for command in (one if one.endswith("-save") else f"{one}-save" for one in commands if one):
        try:
            text = host.commands.run(command, seconds=_SECONDS)
        except CommandError as error:
            problem = missing or str(error)
            if error.code == "command-not-found":
                continue
            break
        kernel.methods.append(command)
        return text
    kernel.gaps.append(problem)
    return None


def _read_legacy(host: Host, kernel: Kernel, family: str) -> None:
    """Rules of the older mechanism, which `nft` does not show; its tables are only asked for where they are loaded."""
    try:
        tables = host.read_text(_LEGACY[family], 4096).split()
    except HostError as error:
        if error.code != "not-found":
            kernel.gaps.append(str(error))
        return
    if not tables:
        return
    text = _save(host, (f"{_COMMANDS[family]}-legacy-save", _COMMANDS[family]), kernel)
    if text is None:
        return
    for (_, table, name), chain in parse_iptables(text, family).items():
        # A table of that name may stand in nftables as well: both filter.
        chain.table = f"legacy {table}"
        kernel.chains[(family, chain.table, name)] = chain
