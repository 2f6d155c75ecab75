"""How Linux came by its addresses: what `ip -o address` prints (no word of it is ever translated)."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Final

from tuanthu_agent.collectors.interface import Findings
from tuanthu_agent.commands import CommandError
from tuanthu_agent.host import Host

_CLIENTS_WITHOUT_LIFETIME: Final = ("/sbin/udhcpc", "/usr/sbin/udhcpc", "/usr/bin/udhcpc")
"""DHCP clients that set addresses for ever, so that a leased one looks like a static one."""


@dataclass(frozen=True)
class Address:
    """One address of an interface."""

    interface: str
    address: str
    dynamic: bool
    """It has a limited lifetime: leased or announced."""
    duplicate: bool
    """The kernel found another owner of it (IPv6 only)."""


def read_addresses(host: Host, found: Findings) -> list[Address] | None:
    """All addresses; None, with a gap, where they cannot be listed."""
    try:
        text = host.commands.run("ip", "-o", "address", "show")
    except CommandError as error:
        found.miss(str(error))
        return None
    found.used("ip-address")
    return parse_addresses(text)


def parse_addresses(text: str) -> list[Address]:
    """Lines like `2: eth0    inet 192.0.2.7/24 brd … scope global dynamic eth0\\       valid_lft 85000sec …`."""
    found = []
    for line in text.splitlines():
        words = line.partition("\\")[0].split()
        if len(words) < 6 or words[2] not in ("inet", "inet6") or "scope" not in words:
            continue
        try:
            address = str(ipaddress.ip_address(words[3].partition("/")[0]))
        except ValueError:
            continue
        flags = words[words.index("scope") + 2 :]
        if words[2] == "inet":
            flags = flags[:-1]  # the label
        name = words[1].partition("@")[0]
        found.append(Address(name, address, "dynamic" in flags, "dadfailed" in flags))
    return found


def assignment_of(host: Host, addresses: list[Address] | None, name: str) -> str | None:
    """`dynamic` or `static`, by the interface's IPv4 addresses, else by its IPv6 ones beyond the link."""
    own = [one for one in addresses or [] if one.interface == name and not is_local(one.address)]
    chosen = [one for one in own if ":" not in one.address] or own
    if not chosen:
        return None
    if any(one.dynamic for one in chosen):
        return "dynamic"
    return None if lifetime_is_hidden(host) else "static"


def is_local(address: str) -> bool:
    """Whether an address counts on its own link alone."""
    parsed = ipaddress.ip_address(address)
    return parsed.is_link_local or parsed.is_loopback


def lifetime_is_hidden(host: Host) -> bool:
    """Whether a client is installed that sets leased addresses as if they were for ever."""
    return any(host.exists(path) for path in _CLIENTS_WITHOUT_LIFETIME)
