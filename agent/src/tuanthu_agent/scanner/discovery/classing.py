"""What sort of thing a host is, guessed from what it shows: one table, the strongest evidence first.

A guess serves the list of gaps; it decides nothing about logins. The catalogue knows better where it knows a device.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tuanthu_agent.scanner.discovery.vendors import is_made_up


@dataclass(frozen=True, slots=True)
class Sign:
    """A row: all that is given must hold."""

    class_: str
    reason: str
    subject: str = ""
    """Evidence whose text `matches`."""
    matches: str = ""
    ports: frozenset[int] = frozenset()
    """All of them are open."""


_PHONES: Final = (
    r"(?i)\b(?:apple|xiaomi|oppo|vivo|realme|oneplus|huawei device|honor device|motorola mobility|guangdong oppo)\b"
)
_RECORDERS: Final = r"(?i)onvif://www\.onvif\.org/(?:type/(?:NetworkVideoStorage|recorder)|hardware/[^ ]*(?:NVR|DVR))"
_CAMERAS: Final = (
    r"(?i)hikvision|dahua|uniview|axis communications|hanwha|vivotek|ezviz|reolink|tiandy|imou|kbvision|amcrest"
)
_PRINTERS: Final = (
    r"(?i)\b(?:brother industries|canon|seiko epson|kyocera|ricoh|lexmark|xerox|konica|zebra technologies)\b"
)
_NETS: Final = (
    r"(?i)routerboard|mikrotik|draytek|tp-link|tenda|totolink|d-link|\bzte\b|zyxel|ruijie|netgear|linksys|vnpt|"
    r"fiberhome|dasan"
)
SIGNS: Final = (
    Sign("nvr", "onvif-nvr", "onvif.scopes", _RECORDERS),
    Sign("camera", "onvif-transmitter", "wsd.types", r"NetworkVideoTransmitter"),
    Sign("camera", "onvif-scopes", "onvif.scopes", r"onvif://"),
    Sign("printer", "wsd-printer", "wsd.types", r"\bPrintDeviceType\b|\bPrinterServiceType\b"),
    Sign("computer", "wsd-computer", "wsd.types", r"\bComputer\b"),
    Sign("printer", "mdns-printer", "mdns.services", r"_(?:ipp|ipps|printer|pdl-datastream|scanner)\._tcp"),
    Sign("printer", "port-9100", ports=frozenset({9100})),
    Sign("printer", "port-515", ports=frozenset({515})),
    Sign("phone", "mdns-phone", "mdns.services", r"_(?:apple-mobdev2?|remotepairing)\._tcp"),
    Sign("nas", "ssdp-nas", "ssdp.server", r"(?i)synology|qnap"),
    Sign("nas", "vendor-nas", "mac.vendor", r"(?i)synology|qnap|western digital"),
    Sign("ups", "vendor-ups", "mac.vendor", r"(?i)american power conversion|\beaton\b|cyberpower|schneider electric"),
    Sign("router", "ssdp-gateway", "ssdp.types", r"InternetGatewayDevice"),
    Sign("router", "routeros", ports=frozenset({8291})),
    Sign("router", "routeros-api", ports=frozenset({8728})),
    Sign("nvr", "dvr-ports", ports=frozenset({37777, 554})),
    Sign("nvr", "xmeye-port", ports=frozenset({34567})),
    Sign("camera", "vendor-camera", "mac.vendor", _CAMERAS),
    Sign("camera", "rtsp-port", ports=frozenset({554})),
    Sign("ap", "vendor-ap", "mac.vendor", r"(?i)ubiquiti|aruba|ruckus"),
    Sign("switch", "vendor-switch", "mac.vendor", r"(?i)^cisco systems|extreme networks|h3c|juniper"),
    # Their makers sell network cards for computers too: only what can be administered is taken for a router.
    *(Sign("router", "vendor-router", "mac.vendor", _NETS, frozenset({port})) for port in (80, 443, 23)),
    Sign("computer", "netbios", "netbios", r"yes"),
    Sign("computer", "smb", ports=frozenset({445})),
    Sign("computer", "rdp", ports=frozenset({3389})),
    Sign("printer", "vendor-printer", "mac.vendor", _PRINTERS),
    Sign("phone", "vendor-phone", "mac.vendor", _PHONES),
)  # fmt: skip
_COMPILED: Final = tuple((sign, re.compile(sign.matches)) for sign in SIGNS)


def guess(
    evidence: Mapping[str, str], ports: frozenset[int], mac: str | None, *, gateway: bool, own: bool
) -> tuple[str, str]:
    """Class (`family.CLASSES`) and the code of what it was guessed from; `unknown` and empty where nothing speaks."""
    if own:
        return "computer", "this-machine"
    if gateway:
        return "router", "default-gateway"
    for sign, pattern in _COMPILED:
        if sign.ports <= ports and (not sign.subject or pattern.search(evidence.get(sign.subject, ""))):
            return sign.class_, sign.reason
    if mac is not None and is_made_up(mac) and not ports:
        # Phones hide their maker; a computer without any open port would rather show its maker.
        return "phone", "private-mac"
    return "unknown", ""
