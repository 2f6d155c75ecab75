"""How surely one condition of a rule matches a new connection from the network; pure and total."""

from __future__ import annotations

import ipaddress
from typing import Any, Final, Iterable, Tuple

from tuanthu_agent.collectors.firewall.ruleset import NARROW, NO, UNSURE, YES

ALL_PORTS: Final = 65_536
_ALMOST_ALL: Final = 60_000
_MANY: Final = 10_000
_OPPOSITE: Final = {NO: YES, YES: NO, NARROW: YES, UNSURE: UNSURE}
LOCAL_KINDS: Final = frozenset({"local", "unicast", "host"})


def negated(grade: int) -> int:
    """The grade of the opposite condition: not one of a few ports is nearly every port."""
    return _OPPOSITE[grade]


def ports(count: int) -> int:
    """A condition that holds for so many destination ports."""
    if count >= _ALMOST_ALL:
        return YES
    return UNSURE if count > _MANY else NARROW


def port_span(first: object, last: object) -> int:
    """How many ports a range has; all of them where that cannot be told."""
    if not isinstance(first, int) or not isinstance(last, int):
        return ALL_PORTS
    return max(0, min(last, ALL_PORTS - 1) - max(first, 0) + 1)


def connection_states(states: Iterable[Any]) -> int:
    """Connection tracking: the probe is a new connection."""
    return YES if any(isinstance(one, str) and one.lower() == "new" for one in states) else NO


def source(prefix: str, length: object) -> int:
    """A condition on the source: the probe comes from an address that is not named."""
    if isinstance(length, int) and not isinstance(length, bool):
        if length == 0:
            return YES
        if length < 8 and ":" not in prefix:
            return UNSURE
    return NO


def destination(prefix: str, length: object) -> int:
    """A condition on the destination: group addresses are not the machine's own, others may be."""
    try:
        address = ipaddress.ip_address(prefix)
    except ValueError:
        return UNSURE
    if length == 0:
        return YES
    return NO if address.is_multicast or str(address) == "255.255.255.255" else UNSURE


def packet_kinds(kinds: Iterable[Any]) -> int:
    """Address type of the destination, or kind of the packet: the probe is meant for this machine alone."""
    return YES if any(isinstance(one, str) and one.lower() in LOCAL_KINDS for one in kinds) else NO


def split_network(text: str) -> Tuple[str, object]:
    """`10.0.0.0/8` → address and length; an address alone has its full length, a bad length is None."""
    prefix, slash, length = text.partition("/")
    if not slash:
        return prefix, 128 if ":" in prefix else 32
    if length.isdecimal() and len(length) < 4:
        return prefix, int(length)
    return prefix, 0 if set(length) <= set("0.:") else 32
