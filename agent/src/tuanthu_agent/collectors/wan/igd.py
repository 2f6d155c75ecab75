"""UPnP's values as evidence and facts."""

from __future__ import annotations

import ipaddress
import re
from typing import Dict, Final, List

from tuanthu_agent.collectors.interface import Findings
from tuanthu_agent.collectors.wan import upnp
from tuanthu_agent.collectors.wan.grading import CABLE, COPPER, FIBRE, HINT, Evidence

_PON: Final = re.compile(r"(?i)\b(?:x?g(?:s-?)?pon|epon|pon|ftth|fib(?:re|er)|optical)\b")
_SHARED: Final = ipaddress.ip_network("100.64.0.0/10")
_BIT_RATES: Final = ("NewLayer1UpstreamMaxBitRate", "NewLayer1DownstreamMaxBitRate")


def ask_gateway(found: Findings, gateway: str) -> List[Evidence]:
    """Everything that the gateway says of its line; a gap where it says nothing."""
    try:
        description = upnp.describe(upnp.search(gateway), gateway)
    except upnp.UpnpError as error:
        found.miss(error.code)
        return []
    found.used("upnp")
    found.put("gateway_vendor", description.manufacturer)
    found.put("gateway_model", description.model)
    evidence = [
        Evidence("upnp", name, value)
        for name, value in (("manufacturer", description.manufacturer), ("modelName", description.model))
        if value
    ]
    for kind, url in description.controls:
        if upnp.is_service(kind, (upnp.COMMON,)):
            evidence += line_evidence(found, ask(found, kind, url, "GetCommonLinkProperties"))
            break
    for kind, url in description.controls:
        if upnp.is_service(kind, upnp.CONNECTIONS):
            address = ask(found, kind, url, "GetExternalIPAddress").get("NewExternalIPAddress", "")
            sort = address_kind(address)
            if sort:
                found.put("external_address_kind", sort)
                evidence.append(Evidence("address", "external", sort))
                break
    return evidence


def ask(found: Findings, kind: str, url: str, action: str) -> Dict[str, str]:
    """An action's values; a gap where there are none."""
    try:
        return upnp.call(kind, url, action)
    except upnp.UpnpError as error:
        found.miss(f"{error.code}: {action}")
        return {}


def line_evidence(found: Findings, values: Dict[str, str]) -> List[Evidence]:
    """The link properties.

    The access type is a hint and no more: widespread IGD software says `Cable` or `DSL` whatever the line is, and
    `Ethernet` only means that the line's end is another device.
    """
    evidence = []
    access = values.get("NewWANAccessType", "")
    if access:
        evidence.append(access_evidence(access))
    for name in _BIT_RATES:
        text = values.get(name, "")
        if re.fullmatch(r"[1-9][0-9]{0,11}", text):
            evidence.append(Evidence("upnp", name[3:], text))
    status = values.get("NewPhysicalLinkStatus", "")
    if status in ("Up", "Down"):
        found.put("link_up", status == "Up")
        evidence.append(Evidence("upnp", "PhysicalLinkStatus", status))
    return evidence


def access_evidence(access: str) -> Evidence:
    """What an access type speaks for. Pure."""
    if _PON.search(access):
        return Evidence("upnp", "WANAccessType", access, FIBRE, HINT)
    sort = {"dsl": COPPER, "pots": COPPER, "cable": CABLE}.get(access.lower())
    return Evidence("upnp", "WANAccessType", access, sort, HINT) if sort else Evidence("upnp", "WANAccessType", access)


def address_kind(text: str) -> str:
    """`public`, `private` or `cgnat`; empty for what is no address of a line. Pure and total."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return ""
    if address.is_unspecified or address.is_loopback or address.is_multicast or address.is_link_local:
        return ""
    if address.version == 4 and address in _SHARED:
        return "cgnat"
    return "public" if address.is_global else "private"
