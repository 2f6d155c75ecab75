"""Cameras of Brickcom, MOBOTIX, Sony and Panasonic, as their manuals and other people's fingerprints describe them.

Sources: nndefaccts and Greenbone's detections (realms, pages, what is read after a login), manuals where named at a class.
"""

from tests.lab.devices.cameras.guarded import Camera
from tests.lab.devices.challenges import read_digest
from tests.lab.devices.common import ONVIF, RTSP, WSD, web
from tests.lab.devices.device import Kind
from tests.lab.devices.http import Response, moved, page
from tests.lab.devices.state import Lock


class Brickcom(Camera):
    """All pages want Basic, and the realm names maker and model.

    Greenbone 112339 reads the realm, 808159 the page of the accounts; nndefaccts "Brickcom Camera".
    """

    server = ""

    @property
    def realm(self):
        return f"Brickcom {self.device.model}"

    def start_page(self, request):
        return self.guard(
            request, Response(page("Live View", "<!-- Brickcom Corporation -->Camera Configuration Utility"))
        )

    def pages(self, request):
        if request.method != "GET":
            return None
        if request.path == "/user_management_config.html":
            rows = "".join(f'<option value="{name}">' for name in ("admin", "viewer", "rviewer"))
            return self.guard(request, Response(page("User Management", f"<!-- Brickcom Corporation -->{rows}")))
        if request.path in ("/", "/index.html"):
            return self.start_page(request)
        return None


class Mobotix(Camera):
    """The guest page is public until somebody closes it; settings always want the administrator.

    M22 manual, p. 89, and online help, theme "access": after a reset the public may see the live page, `admin` with
    `meinsm` remains; M10 manual, p. 144, and the remote configuration's help: `/admin/…` is the administrator's. Server,
    meta tag and realm: webcam.nasl; `/control/userimage.html` closed: nndefaccts.
    """

    server = "thttpd/2.19-MX Jan 24 2006"

    @property
    def realm(self):
        return "MOBOTIX Camera User"

    def challenge(self, body=None, *, stale=False):
        text = page("401 Unauthorized", "<h2>401 Unauthorized</h2><address>MOBOTIX AG, Germany</address>")
        return super().challenge(Response(text, 401), stale=stale)

    def start_page(self, request):
        return moved("/control/userimage.html") if self.names.get("public") else self.challenge()

    def live(self):
        meta = '<meta name="publisher" content="MOBOTIX AG, Germany">'
        menu = "<a href='/admin/index.html'>Admin Menu</a> <a href='/control/control'>Setup Menu</a>"
        return Response(page(f"mx10-{self.device.serial[-6:]} Live", menu, head=meta))

    def pages(self, request):
        if request.method != "GET":
            return None
        if request.path in ("/", "/control/userimage.html"):
            if self.names.get("public"):
                return self.start_page(request) if request.path == "/" else self.live()
            return self.guard(request, self.live())
        if request.path.startswith(("/admin/", "/control/")) or request.path in ("/admin", "/control"):
            return self.guard(request, Response(page("Admin Menu", f"Factory number {self.device.serial}")))
        return None


class Sony(Camera):
    """Three generations of web servers; a user sees the viewer, the administrator's pages want Basic.

    nndefaccts "Sony Network Camera (Boa 1, NetEVI/Virgo, thttpd)"; Greenbone 114022, 114023 (`inquiry.cgi`, realm); user guide of
    the SNC-RZ25, p. 47: viewers need no login unless "Viewer authentication" is on.
    """

    @property
    def server(self):
        return self.names["server"]

    @property
    def realm(self):
        return f"Sony Network Camera {self.device.model}"

    def start_page(self, request):
        return Response(self.names["start"].replace("MODEL", self.device.model))

    def pages(self, request):
        if request.method != "GET":
            return None
        if request.path in self.names["public"]:
            return self.start_page(request)
        if request.path == "/":
            return Response(
                f'<html><head><meta http-equiv="refresh" content="0; URL={self.names["public"][0]}"></head></html>'
            )
        if request.path == "/command/inquiry.cgi" and self.names.get("inquiry"):
            return self.inquiry(request)
        if request.path == self.names["inside"]:
            return self.guard(request, Response(page("Administrator menu", f"Serial No. {self.device.serial}")))
        return None

    def inquiry(self, request):
        """Anybody may ask for the model, the administrator alone for the network."""
        if request.query.get("inqjs") == "sysinfo":
            told = f'var ModelName="{self.device.model}"\r\nvar SoftVersion="1.40"\r\nvar TitleBar="{self.realm}"\r\n'
            return Response(told, kind="text/plain")
        told = 'var Dhcp="off"\r\nvar Ip="192.168.0.100"\r\nvar Subnetmask="255.255.255.0"\r\nvar Gateway="192.168.0.1"\r\n'
        return self.guard(request, Response(told, kind="text/plain"))


