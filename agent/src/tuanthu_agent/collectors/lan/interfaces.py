"""Network interfaces: `/sys/class/net` on Linux, psutil for addresses and elsewhere."""

from __future__ import annotations

from typing import Any, Final

from tuanthu_agent.collectors.interface import Findings
from tuanthu_agent.collectors.lan.parsing import positive
from tuanthu_agent.host import Host, HostError
from tuanthu_agent.system import Nic, NotAvailableError

MOST_INTERFACES: Final = 64
_SYS: Final = "/sys/class/net"
_ETHERNET: Final = "1"
_LOOPBACK: Final = "772"
_WIFI_WORDS: Final = ("wi-fi", "wifi", "wlan", "wireless")
_VIRTUAL_WORDS: Final = ("virtual", "vethernet", "loopback", "tap", "tun", "vpn", "docker", "bridge", "*")
_ETHERNET_WORDS: Final = ("ethernet", "local area connection", "eth")


def read_interfaces(host: Host, found: Findings, default: str | None) -> None:
    """The facts `interfaces`, `wired_up` and `link_speed_mbps` (of the interface with the default route)."""
    nics = read_nics(host, found)
    try:
        names = host.names(_SYS)
        found.used("sysfs")
        items = [item for name in names if (item := from_sysfs(host, name, nics.get(name)))]
    except HostError as error:
        items = [from_nic(nic) for nic in nics.values() if nic.name != "lo"]
        if not items:
            found.miss(str(error))
            return
    if len(items) > MOST_INTERFACES:
        found.miss("too-many: interfaces")
    found.put("interfaces", items[:MOST_INTERFACES])
    states = [item.get("up") if "kind" in item else None for item in items if is_perhaps_wired(item)]
    # An Ethernet port whose state is not known makes `false` unsayable.
    if any(states) or None not in states:
        found.put("wired_up", any(states))
    speed = next((item.get("speed_mbps") for item in items if item["name"] == default), None)
    found.put("link_speed_mbps", speed)


def read_nics(host: Host, found: Findings) -> dict[str, Nic]:
    """What psutil knows, by name."""
    try:
        nics = host.system.nics()
    except (NotAvailableError, OSError):
        found.miss("not-available: addresses")
        return {}
    found.used("psutil")
    return {nic.name: nic for nic in nics}


def from_sysfs(host: Host, name: str, nic: Nic | None) -> dict[str, Any] | None:
    """One interface as the kernel describes it; None for the loopback and for what is no interface."""
    folder = f"{_SYS}/{name}"
    hardware = host.find_text(f"{folder}/type")
    if hardware is None or hardware == _LOOPBACK:
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
    )


def from_nic(nic: Nic) -> dict[str, Any]:
    """One interface as psutil describes it."""
    return present(
        name=nic.name,
        mac=mac_or_none(nic.mac),
        kind=kind_by_name(nic.name.lower()),
        up=nic.up,
        speed_mbps=nic.speed_mbps or None,
        duplex=nic.duplex or None,
        mtu=nic.mtu or None,
        addresses=list(nic.addresses),
    )


def is_perhaps_wired(item: dict[str, Any]) -> bool:
    """Whether an Ethernet port, or one of unknown kind that is not known to be down."""
    return item.get("kind") == "ethernet" or ("kind" not in item and item.get("up") is not False)


def kind_by_name(name: str) -> str | None:
    """What a name gives away where nothing else does; None for one that says nothing."""
    if any(word in name for word in _VIRTUAL_WORDS):
        return "virtual"
    if any(word in name for word in _WIFI_WORDS):
        return "wifi"
    return "ethernet" if name.startswith(_ETHERNET_WORDS) else None


def present(**fields: object) -> dict[str, Any]:
    """Only the fields that are known."""
    return {name: value for name, value in fields.items() if value is not None}


def kind_of(host: Host, folder: str, hardware: str) -> str:
    """`wifi`, `virtual` (no device behind it), `ethernet` or `other`."""
    if host.exists(f"{folder}/wireless") or host.exists(f"{folder}/phy80211"):
        return "wifi"
    if not host.has_link(f"{folder}/device") and not host.exists(f"{folder}/device"):
        return "virtual"
    return "ethernet" if hardware == _ETHERNET else "other"


def is_up(operstate: str | None, carrier: str | None) -> bool | None:
    """Whether the link works; drivers that do not say leave `unknown`, then the carrier tells."""
    if operstate in (None, "unknown"):
        return {"1": True, "0": False}.get(carrier or "")
    return operstate == "up"


def mac_or_none(text: str | None) -> str | None:
    """A hardware address other than zeros, lower case."""
    return text.lower() if text and text.strip("0:") else None
