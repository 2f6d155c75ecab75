"""The firewall of a Windows machine: its own, by registry and services, and others that registered with Windows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Dict, Final, List, Optional, Set

from tuanthu_agent.collectors.firewall.profiles import Profile, read_profiles
from tuanthu_agent.collectors.interface import Findings
from tuanthu_agent.host import Host, HostError

_SECURITY_CENTER: Final = "root\\SecurityCenter2"
_STATES: Final = {0x0000: "off", 0x1000: "on", 0x2000: "snoozed", 0x3000: "expired"}
_CATEGORIES: Final = {0: "public", 1: "private", 2: "domain"}
_IPV6: Final = r"HKLM\SYSTEM\CurrentControlSet\Services\Tcpip6\Parameters"
_PRODUCT: Final = r"HKLM\SYSTEM\CurrentControlSet\Control\ProductOptions"
MOST_PRODUCTS: Final = 16


@dataclass
class Seen:
    """What was read; None is what could not be."""

    service: Optional[bool] = None
    profiles: Optional[List[Profile]] = None
    in_use: Optional[Set[str]] = None
    products: Optional[List[Dict[str, Any]]] = field(default=None)
    server: Optional[bool] = None

    @property
    def other_on(self) -> Optional[bool]:
        """Whether another firewall filters. Servers have no Security Center in which one could register."""
        if self.products is None:
            return False if self.server else None
        return any(one.get("state") == "on" for one in self.products)

    @property
    def enabled(self) -> Optional[Dict[str, bool]]:
        """Profile → whether it is on; None unless all three are known."""
        known = {one.id: one.enabled for one in self.profiles or [] if one.enabled is not None}
        return known if len(known) == 3 else None


def read_windows(host: Host, found: Findings) -> None:
    """Everything that can be told."""
    seen = Seen()
    seen.service = _services(host, found)
    try:
        seen.profiles = read_profiles(host.windows.registry)
        found.used("registry")
    except HostError as error:
        found.miss(str(error))
    seen.server = is_server(host)
    seen.in_use = _profiles_in_use(host)
    seen.products = _products(host, found, server=seen.server)
    found.put("service_running", seen.service)
    found.put("products", seen.products)
    if seen.profiles is not None:
        in_use = seen.in_use
        found.put("profiles", [one.item(in_use=None if in_use is None else one.id in in_use) for one in seen.profiles])
        if seen.enabled is None:
            found.miss("profile-unset: all_profiles_enabled")
    _conclude(seen, found)
    _put_ipv6(host, found)


def _conclude(seen: Seen, found: Findings) -> None:
    found.put("active", is_active(seen))
    if "active" not in found.facts:
        found.miss("firewall-unclear: active")
    found.put("all_profiles_enabled", all_enabled(seen))
    default = inbound_default(seen)
    found.put("inbound_default", default)
    found.put("inbound_default_ipv6", default)
    if default is None:
        cause = "third-party-firewall" if seen.other_on else "firewall-unclear"
        found.miss(f"{cause}: inbound_default, inbound_default_ipv6")


def is_active(seen: Seen) -> Optional[bool]:
    """Whether packets are filtered on the networks that are connected now."""
    if seen.other_on:
        return True
    own = _own_active(seen)
    return None if own is False and seen.other_on is None else own


def _own_active(seen: Seen) -> Optional[bool]:
    if seen.service is False:
        return False
    if seen.service is None or seen.enabled is None:
        return None
    relevant = [seen.enabled[one] for one in seen.in_use] if seen.in_use else list(seen.enabled.values())
    if all(relevant):
        return True
    return False if seen.in_use or not any(relevant) else None


def all_enabled(seen: Seen) -> Optional[bool]:
    """Whether a firewall is on whatever network gets connected."""
    if seen.other_on:
        return True
    if any(one.enabled is False for one in seen.profiles or []):
        return None if seen.other_on is None else False
    return True if seen.enabled is not None else None


def inbound_default(seen: Seen) -> Optional[str]:
    """The laxest of all profiles; what another firewall does is not known."""
    if seen.other_on or seen.profiles is None or seen.service is None:
        return None
    lax = seen.service is False or any(one.enabled is False or one.inbound_default == "accept" for one in seen.profiles)
    if lax:
        return None if seen.other_on is None else "accept"
    if seen.enabled is None or any(one.inbound_default is None for one in seen.profiles):
        return None
    return "drop"


def _services(host: Host, found: Findings) -> Optional[bool]:
    """Whether the firewall's service and the engine below it run."""
    try:
        table = host.windows.services.table()
    except HostError as error:
        found.miss(str(error))
        return None
    found.used("services")
    return all(name in table and table[name].running for name in ("mpssvc", "bfe"))


def is_server(host: Host) -> Optional[bool]:
    """Whether this is a server edition of Windows."""
    try:
        kind = host.windows.registry.find_text(_PRODUCT, "ProductType")
    except HostError:
        return None
    return None if kind is None else kind.lower() != "winnt"


def _profiles_in_use(host: Host) -> Optional[Set[str]]:
    """Profiles of the networks that are connected; None where Windows is too old to tell."""
    try:
        rows = host.windows.wmi.select("root\\StandardCimv2", "MSFT_NetConnectionProfile", ["NetworkCategory"])
    except HostError:
        return None
    categories = [row.get("NetworkCategory") for row in rows]
    if not all(isinstance(one, int) and one in _CATEGORIES for one in categories):
        return None
    return {_CATEGORIES[one] for one in categories if isinstance(one, int)}


def _products(host: Host, found: Findings, *, server: Optional[bool]) -> Optional[List[Dict[str, Any]]]:
    """Other firewalls that have registered; None where that cannot be told."""
    try:
        rows = host.windows.wmi.select(_SECURITY_CENTER, "FirewallProduct", ["displayName", "productState"])
    except HostError as error:
        if not (server and error.code == "namespace-missing"):
            found.miss(str(error))
        return None
    found.used("security-center")
    items = sorted(
        (item for item in map(product, rows) if item), key=lambda one: (str(one.get("name")), str(one.get("raw_state")))
    )
    if len(items) > MOST_PRODUCTS:
        found.miss("too-many: products")
    return items[:MOST_PRODUCTS]


def product(row: Dict[str, Any]) -> Optional[Dict[str, Any]]:
    """One registered firewall; None for Microsoft's own."""
    item: Dict[str, Any] = {}
    name, state = row.get("displayName"), row.get("productState")
    if isinstance(name, str) and name.strip():
        item["name"] = name.strip()[:200]
    if isinstance(state, int) and not isinstance(state, bool) and 0 <= state < 1 << 32:
        if state & 0x0F00 == 0x0100:
            return None
        item["raw_state"] = state
        decoded = _STATES.get(state & 0xF000)
        if decoded:
            item["state"] = decoded
    return item


def _put_ipv6(host: Host, found: Findings) -> None:
    """The protocol is on unless all of it was switched off."""
    try:
        disabled = host.windows.registry.find_number(_IPV6, "DisabledComponents")
    except HostError as error:
        found.miss(f"{error.code}: ipv6_enabled")
        return
    found.put("ipv6_enabled", disabled is None or disabled & 0xFF != 0xFF)
