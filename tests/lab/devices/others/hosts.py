"""What is no device with a login, what has none of any known vendor, and what lies."""

from tests.lab.devices.common import FTP, MDNS, RTSP, SNMP, SSDP, SSH, TELNET, WSD, silent
from tests.lab.devices.device import Kind, Service
from tests.lab.devices.http import Response, Web, page
from tests.lab.devices.wires.mqtt import Mqtt
from tests.lab.devices.wires.onvif import Onvif
from tests.lab.devices.wires.routeros import RouterOs
from tests.lab.devices.wires.ssdp import description


class OnvifOnly(Web):
    """A camera of no known vendor: ONVIF and nothing else on its port."""

    server = "gSOAP/2.8"
    success_words = "GetDeviceInformationResponse"

    def __init__(self, device, service):
        super().__init__(device, service)
        self.onvif = Onvif(self)

    def start_page(self, request):
        return Response("", 404)

    def answer(self, request):
        return self.onvif.answer(request)


class Site(Web):
    """An intranet page; nobody logs in to it."""

    server = "Apache/2.4.57 (Debian)"

    def start_page(self, request):
        return Response(page("Trạm Y tế xã Phú An", "<p>Lịch trực. Đăng nhập ở máy chủ. logout admin</p>"))

    def answer(self, request):
        return self.start_page(request) if request.path == "/" else None


class Description(Web):
    """The description of a UPnP device."""

    def start_page(self, request):
        return description(self.device)

    def answer(self, request):
        return description(self.device) if request.path in ("/rootDesc.xml", "/description.xml") else None


ADMIN = (("admin", "admin"),)
ROUTEROS = Service(8728, "routeros", RouterOs)
MQTT = Service(1883, "mqtt", Mqtt)
ONVIF = Service(8899, "onvif", OnvifOnly)
IGD = "urn:schemas-upnp-org:device:InternetGatewayDevice:1"
UPNP = Service(5000, "upnp", Description, login=False)


def host(name, vendor, device_class, oui, services, accounts=(), *, can=(), model="", source="RFC", **names):
    return Kind(name, vendor, device_class, oui, services, accounts, frozenset(can), None, model or name, names, source)


SMB = (silent(135), silent(139), silent(445))
KINDS = [
    host(
        "onvif-camera",
        "Unknown",
        "camera",
        "00:E0:4C",
        (ONVIF, RTSP, WSD),
        ADMIN,
        can=["open"],
        model="IPC-X",
        clock_offset=-3 * 86400,
        source="ONVIF Core specification",
    ),
    host(
        "rtsp-basic",
        "Unknown",
        "camera",
        "00:E0:4D",
        (RTSP,),
        ADMIN,
        can=["open"],
        model="cam",
        rtsp_scheme="basic",
        source="RFC 2326",
    ),
    host(
        "ssh-box",
        "Unknown",
        "unknown",
        "00:50:C3",
        (SSH,),
        (("root", "root"),),
        can=["open"],
        ssh_banner="SSH-2.0-dropbear_0.52",
    ),
    host(
        "telnet-box",
        "Unknown",
        "unknown",
        "00:50:C4",
        (TELNET,),
        (("root", "root"),),
        can=["open"],
        telnet_banner="\r\nBusyBox on localhost\r\n",
    ),
    host("ftp-box", "Unknown", "unknown", "00:50:C5", (FTP,), ADMIN),
    host("mqtt-broker", "Unknown", "unknown", "00:50:C6", (MQTT,), ADMIN, can=["open"]),
    host("routeros-box", "Unknown", "router", "00:50:CB", (ROUTEROS,), (("admin", ""),), source="vendor's manual: API"),
    host("windows-pc", "Dell", "computer", "F8:B1:56", SMB, model="OptiPlex 3060"),
    host(
        "linux-pc",
        "Intel",
        "computer",
        "00:1B:21",
        (SSH, Service(80, "http", Site, login=False)),
        model="may-chu-tram",
        ssh_banner="SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u2",
    ),
    host("intranet", "Dell", "computer", "18:66:DA", (Service(80, "http", Site, login=False),), model="intranet"),
    host(
        "phone",
        "Apple",
        "phone",
        "F0:18:98",
        (MDNS,),
        model="iPhone",
        mdns={"_apple-mobdev2._tcp.local": 62078, "_airplay._tcp.local": 7000},
        mdns_name="iPhone-cua-Lan",
    ),
    host("silent", "Unknown", "unknown", "00:50:C7", ()),
    host("igd", "Unknown", "router", "00:50:C8", (SSDP, UPNP), model="Internet Gateway", upnp_type=IGD, upnp_port=5000),
    host(
        "upnp-liar",
        "Unknown",
        "unknown",
        "00:50:C9",
        (SSDP, WSD),
        upnp_location="http://10.77.1.5:80/description.xml",
        xaddrs="http://10.77.1.5/onvif/device_service",
    ),
    host(
        "snmp-only",
        "Unknown",
        "unknown",
        "00:50:CA",
        (SNMP,),
        (("public", ""),),
        sysdescr="Linux box 4.14",
        enterprise=8072,
    ),
]
