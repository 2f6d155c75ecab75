"""What sort of interface Linux has, by its type, driver and bus in sysfs; a name alone proves nothing."""

from __future__ import annotations

import re
from typing import Final

from tuanthu_agent.collectors.lan.usb_makers import ADAPTERS, MODEMS_AND_TELEPHONES
from tuanthu_agent.host import Host

LOOPBACK: Final = "772"
_ETHERNET: Final = "1"
_PPP: Final = "512"
_TUNNELS: Final = frozenset({"65534", "768", "769", "776", "778", "823"})
"""ARPHRD_NONE (tun, WireGuard), TUNNEL, TUNNEL6, SIT, IPGRE, IP6GRE of <linux/if_arp.h>."""
_FOLDERS: Final = {"wifi": ("wireless", "phy80211"), "bridge": ("bridge",), "bond": ("bonding",)}
_DEVTYPES: Final = {
    "bridge": "bridge",
    "bond": "bond",
    "vlan": "vlan",
    "wlan": "wifi",
    "wwan": "mobile",
    "bluetooth": "bluetooth",
    "wireguard": "tunnel",
    "ppp": "ppp",
}
"""DEVTYPE of `uevent`, set by the driver."""
_MODEMS: Final = frozenset(
    {
        "qmi_wwan",
        "cdc_mbim",
        "huawei_cdc_ncm",
        "rndis_host",
        "ipheth",
        "sierra_net",
        "hso",
        "cx82310_eth",
        "kalmia",
        "mhi_net",
        "iosm",
        "mtk_t7xx",
    }
)
"""Drivers of modems and of telephones that share their line (RNDIS, iPhone)."""
_MODEMS_OR_ADAPTERS: Final = frozenset({"cdc_ether", "cdc_ncm", "cdc_eem", "cdc_subset"})
"""Drivers of modems and telephones that also serve plain network adapters and docks."""
_USB: Final = re.compile(r"usb:v([0-9A-Fa-f]{4})p[0-9A-Fa-f]{4}")


def driver_of(host: Host, folder: str) -> str | None:
    """Name of the driver, such as `r8169`."""
    return base_name(host.link_target(f"{folder}/device/driver"))


def bus_of(host: Host, folder: str) -> str | None:
    """`pci`, `usb`, `bluetooth`, `virtual` (no device behind it) or `other`."""
    if not has_device(host, folder):
        return "virtual"
    bus = base_name(host.link_target(f"{folder}/device/subsystem"))
    if bus is None:
        return None
    return bus if bus in ("pci", "usb", "bluetooth") else "other"


def base_name(target: str | None) -> str | None:
    """The last part of where a link leads."""
    return (target or "").replace("\\", "/").rstrip("/").rpartition("/")[2] or None


def has_device(host: Host, folder: str) -> bool:
    """Whether there is a device behind the interface."""
    return host.has_link(f"{folder}/device") or host.exists(f"{folder}/device")


def kind_of(host: Host, folder: str, hardware: str) -> str:
    """One of the values of `interfaces.kind`; `virtual`: no device behind it, `other`: a device of no known sort."""
    told = told_kind(host, folder)
    if told is not None:
        return told
    if hardware == _PPP:
        return "ppp"
    if not has_device(host, folder):
        return "tunnel" if hardware in _TUNNELS else "virtual"
    if is_modem(driver_of(host, folder), parse_usb_vendor(host.find_text(f"{folder}/device/modalias") or "")):
        return "mobile"
    return "ethernet" if hardware == _ETHERNET else "other"


def told_kind(host: Host, folder: str) -> str | None:
    """What the kernel itself says: by folders that only one sort has, else by DEVTYPE."""
    for kind, folders in _FOLDERS.items():
        if any(host.exists(f"{folder}/{name}") for name in folders):
            return kind
    return _DEVTYPES.get(parse_devtype(host.find_text(f"{folder}/uevent") or ""))


def parse_usb_vendor(modalias: str) -> str:
    """The four lower-case digits of the maker in `usb:v0BDAp8153d3000…`; empty for other buses."""
    match = _USB.match(modalias)
    return match.group(1).lower() if match else ""


def is_modem(driver: str | None, vendor: str) -> bool:
    """Whether the driver or the maker, or where a driver serves both the maker alone, tells a modem or telephone."""
    if driver in _MODEMS or vendor in MODEMS_AND_TELEPHONES:
        return True
    return driver in _MODEMS_OR_ADAPTERS and vendor not in ADAPTERS


def parse_devtype(uevent: str) -> str:
    """The value of `DEVTYPE=`; empty where there is none."""
    for line in uevent.splitlines():
        key, sign, value = line.partition("=")
        if sign and key == "DEVTYPE":
            return value.strip()
    return ""
