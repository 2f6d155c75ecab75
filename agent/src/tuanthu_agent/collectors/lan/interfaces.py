"""Network interfaces: `/sys/class/net` on Linux, psutil for addresses and where there is nothing better."""

from __future__ import annotations

from typing import Final

from tuanthu_agent.collectors.interface import Findings
from tuanthu_agent.collectors.lan.addresses import Address, assignment_of
from tuanthu_agent.collectors.lan.counters import error_level
from tuanthu_agent.collectors.lan.kinds import LOOPBACK, base_name, bus_of, driver_of, kind_of
from tuanthu_agent.collectors.lan.network import Item, Network, present
from tuanthu_agent.collectors.lan.parsing import count, positive
from tuanthu_agent.host import Host, HostError
from tuanthu_agent.system import Nic, NotAvailableError

MOST_INTERFACES: Final = 64
_SYS: Final = "/sys/class/net"
_WIFI_WORDS: Final = ("wi-fi", "wifi", "wlan", "wireless")
_VIRTUAL_WORDS: Final = ("virtual", "vethernet", "loopback", "tap", "tun", "vpn", "docker", "bridge", "*")
_ETHERNET_WORDS: Final = ("ethernet", "local area connection", "eth")


def put_interfaces(found: Findings, network: Network) -> None:
    """The facts `interfaces`, `wired_up` and `link_speed_mbps` (of the interface with the default route)."""
    if network.items is None:
        return
    if len(network.items) > MOST_INTERFACES:
        found.miss("too-many: interfaces")
    found.put("interfaces", network.items[:MOST_INTERFACES])
    states = [item.get("up") if "kind" in item else None for item in network.items if is_perhaps_wired(item)]
    # An Ethernet port whose state is not known makes `false` unsayable.
    if any(states) or None not in states:
        found.put("wired_up", any(states))
    found.put("link_speed_mbps", (network.default_item() or {}).get("speed_mbps"))


def read_interfaces(host: Host, found: Findings, addresses: list[Address] | None) -> list[Item] | None:
    """All interfaces but the loopback; None, with a gap, where they cannot be read."""
    nics = read_nics(host, found)
    try:
        names = host.names(_SYS)
    except HostError as error:
        items = [from_nic(nic) for nic in nics.values() if nic.name != "lo"]
        if not items:
            found.miss(str(error))
        return items or None
    found.used("sysfs")
    return [item for name in names if (item := from_sysfs(host, name, nics.get(name), addresses))]


def read_nics(host: Host, found: Findings) -> dict[str, Nic]:
    """What psutil knows, by name."""
    try:
        nics = host.system.nics()
    except (NotAvailableError, OSError):
        found.miss("not-available: addresses")
        return {}
    found.used("psutil")
    return {nic.name: nic for nic in nics}


def from_sysfs(host: Host, name: str, nic: Nic | None, addresses: list[Address] | None) -> Item | None:
    """One interface as the kernel describes it; None for the loopback and for what is no interface."""
    folder = f"{_SYS}/{name}"
    hardware = host.find_text(f"{folder}/type")
    if hardware is None or hardware == LOOPBACK:
        return None
    duplex = host.find_text(f"{folder}/duplex")
    return present(
        name=name,
        mac=mac_or_none(host.find_text(f"{folder}/address")),
        kind=kind_of(host, folder, hardware),
        up=is_up(host.find_text(f"{folder}/operstate"), host.find_text(f"{folder}/carrier")),
        speed_mbps=positive(host.find_text(f"{folder}/speed"), 10_000_000),
        duplex=duplex if duplex in ("full", "half") else None,
        mtu=positive(host.find_text(f"{folder}/mtu"), 1_000_000),
        addresses=list(nic.addresses) if nic else None,
        assignment=assignment_of(host, addresses, name),
        errors=error_level(total(host, folder, "errors"), total(host, folder, "packets")),
        driver=driver_of(host, folder),
        bus=bus_of(host, folder),
        master=base_name(host.link_target(f"{folder}/master")),
    )


def total(host: Host, folder: str, what: str) -> int | None:
    """A counter of both directions together."""
    received = count(host.find_text(f"{folder}/statistics/rx_{what}"))
    sent = count(host.find_text(f"{folder}/statistics/tx_{what}"))
    return None if received is None or sent is None else received + sent


def from_nic(nic: Nic, *, by_name: bool = True) -> Item:
    """One interface as psutil describes it; `by_name`: names are not translated on this system."""
    return present(
        name=nic.name,
        mac=mac_or_none(nic.mac),
        kind=kind_by_name(nic.name.lower()) if by_name else None,
        up=nic.up,
        speed_mbps=nic.speed_mbps or None,
        duplex=nic.duplex or None,
        mtu=nic.mtu or None,
        addresses=list(nic.addresses),
    )


def is_perhaps_wired(item: Item) -> bool:
    """Whether an Ethernet port, or one of unknown kind that is not known to be down."""
    return item.get("kind") == "ethernet" or ("kind" not in item and item.get("up") is not False)


def kind_by_name(name: str) -> str | None:
    """What a name gives away where nothing else does; None for one that says nothing."""
    if any(word in name for word in _VIRTUAL_WORDS):
        return "virtual"
    if any(word in name for word in _WIFI_WORDS):
        return "wifi"
    return "ethernet" if name.startswith(_ETHERNET_WORDS) else None


def is_up(operstate: str | None, carrier: str | None) -> bool | None:
    """Whether the link works; drivers that do not say leave `unknown`, then the carrier tells."""
    if operstate in (None, "unknown"):
        return {"1": True, "0": False}.get(carrier or "")
    return operstate == "up"


def mac_or_none(text: str | None) -> str | None:
    """A hardware address other than zeros, lower case."""
    return text.lower().replace("-", ":") if text and text.strip("0:-") else None
