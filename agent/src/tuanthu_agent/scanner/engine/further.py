"""Services that no open port tells of: ONVIF and RTSP on a web port, UPnP behind an announcement.

Each becomes a service of its own only where it answered as its protocol. Nothing here carries a credential.
"""

from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from tuanthu_agent.scanner.discovery.interface import Host
from tuanthu_agent.scanner.discovery.places import is_on
from tuanthu_agent.scanner.discovery.ssdp import PORT as SSDP_PORT
from tuanthu_agent.scanner.engine.subject import Subject
from tuanthu_agent.scanner.interface import Door, OutOfScopeError, Service
from tuanthu_agent.scanner.protocols.onvif.login import USUAL_PATH, is_onvif, read_onvif
from tuanthu_agent.scanner.protocols.rtsp import read_rtsp
from tuanthu_agent.scanner.protocols.seen import Seen
from tuanthu_agent.scanner.protocols.upnp import read_description, read_upnp

ASK_SECONDS: Final = 6.0
MOST_ASKED: Final = 4
"""Places of one host that are asked for one protocol."""
CAMERAS: Final = frozenset({"camera", "nvr"})
Found = tuple[Service, Seen]


def further(door: Door, host: Host, subject: Subject) -> Iterator[Found]:
    """The further services, one after the other, each with what it shows; stops at nothing a device does."""
    for look in (_upnp(door, host), _onvif(door, host, subject), _rtsp(door, host, subject)):
        try:
            yield from look
        except OutOfScopeError:
            continue


def _upnp(door: Door, host: Host) -> Iterator[Found]:
    """Of a host that answered SSDP: whether it is on, and whether it opens ports to the Internet."""
    if "ssdp.types" not in host.evidence:
        return
    service = Service(host.address, SSDP_PORT, "upnp", "udp")
    seen = read_upnp(door, service, ASK_SECONDS)
    place = host.evidence.get("ssdp.location", "")
    if not seen.subjects and place.startswith("http://") and is_on(place, host.address):
        port, path, _ = _parts(place)
        seen = read_description(door, host.address, port, path, ASK_SECONDS)
    yield service, Seen(seen.subjects, tuple(sorted({*seen.exposures, "upnp-on"})), seen.reason)


def _onvif(door: Door, host: Host, subject: Subject) -> Iterator[Found]:
    """Where the host announced its device service, else on the web ports of what looks like a camera."""
    found: set[int] = set()
    for service, path, announced in list(dict.fromkeys(_onvif_places(host, subject)))[:MOST_ASKED]:
        if service.port in found or not is_onvif(door, service, ASK_SECONDS, path, announced=announced):
            continue
        found.add(service.port)
        if path != USUAL_PATH:
            subject.paths[service] = path
        seen = read_onvif(door, service, ASK_SECONDS, path)
        yield service, Seen({**seen.subjects, "onvif.path": path}, seen.exposures, seen.reason)


def _onvif_places(host: Host, subject: Subject) -> Iterator[tuple[Service, str, bool]]:
    announced = "onvif.scopes" in host.evidence or "NetworkVideoTransmitter" in host.evidence.get("wsd.types", "")
    for place in host.places if announced else ():
        if place != host.evidence.get("ssdp.location") and is_on(place, host.address):
            port, path, tls = _parts(place)
            yield Service(host.address, port, "onvif", tls=tls), path, True
    if announced or is_camera_like(host, subject):
        for service in _web(subject):
            yield Service(service.address, service.port, "onvif", tls=service.tls), USUAL_PATH, False


def _rtsp(door: Door, host: Host, subject: Subject) -> Iterator[Found]:
    """Some cameras give their streams on the port of their pages."""
    if not is_camera_like(host, subject) or any(one.protocol == "rtsp" for one in subject.services):
        return
    for web in [one for one in _web(subject) if not one.tls][:MOST_ASKED]:
        service = Service(web.address, web.port, "rtsp")
        seen = read_rtsp(door, service, ASK_SECONDS)
        if seen.reason is None or any(name.startswith("rtsp.") for name in seen.subjects):
            yield service, seen


def is_camera_like(host: Host, subject: Subject) -> bool:
    """By its class, or by what it showed since."""
    return host.class_ in CAMERAS or any(name.startswith(("onvif.", "rtsp.")) for name in subject.shared)


def _web(subject: Subject) -> list[Service]:
    """Plain before TLS: one service on two ports is asked where it is cheaper."""
    return sorted((one for one in subject.services if one.protocol == "http"), key=lambda one: (one.tls, one.port))


def _parts(place: str) -> tuple[int, str, bool]:
    """Port, path with query, and whether it is TLS, of an address that `is_on` let pass."""
    parts = urlsplit(place)
    tls = parts.scheme == "https"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return parts.port or (443 if tls else 80), path, tls
