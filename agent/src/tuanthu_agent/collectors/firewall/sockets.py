"""Which TCP ports wait for connections from the network, and whether the machine uses IPv6; from /proc/net."""

from __future__ import annotations

from typing import Final, List, Optional, Tuple

from tuanthu_agent.host import MOST_BYTES, Host, HostError

_LISTENING: Final = "0A"
_LOOPBACK6: Final = "0" * 24 + "01000000"
_MAPPED: Final = "0" * 16 + "FFFF0000"
Listener = Tuple[int, str]
"""Port, family."""


def parse_listeners(text: str, family: str) -> List[Listener]:
    """`/proc/net/tcp` or `tcp6`: ports that listen on other than loopback addresses; the kernel writes hexadecimal."""
    found = set()
    for line in text.splitlines():
        fields = line.split()
        if len(fields) < 4 or fields[3] != _LISTENING:
            continue
        address, colon, port = fields[1].partition(":")
        if not colon or is_loopback(address):
            continue
        try:
            number = int(port, 16)
        except ValueError:
            continue
        if 0 < number < 65536:
            found.add((number, family))
    return sorted(found)


def is_loopback(address: str) -> bool:
    """Whether the kernel's hexadecimal address (words little end first) is one of loopback."""
    if len(address) == 8:
        return address.endswith("7F")
    return address == _LOOPBACK6 or (address.upper().startswith(_MAPPED) and address.endswith("7F"))


def read_listeners(host: Host) -> Optional[List[Listener]]:
    """All of both families; None where they cannot be read. A kernel without IPv6 has no second file."""
    found: List[Listener] = []
    for path, family in (("/proc/net/tcp", "ipv4"), ("/proc/net/tcp6", "ipv6")):
        try:
            data = host.read_bytes(path)
        except HostError as error:
            if error.code == "not-found" and family == "ipv6":
                continue
            return None
        if len(data) >= MOST_BYTES:
            return None  # more connections than can be looked through
        found += parse_listeners(data.decode("ascii", errors="replace"), family)
    return sorted(found)


def parse_addresses6(text: str) -> bool:
    """`/proc/net/if_inet6`: whether an interface other than loopback has an address."""
    return any(len(fields) == 6 and fields[5] != "lo" for fields in map(str.split, text.splitlines()))


def uses_ipv6(host: Host) -> Optional[bool]:
    """Whether the machine has IPv6 addresses; None where it cannot be told."""
    try:
        return parse_addresses6(host.read_text("/proc/net/if_inet6"))
    except HostError as error:
        return False if error.code == "not-found" and host.exists("/proc/net/dev") else None
