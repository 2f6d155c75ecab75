"""Whether the machine's address lies in its unit's networks, as the settings name them. Pure."""

from __future__ import annotations

import ipaddress
from typing import Sequence

from tuanthu_agent.collectors.interface import Findings
from tuanthu_agent.collectors.lan.network import Item, usable_addresses


def put_membership(found: Findings, networks: Sequence[str], item: Item | None) -> None:
    """The facts `unit_networks_set` and, of the interface with the default route, `in_unit_networks`."""
    found.put("unit_networks_set", bool(networks))
    if not networks:
        return
    if item is None:
        found.miss("no-default-route: unit_networks")
        return
    inside = lies_in(item, networks)
    if inside is None:
        found.miss("no-address: unit_networks")
        return
    found.put("in_unit_networks", inside)


def lies_in(item: Item, networks: Sequence[str]) -> bool | None:
    """Whether every address lies in one of the networks; families that they do not name do not count.

    None: there is no address to judge by.
    """
    try:
        wanted = [ipaddress.ip_network(text, strict=False) for text in networks]
    except ValueError:
        return None
    versions = {network.version for network in wanted}
    addresses = [address for address in usable_addresses(item) if address.version in versions]
    if not addresses:
        return None
    return all(any(address.ip in network for network in wanted) for address in addresses)
