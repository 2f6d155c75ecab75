"""What the reading of either system gives: interfaces, default routes and name servers, still without conclusions."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from typing import Any, Dict

Item = Dict[str, Any]
"""One interface, with the fields of `interfaces` in policies/facts/lan.yml; a field that is not known is absent."""


@dataclass(frozen=True)
class Route:
    """A default route."""

    interface: str
    """Name of the interface as in its item."""
    address: str
    """The gateway; empty where the interface itself leads on (point to point)."""
    metric: int


@dataclass
class Network:
    """One machine's network as far as it could be read."""

    items: list[Item] | None = None
    """None: could not be read."""
    kinds_certain: bool = True
    """Whether the kinds rest on more than names; if not, nothing is counted by them."""
    routes: list[Route] | None = None
    """All default routes, the one in use first, IPv4 before IPv6; None: could not be read."""
    servers: list[str] | None = None
    """Name servers in the order in which they are asked; None: could not be read."""
    forwarding: bool | None = None
    """Whether the machine passes packets on between its networks; None: could not be read."""
    duplicate_seen: bool = False
    """Whether the system itself has found one of its addresses at somebody else's."""
    paths: list[Item] = field(default_factory=list)
    """Second paths that only this system knows of (shared connections)."""
    paths_doubtful: list[str] = field(default_factory=list)
    """Causes for which second paths cannot be counted."""

    def gateway(self) -> Route | None:
        """The best default route that has a gateway."""
        return next((route for route in self.routes or [] if route.address), None)

    def default_item(self) -> Item | None:
        """The interface of the default route in use; None where there is none or it is not listed."""
        route = self.gateway() or next(iter(self.routes or []), None)
        if route is None:
            return None
        return next((item for item in self.items or [] if item["name"] == route.interface), None)


def present(**fields: object) -> Item:
    """Only the fields that are known."""
    return {name: value for name, value in fields.items() if value is not None}


def usable_addresses(item: Item) -> list[ipaddress.IPv4Interface | ipaddress.IPv6Interface]:
    """The addresses of an interface that reach beyond its link, with their networks; others are left out."""
    found = []
    for text in item.get("addresses", ()):
        try:
            address = ipaddress.ip_interface(text)
        except ValueError:
            continue
        if not (address.is_link_local or address.is_loopback or address.is_multicast or address.is_unspecified):
            found.append(address)
    return found
