"""What sort of interface Windows has: by hardware identifiers, the driver's service and NDIS numbers, never by a name
that a person reads (those are translated). Pure.

NDIS numbers: NDIS_PHYSICAL_MEDIUM of ntddndis.h, IF_TYPE of ipifcons.h; the values `*IfType` and `*PhysicalMediaType`
stand in the adapter's key of the network class ("Keywords Not Displayed in the User Interface", Microsoft Learn).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from tuanthu_agent.collectors.lan.usb_makers import ADAPTERS, MODEMS_AND_TELEPHONES

_WIRELESS_WAN: Final = 8
_BLUETOOTH: Final = 10
_WIFI_MEDIA: Final = (1, 9)
_WIRED_MEDIA: Final = (None, 0, 14)
_IF_ETHERNET: Final = 6
_IF_WIFI: Final = 71
_IF_TUNNEL: Final = 131
_IF_MOBILE: Final = (243, 244)
_BRIDGES: Final = ("bridgemp", "msbridge")
_TEAMS: Final = ("iansminiport",)
_MULTIPLEXOR: Final = ("ndisimplatform", "ms_implat")
"""The driver from Windows 8 on, of network bridges and, on servers, of teams."""
_MODEMS: Final = (
    "usbrndis",
    "usb_rndis",
    "rndismp",
    "netaapl",
    "cxwmbclass",
    "wmbclass",
    "ewusbnet",
    "hwusbnet",
    "huawei_cdcacm",
    "zteusbnet",
    "qcusbnet",
    "qcwwan",
)
"""How the services of modems and of telephones that share their line begin: Microsoft's RNDIS and mobile broadband
drivers, Apple's tethering, Huawei, ZTE, Qualcomm."""
_MODEM_IDS: Final = ("rndis", "class_e0&subclass_01&prot_03", "class_02&subclass_0e")
"""In hardware identifiers: Microsoft's RNDIS, the class of Android's tethering, MBIM."""
_TUNNELS: Final = (
    "tap0901",
    "tapwindows",
    "ovpn-dco",
    "wintun",
    "wireguard",
    "vpnva",
    "pangpd",
    "tunnel",
    "teredo",
    "isatap",
    "6to4",
)
_HOSTED: Final = "vwifimp"
"""Wi-Fi that other devices join: the hosted network of Windows 7 and the hotspot of Windows 10."""
_HARDWARE: Final = ("PCI\\", "USB\\", "PCMCIA\\", "ACPI\\", "VMBUS\\", "XENBUS\\", "XENVIF\\")
_BUSES: Final = (("PCI\\", "pci"), ("USB\\", "usb"), ("BTH\\", "bluetooth"))
_VIRTUAL: Final = ("ROOT\\", "SWD\\", "COMPOSITEBUS\\", "{")
_VENDOR: Final = re.compile(r"\\vid_([0-9a-f]{4})")
_SERVES_BOTH: Final = "usbncm"


@dataclass(frozen=True)
class Marks:
    """What is known of an adapter apart from its names; texts are empty where not known."""

    pnp: str = ""
    """PNPDeviceID: bus, device and instance."""
    service: str = ""
    """Key name of its driver's service."""
    component: str = ""
    """ComponentId and MatchingDeviceId of its class key."""
    if_type: int | None = None
    medium: int | None = None
    """Physical medium."""


def kind_of(marks: Marks) -> str | None:
    """One of the values of `interfaces.kind`; None where the marks do not tell (of a multiplexor they never do)."""
    if is_multiplexor(marks):
        return None
    service = marks.service.lower()
    identity = f"{marks.pnp} {marks.component}".lower()
    if service.startswith(_BRIDGES) or "ms_bridge" in identity:
        return "bridge"
    if service.startswith(_TEAMS):
        return "bond"
    if is_hosted(marks):
        return "virtual"
    return _own_line(marks, service, identity) or _by_medium(marks, service, identity)


def is_multiplexor(marks: Marks) -> bool:
    """Whether a bridge or a team: both have the same driver."""
    return any(one in f"{marks.service} {marks.pnp} {marks.component}".lower() for one in _MULTIPLEXOR)


def is_hosted(marks: Marks) -> bool:
    """Whether others join this machine's Wi-Fi here."""
    return marks.service.lower().startswith(_HOSTED) or _HOSTED in f"{marks.pnp} {marks.component}".lower()


def bus_of(marks: Marks) -> str | None:
    """`pci`, `usb`, `bluetooth`, `virtual` or `other`; None where the identifier is not known."""
    pnp = marks.pnp.upper()
    if not pnp:
        return None
    for start, bus in _BUSES:
        if pnp.startswith(start):
            return bus
    return "virtual" if pnp.startswith(_VIRTUAL) else "other"


def _own_line(marks: Marks, service: str, identity: str) -> str | None:
    """Modems, telephones and Bluetooth networks."""
    if marks.pnp.upper().startswith("BTH\\") or marks.medium == _BLUETOOTH or service == "bthpan":
        return "bluetooth"
    if marks.medium == _WIRELESS_WAN or marks.if_type in _IF_MOBILE:
        return "mobile"
    if service.startswith(_MODEMS) or any(one in identity for one in _MODEM_IDS):
        return "mobile"
    if marks.medium in _WIFI_MEDIA or marks.if_type == _IF_WIFI:
        return None
    match = _VENDOR.search(marks.pnp.lower())
    vendor = match.group(1) if match else ""
    if vendor in MODEMS_AND_TELEPHONES or (service.startswith(_SERVES_BOTH) and vendor not in ADAPTERS):
        return "mobile"
    return None


def _by_medium(marks: Marks, service: str, identity: str) -> str | None:
    """Everything else; without NDIS numbers a card may be wired or not."""
    if marks.if_type == _IF_TUNNEL or service.startswith(_TUNNELS) or any(one in identity for one in _TUNNELS):
        return "tunnel"
    if marks.pnp.upper().startswith(_VIRTUAL):
        return "virtual"
    if marks.medium in _WIFI_MEDIA or marks.if_type == _IF_WIFI:
        return "wifi"
    if marks.if_type is None and marks.medium is None:
        return None
    hardware = marks.pnp.upper().startswith(_HARDWARE)
    if hardware and marks.if_type in (None, _IF_ETHERNET) and marks.medium in _WIRED_MEDIA:
        return "ethernet"
    return "other" if hardware else None
