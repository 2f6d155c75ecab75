"""What the default gateway says of its line over UPnP IGD. Only the gateway's own address is asked and believed."""

from __future__ import annotations

import re
import socket
import time
from dataclasses import dataclass
from typing import Dict, Final, List, Optional, Tuple
from urllib.parse import urljoin, urlsplit

from tuanthu_agent.collectors import web
from tuanthu_agent.collectors.wan.xml import Node, XmlError, parse_xml

SSDP_PORT: Final = 1900
SSDP_GROUP: Final = "239.255.255.250"
SSDP_SECONDS: Final = 2.5
HTTP_SECONDS: Final = 5.0
MOST_BODY: Final = 128 * 1024
SEARCHED: Final = (
    "urn:schemas-upnp-org:device:InternetGatewayDevice:1",
    "urn:schemas-upnp-org:device:InternetGatewayDevice:2",
)
COMMON: Final = "WANCommonInterfaceConfig"
CONNECTIONS: Final = ("WANIPConnection", "WANPPPConnection")
_SERVICE: Final = re.compile(r"urn:schemas-upnp-org:service:([A-Za-z0-9]{1,40}):([0-9]{1,2})")


class UpnpError(Exception):
    """The gateway said nothing usable; `code` is a cause's code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Description:
    """What a description says: who made the device, and where its services are controlled."""

    manufacturer: str
    model: str
    controls: Tuple[Tuple[str, str], ...]
    """Type of a service and the address of its control, in the order of the document."""


def search(gateway: str, own_address: str = "") -> str:
    """Where the gateway's description lies; raises UpnpError.

    It is asked directly, as UPnP 1.1 allows, and by the multicast of UPnP 1.0, which does not leave the LAN (TTL 1).
    """
    deadline = time.monotonic() + SSDP_SECONDS
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as connection:
            connection.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 1)
            if own_address:
                connection.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(own_address))
            for address in (gateway, SSDP_GROUP):
                for target in SEARCHED:
                    send(connection, search_request(target), address)
            return hear(connection, gateway, deadline)
    except OSError:
        raise UpnpError("upnp-silent") from None


def send(connection: socket.socket, packet: bytes, address: str) -> None:
    """One datagram; an address that cannot be reached is passed over, for the other may be."""
    try:
        connection.sendto(packet, (address, SSDP_PORT))
    except OSError:
        return


def hear(connection: socket.socket, gateway: str, deadline: float) -> str:
    """The first answer of the gateway that names a place on the gateway; raises UpnpError when the time is up."""
    while (left := deadline - time.monotonic()) > 0:
        connection.settimeout(left)
        try:
            data, sender = connection.recvfrom(8192)
        except ConnectionError:
            continue
        except OSError:
            break
        location = parse_search_answer(data)
        if sender[0] == gateway and location is not None and is_at(location, gateway):
            return location
    raise UpnpError("upnp-silent")


def search_request(target: str) -> bytes:
    """An M-SEARCH."""
    lines = ["M-SEARCH * HTTP/1.1", f"HOST: {SSDP_GROUP}:{SSDP_PORT}", 'MAN: "ssdp:discover"', "MX: 1", f"ST: {target}"]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii")


def parse_search_answer(data: bytes) -> Optional[str]:
    """The location that an answer to a search of ours names; None for anything else. Pure and total."""
    head = web.parse_head(data[:8192])
    if head is None or head[0] != 200 or "InternetGatewayDevice" not in head[1].get("st", ""):
        return None
    location = head[1].get("location", "")
    return location if re.fullmatch(r"http://[!-~]{1,300}", location) else None


def is_at(url: str, gateway: str) -> bool:
    """Whether a URL leads to the gateway's own address, by plain HTTP and nowhere else."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    return parts.scheme == "http" and parts.hostname == gateway and "@" not in parts.netloc and port != 0


def parse_description(data: bytes, location: str, gateway: str) -> Description:
    """A device description; raises UpnpError where it is none. Pure."""
    try:
        root = parse_xml(data)
    except XmlError:
        raise UpnpError("upnp-malformed") from None
    device = next((node for node in root.walk() if node.name == "device"), None)
    if device is None:
        raise UpnpError("upnp-malformed")
    base = root.find("URLBase") or location
    controls = []
    for node in root.walk():
        if node.name == "service":
            controls += control_of(node, base, gateway)
    names = device.find("modelName"), device.find("modelNumber"), device.find("modelDescription")
    return Description(
        printable(device.find("manufacturer")), printable(" ".join(dict.fromkeys(names))), tuple(controls)
    )


def control_of(service: Node, base: str, gateway: str) -> List[Tuple[str, str]]:
    """Type and control address of a service; empty for one that lies elsewhere than on the gateway."""
    kind = service.find("serviceType")
    if not _SERVICE.fullmatch(kind):
        return []
    try:
        url = urljoin(base, service.find("controlURL"))
    except ValueError:
        return []
    return [(kind, url)] if is_at(url, gateway) and re.fullmatch(r"[!-~]{1,300}", url) else []


def printable(text: str) -> str:
    """A name as one line of at most 100 characters."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())[:100]


def fetch(url: str, method: str = "GET", extra: Tuple[Tuple[str, str], ...] = (), body: bytes = b"") -> web.Answer:
    """One answer of the gateway's own HTTP server; raises UpnpError."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or 80
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    deadline = time.monotonic() + HTTP_SECONDS
    try:
        with socket.create_connection((host, port), timeout=HTTP_SECONDS) as connection:
            return web.converse(
                connection, web.request(method, f"{host}:{port}", path, extra, body), deadline, MOST_BODY
            )
    except (OSError, web.WebError):
        raise UpnpError("upnp-no-answer") from None


def describe(location: str, gateway: str) -> Description:
    """The gateway's description; raises UpnpError."""
    answer = fetch(location)
    if answer.status != 200:
        raise UpnpError("upnp-no-answer")
    return parse_description(answer.body, location, gateway)


def call(kind: str, url: str, action: str) -> Dict[str, str]:
    """What an action without arguments gives; empty where the gateway refuses it. Raises UpnpError."""
    body = (
        '<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" '
        's:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"><s:Body>'
        f'<u:{action} xmlns:u="{kind}"></u:{action}></s:Body></s:Envelope>'
    ).encode("ascii")
    extra = (("Content-Type", 'text/xml; charset="utf-8"'), ("SOAPAction", f'"{kind}#{action}"'))
    answer = fetch(url, "POST", extra, body)
    return parse_answer(answer.body, action) if answer.status == 200 else {}


def parse_answer(data: bytes, action: str) -> Dict[str, str]:
    """The values of an action's answer by name; raises UpnpError where it is none. Pure."""
    try:
        root = parse_xml(data)
    except XmlError:
        raise UpnpError("upnp-malformed") from None
    response = next((node for node in root.walk() if node.name == f"{action}Response"), None)
    if response is None:
        raise UpnpError("upnp-malformed")
    return {child.name: printable(child.text) for child in response.children}


def is_service(kind: str, names: Tuple[str, ...]) -> bool:
    """Whether a service is one of these, in whatever version."""
    shape = _SERVICE.fullmatch(kind)
    return shape is not None and shape.group(1) in names
