"""WS-Discovery 2005/04 as ONVIF cameras, printers and Windows computers speak it: a probe, and its matches. Total."""

import uuid
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from tuanthu_agent.scanner.discovery.places import is_on
from tuanthu_agent.scanner.discovery.said import Said, line

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

GROUP: Final = "239.255.255.250"
PORT: Final = 3702
_MOST: Final = 32_768
_MOST_MATCHES: Final = 8
_SPACE: Final = "{http://schemas.xmlsoap.org/ws/2005/04/discovery}"
_HARDWARE: Final = "onvif://www.onvif.org/hardware/"
_NAME: Final = "onvif://www.onvif.org/name/"
_PROBE: Final = """<?xml version="1.0" encoding="UTF-8"?>
<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope" xmlns:w="http://schemas.xmlsoap.org/ws/2004/08/addressing"\
 xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery" xmlns:dn="http://www.onvif.org/ver10/network/wsdl">\
<e:Header><w:MessageID>urn:uuid:{id}</w:MessageID><w:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</w:To>\
<w:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</w:Action></e:Header>\
<e:Body><d:Probe>{types}</d:Probe></e:Body></e:Envelope>"""


def questions() -> tuple[bytes, bytes]:
    """A probe for cameras, which some cameras alone answer, and one for everything."""
    return _probe("<d:Types>dn:NetworkVideoTransmitter</d:Types>"), _probe("")


def _probe(types: str) -> bytes:
    return _PROBE.format(id=uuid.uuid4(), types=types).encode("ascii")


def parse(data: bytes, address: str) -> Said | None:
    """What the matches of an answer say; None for anything else."""
    from defusedxml import DefusedXmlException, ElementTree

    if len(data) > _MOST:
        return None
    try:
        root = ElementTree.fromstring(data, forbid_dtd=True)
    except (ElementTree.ParseError, DefusedXmlException, ValueError, LookupError):
        return None
    said = Said(kinds={"wsd"})
    matched = False
    for number, match in enumerate(root.iter(_SPACE + "ProbeMatch")):
        if number == _MOST_MATCHES:
            break
        matched = True
        _take(said, match, address)
    return said if matched else None


def _take(said: Said, match: "Element", address: str) -> None:
    types = [word.rpartition(":")[2] for word in _words(match, "Types")]
    said.put("wsd.types", " ".join(types))
    scopes = [word for word in _words(match, "Scopes") if word.startswith("onvif://")]
    said.put("onvif.scopes", " ".join(scopes))
    for scope in scopes:
        if scope.startswith(_HARDWARE):
            said.put("onvif.model", unquote(scope[len(_HARDWARE) :]))
        elif scope.startswith(_NAME):
            said.name(unquote(scope[len(_NAME) :]))
    if scopes or "NetworkVideoTransmitter" in types:
        for url in _words(match, "XAddrs"):
            if is_on(url, address):
                said.place(url)


def _words(match: "Element", name: str) -> Iterator[str]:
    for node in match.iter(_SPACE + name):
        yield from line(node.text or "", 4000).split()
