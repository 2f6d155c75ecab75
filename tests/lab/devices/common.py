"""Services that many kinds have."""

from tests.lab.devices.device import Service
from tests.lab.devices.wires.ftp import Ftp
from tests.lab.devices.wires.mdns import Mdns
from tests.lab.devices.wires.onvif import Discovery
from tests.lab.devices.wires.rtsp import Rtsp
from tests.lab.devices.wires.snmp import Snmp
from tests.lab.devices.wires.ssdp import Ssdp
from tests.lab.devices.wires.ssh import Ssh
from tests.lab.devices.wires.telnet import Telnet


def web(handler, port=80, *, tls=False, also=()):
    return Service(port, "http", handler, tls=tls, also=also)


ONVIF = ("onvif",)


RTSP = Service(554, "rtsp", Rtsp)
TELNET = Service(23, "telnet", Telnet)
FTP = Service(21, "ftp", Ftp)
SSH = Service(22, "ssh", Ssh, threaded=True)
SNMP = Service(161, "snmp", Snmp, transport="udp")
SSDP = Service(1900, "upnp", Ssdp, transport="udp", groups=("239.255.255.250",), login=False)
WSD = Service(3702, "discovery", Discovery, transport="udp", groups=("239.255.255.250",), login=False)
MDNS = Service(5353, "discovery", Mdns, transport="udp", groups=("224.0.0.251",), login=False)


class Silent:
    """Takes a connection and says nothing."""

    def __init__(self, device, service):
        pass

    async def __call__(self, reader, writer, entry):
        await reader.read(1)


def silent(port):
    """An open port without a login."""
    return Service(port, "tcp", Silent, login=False)