class Panasonic(Camera):
    """One page sends on to another in the chosen language, behind Basic and Digest at a time, or Basic alone.

    nndefaccts "Panasonic Network Camera" (Basic); Greenbone 114045 (realm, Digest, `/admin/index.html`); WV-NS202 manual,
    p. 63: user authentication may be off, and 8 failures in 30 s close the camera to an address for a while.
    """

    server = ""
    qop = True
    tells_lock = False

    @property
    def realm(self):
        return "Panasonic network device"

    def challenges(self, stale):
        if self.names.get("basic_only"):
            return [f'Basic realm="{self.realm}"']
        self.scheme = "digest"
        digest = super().challenges(stale)[0] + ', algorithm="MD5"'
        return [digest, f'Basic realm="{self.realm}"']

    def admitted(self, request):
        header = request.headers.get("authorization", "")
        self.scheme = "digest" if read_digest(header) and not self.names.get("basic_only") else "basic"
        return super().admitted(request)

    def start_page(self, request):
        script = (
            '<script type="text/javascript"><!--\nlocation.replace("./live/index2.html?Language=0")\n//--></script>'
        )
        return Response(page(f"{self.device.model} Network Camera", script))

    def pages(self, request):
        if request.method != "GET":
            return None
        if request.path == "/":
            return self.start_page(request)
        if request.path in ("/live/index2.html", "/admin/index.html"):
            text = f'<html lang="en" oncontextmenu="return false"><title>{self.device.model}</title>{self.device.serial}</html>'
            return self.guard(request, Response(text))
        return None


def kind(name, vendor, oui, handler, accounts, model, *, can=(), lock=None, source="", services=(), **names):
    return Kind(
        name,
        vendor,
        "camera",
        oui,
        (web(handler, also=ONVIF), RTSP, WSD, *services),
        accounts,
        frozenset(can),
        lock,
        model,
        names,
        source,
    )


SONY_VIEWER = "<html><head><title>Sony Network Camera MODEL</title></head><body><script>"
ADMIN = (("admin", "admin"),)
BRICKCOM = (*ADMIN, ("viewer", "viewer"), ("rviewer", "rviewer"))
EIGHT = Lock(8, "ip", 60)
KINDS = [
    kind("brickcom", "Brickcom", "00:50:CB", Brickcom, BRICKCOM, "FB-100A", source="Greenbone 112339, 808159; nndefaccts", rtsp_paths=("/channel1",)),
    kind("mobotix", "MOBOTIX", "00:03:C5", Mobotix, (("admin", "meinsm"),), "M22M", source="M22 manual; webcam.nasl; nndefaccts", rtsp_scheme="basic"),
    kind("mobotix-public", "MOBOTIX", "00:03:C5", Mobotix, (("admin", "meinsm"),), "M10", source="MOBOTIX online help; webcam.nasl", public=True, rtsp_scheme="basic"),
    kind("sony-netevi", "Sony", "08:00:46", Sony, ADMIN, "SNC-P5", source="nndefaccts; Greenbone 114022", server="NetEVI/3.10", inquiry=True, public=("/index.html",), inside="/home/l4/admin.html", start=SONY_VIEWER + "document.location='/home/homeJ.html'</script></body></html>"),
    kind("sony-thttpd", "Sony", "00:01:4A", Sony, ADMIN, "SNC-M1", source="nndefaccts; WhatWeb Sony-Network-Camera", server="thttpd/2.25b 29dec2003", public=("/",), inside="/adm/file.cgi", start=SONY_VIEWER + 'setWindowVar = window.open("/adm/file.cgi?next_file=setting.htm", "adminWin", setWinoptions);</script></body></html>'),
    kind("sony-boa", "Sony", "00:01:4A", Sony, ADMIN, "SNC-CS50N", source="nndefaccts; user guide SNC-CS50N", server="Boa/0.94.13", inquiry=True, public=("/en/index.html",), inside="/en/l4/index.html", start='<html><frameset><frame name="bar" src="indexbar.html"></frameset></html>'),
    kind("panasonic", "Panasonic", "00:80:45", Panasonic, (("admin", "12345"),), "WV-SP306", can=["open"], lock=EIGHT, source="nndefaccts; Greenbone 114045; WV-NS202 manual", silent_lock=True, rtsp_paths=("/MediaInput/h264",)),
    kind("panasonic-basic", "Panasonic", "00:80:F0", Panasonic, (("admin", "12345"),), "BB-SC384", can=["open"], lock=EIGHT, source="nndefaccts; WV-NS202 manual", silent_lock=True, basic_only=True, rtsp_paths=("/MediaInput/h264",)),
]  # fmt: skip
