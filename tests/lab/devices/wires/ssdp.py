"""SSDP and the UPnP description behind it (UPnP Device Architecture 1.0).

`names`: `upnp_location` (a place to lie about), `upnp_type`, `upnp_server`.
"""

import re

from tests.lab.devices.http import Response

DEVICE = "urn:schemas-upnp-org:device:Basic:1"


class Ssdp:
    """UDP 1900."""

    def __init__(self, device, service):
        self.device, self.names = device, device.kind.names

    def datagram(self, data, peer):
        text = data.decode("latin-1")
        if not text.startswith("M-SEARCH"):
            return None
        wanted = re.search(r"(?im)^ST:\s*(\S+)", text)
        own = self.names.get("upnp_type", DEVICE)
        target = wanted.group(1) if wanted else "ssdp:all"
        if target not in ("ssdp:all", "upnp:rootdevice", own):
            return None
        where = self.names.get("upnp_location", f"http://{self.device.address}:{port_of(self.device)}/description.xml")
        kind = own if target == "ssdp:all" else target
        return (
            "HTTP/1.1 200 OK\r\nCACHE-CONTROL: max-age=1800\r\nEXT:\r\n"
            f"LOCATION: {where}\r\nSERVER: {self.names.get('upnp_server', 'Linux/3.10 UPnP/1.0 device/1.0')}\r\n"
            f"ST: {kind}\r\nUSN: uuid:{self.device.serial}::{kind}\r\n\r\n"
        ).encode()


def port_of(device):
    ports = [service.port for service in device.kind.services if service.protocol in ("upnp", "http")]
    return device.kind.names.get("upnp_port", min(ports, default=80))


def description(device):
    """The XML that tells anybody what the device is."""
    own = device.kind.names.get("upnp_type", DEVICE)
    return Response(
        '<?xml version="1.0"?><root xmlns="urn:schemas-upnp-org:device-1-0"><specVersion><major>1</major><minor>0</minor>'
        f"</specVersion><device><deviceType>{own}</deviceType><friendlyName>{device.model}</friendlyName>"
        f"<manufacturer>{device.kind.vendor}</manufacturer><modelName>{device.model}</modelName>"
        f"<serialNumber>{device.serial}</serialNumber><UDN>uuid:{device.serial}</UDN><serviceList><service>"
        "<serviceType>urn:schemas-upnp-org:service:WANIPConnection:1</serviceType>"
        "<serviceId>urn:upnp-org:serviceId:WANIPConn1</serviceId><controlURL>/ctl/IPConn</controlURL>"
        "<eventSubURL>/evt</eventSubURL><SCPDURL>/scpd.xml</SCPDURL></service></serviceList></device></root>",
        kind="text/xml",
    )
