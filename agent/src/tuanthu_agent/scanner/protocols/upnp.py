"""UPnP: what a device describes itself as, by SSDP to that one address and one GET. No SOAP: no action is called."""

from typing import Final
from urllib.parse import urlsplit

from tuanthu_agent.scanner.interface import Door, Service
from tuanthu_agent.scanner.protocols.faults import EndedError, network_reason
from tuanthu_agent.scanner.protocols.seen import Seen, shown
from tuanthu_agent.scanner.protocols.stream import Deadline
from tuanthu_agent.scanner.protocols.web import fetch
from tuanthu_agent.scanner.protocols.xmltext import every, parse_xml, text_of

SSDP_PORT: Final = 1900
_WAIT: Final = 2.0
_TARGETS: Final = ("urn:schemas-upnp-org:device:InternetGatewayDevice:1", "upnp:rootdevice")
_GATEWAY: Final = ("InternetGatewayDevice", "WANIPConnection", "WANPPPConnection")
_NAMES: Final = {"manufacturer": "upnp.manufacturer", "modelName": "upnp.model", "friendlyName": "upnp.friendly"}


def search(address: str, target: str) -> bytes:
    """An M-SEARCH for one device, not for the whole network. Pure."""
    lines = ["M-SEARCH * HTTP/1.1", f"HOST: {address}:{SSDP_PORT}", 'MAN: "ssdp:discover"', "MX: 1", f"ST: {target}"]
    return "\r\n".join([*lines, "", ""]).encode()


def parse_location(datagram: bytes, address: str) -> tuple[int, str] | None:
    """Port and path of the description, where it is at that very address; else None. Pure."""
    head, *lines = datagram[:4096].decode("utf-8", "replace").split("\r\n")
    if not head.startswith("HTTP/1.1 200"):
        return None
    for line in lines:
        name, _, value = line.partition(":")
        if name.strip().lower() == "location":
            return _place(value.strip(), address)
    return None


def _place(url: str, address: str) -> tuple[int, str] | None:
    try:
        parts = urlsplit(url)
        port = parts.port or 80
    except ValueError:
        return None
    # A description elsewhere could lead out of the scope or to another device.
    if parts.scheme != "http" or parts.hostname != address:
        return None
    return port, (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def parse_description(raw: bytes) -> Seen:
    """Names and exposures of a description. Pure."""
    root = parse_xml(raw)
    if root is None:
        return Seen(exposures=("upnp-on",), reason="upnp-description: not XML")
    texts = {subject: text_of(root, name) for name, subject in _NAMES.items()}
    kinds = " ".join(kind.text or "" for name in ("deviceType", "serviceType") for kind in every(root, name))
    gateway = any(word in kinds for word in _GATEWAY)
    subjects = {subject: shown(text) for subject, text in texts.items() if text}
    return Seen(subjects, ("upnp-igd", "upnp-on") if gateway else ("upnp-on",))


def _located(door: Door, address: str, port: int, deadline: Deadline) -> tuple[bool, tuple[int, str] | None]:
    """Whether it answered SSDP at all, and where its description is."""
    answered = False
    for target in _TARGETS:
        for datagram in door.datagram("upnp", address, port, search(address, target), deadline.left(_WAIT)):
            answered = True
            place = parse_location(datagram, address)
            if place is not None:
                return True, place
    return answered, None


def read_upnp(door: Door, service: Service, seconds: float) -> Seen:
    """`service.port` is that of SSDP (1900). Silence is no finding: many devices answer multicast only."""
    deadline = Deadline(seconds)
    exposures: tuple[str, ...] = ()
    try:
        answered, place = _located(door, service.address, service.port, deadline)
        exposures = ("upnp-on",) if answered else ()
        if place is None:
            return Seen(
                exposures=exposures, reason="upnp-location: none at this address" if answered else "silent: ssdp"
            )
        return read_description(door, service.address, place[0], place[1], deadline.left())
    except OSError as error:
        return Seen(exposures=exposures, reason=network_reason(error))


def read_description(door: Door, address: str, port: int, path: str, seconds: float) -> Seen:
    """The description at a known place, as discovery heard of it by multicast."""
    try:
        answer = fetch(door, "upnp", Service(address, port, "upnp"), Deadline(seconds), get=path)
    except EndedError as ended:
        return Seen(exposures=("upnp-on",), reason=ended.reason)
    except OSError as error:
        return Seen(exposures=("upnp-on",), reason=network_reason(error))
    if answer.status != 200:
        return Seen(exposures=("upnp-on",), reason=f"upnp-description: status {answer.status}")
    return parse_description(answer.body)
