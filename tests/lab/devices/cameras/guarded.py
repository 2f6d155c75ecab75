"""Cameras whose pages stand behind HTTP Basic or Digest, and differ by data: Axis, Hanwha, Vivotek, Uniview, others."""

from tests.lab.devices.challenges import Guarded
from tests.lab.devices.common import ONVIF, RTSP, SSDP, WSD, web
from tests.lab.devices.device import Kind
from tests.lab.devices.http import Response, as_json, moved, page
from tests.lab.devices.state import Answer, Lock
from tests.lab.devices.wires.onvif import Onvif
from tests.lab.devices.wires.ssdp import description


def plain(text):
    return Response(text, kind="text/plain")


class Camera(Guarded):
    """With ONVIF beside."""

    def __init__(self, device, service):
        super().__init__(device, service)
        self.onvif = Onvif(self)

    def answer(self, request):
        if request.path == "/description.xml":
            return description(self.device)
        found = self.pages(request)
        return found if found is not None else self.onvif.answer(request)

    def pages(self, request):
        raise NotImplementedError

    @property
    def fresh(self):
        return self.device.mutation == "uninitialised"


class Axis(Camera):
    """`systemready.cgi` says whether an administrator was ever made."""

    server = "Apache"
    scheme = "digest"

    @property
    def realm(self):
        return "AXIS_" + self.device.mac.replace(":", "")

    def start_page(self, request):
        return moved("/camera/index.html")

    def pages(self, request):
        if request.path == "/":
            return self.start_page(request)
        if request.path == "/camera/index.html":
            return Response(page("AXIS", "<div id='root' data-brand='AXIS'></div>"))
        if request.path == "/axis-cgi/systemready.cgi":
            data = {"systemready": "yes", "needsetup": "yes" if self.fresh else "no", "uptime": "23213", "bootid": "1"}
            return as_json({"apiVersion": "1.3", "method": "systemready", "data": data})
        if request.path == "/axis-cgi/param.cgi":
            if request.query.get("action") == "update":
                self.state.wrote("param.cgi update")
            return self.guard(request, plain(f"root.Brand.Brand=AXIS\nroot.Brand.ProdShortName={self.device.model}\n"))
        if request.path == "/axis-cgi/pwdgrp.cgi":
            return self.guard(request, plain('admin="root"\ndigusers="root"\n'))
        return None

    def admitted(self, request):
        return Answer.REFUSED if self.fresh else super().admitted(request)


class Hanwha(Camera):
    """SUNAPI: `pw_init.cgi` needs no account."""

    server = ""
    scheme = "digest"
    tells_lock = False

    @property
    def realm(self):
        return "iPolis_" + self.device.mac

    def start_page(self, request):
        return Response(page("Web viewer", "<script>document.location.replace('/home/monitoring.cgi');</script>"))

    def pages(self, request):
        if request.path == "/":
            return self.start_page(request)
        if request.path == "/init-cgi/pw_init.cgi":
            if request.query.get("msubmenu") != "statuscheck":
                self.state.wrote("pw_init.cgi")
            done = "False" if self.fresh else "True"
            return plain(
                f"Initialized={done}\r\nLanguage=English\r\nMaxChannel=1\r\nSpecialType=none\r\nNewPasswordPolicy=True\r\n"
            )
        if request.path in ("/stw-cgi/system.cgi", "/home/monitoring.cgi"):
            return self.guard(request, plain(f"Model={self.device.model}\r\nSerialNumber={self.device.serial}\r\n"))
        return None

    def admitted(self, request):
        return Answer.REFUSED if self.fresh else super().admitted(request)


class Vivotek(Camera):
    """Basic; without any password set nothing is protected."""

    server = "Vivotek Network Camera"

    @property
    def realm(self):
        return "streaming_server"

    def start_page(self, request):
        return self.guard(request, Response(page("Network Camera", "<a href='/setup/'>Configuration</a>")))

    def pages(self, request):
        if request.path == "/":
            return self.start_page(request)
        if request.path in ("/cgi-bin/admin/getparam.cgi", "/cgi-bin/viewer/getparam.cgi"):
            return self.guard(request, plain(f"system_info_modelname='{self.device.model}'\r\n"))
        return None


class Uniview(Camera):
    """LAPI: `GET /` is 200 for any credential; the login is a PUT with Digest that brings a cookie to log out with."""

    server = "Webs"
    scheme = "digest"

    @property
    def realm(self):
        return "NVRDVR"

    def start_page(self, request):
        return Response(page("", "<script src='/script/lib/jquery.js'></script><div class='uniview-login'></div>"))

    def lapi(self, code=0, text="Succeed", data="null", headers=()):
        body = {
            "ResponseURL": "/LAPI/V1.0/System",
            "ResponseCode": code,
            "ResponseString": text,
            "StatusCode": code,
            "StatusString": text,
            "Data": data,
        }
        return as_json({"Response": body}, headers=headers)

    def pages(self, request):
        if request.path == "/":
            return self.start_page(request)
        if request.path == "/LAPI/V1.0/System/Security/Login":
            answer = self.admitted(request)
            if self.device.mutation == "open":
                return self.lapi()
            if answer is not None and answer.good:
                change = "NeedChangePassword" if answer == Answer.MUST_CHANGE else "null"
                return self.lapi(data=change, headers=[("Set-Cookie", f"WebLoginHandle={self.open_session()}; path=/")])
            return self.challenge(self.lapi(1, "Locked" if answer == Answer.LOCKED else "Not Authorized"))
        if request.path == "/LAPI/V1.0/System/Security/Logout":
            self.state.close_session(request.cookie("WebLoginHandle"))
            return self.lapi()
        if request.path in ("/LAPI/V1.0/System/DeviceBasicInfo", "/LAPI/V1.0/System/DeviceInfo"):
            info = {"Manufacturer": "UNIVIEW", "DeviceModel": self.device.model, "SerialNumber": self.device.serial}
            return self.guard(request, self.lapi(data=info))
        return None

    def admitted(self, request):
        if request.headers.get("cookie") and self.state.has_session(request.cookie("WebLoginHandle")):
            return Answer.ACCEPTED
        return super().admitted(request)


class Plain(Camera):
    """Basic on everything, as many small brands have it."""

    def start_page(self, request):
        return self.guard(request, Response(page(self.device.model, "<a href='/logout.htm'>Logout</a>")))

    def pages(self, request):
        return self.start_page(request) if request.method == "GET" else None


class Acti(Camera):
    """The account travels in the query of `/cgi-bin/system`."""

    server = "thttpd/2.25b 29dec2003"
    success_words = "LOGIN='1'"

    def start_page(self, request):
        return Response(page("Web Configurator", "<script>var gUser='admin'; var gPwd=\"123456\";</script>"))

    def pages(self, request):
        if request.path == "/":
            return self.start_page(request)
        if request.path != "/cgi-bin/system":
            return None
        if not set(request.query) <= {"USER", "PWD", "LOGIN", "SYSTEM_INFO", "LOGOUT"}:
            self.state.wrote(f"system {sorted(request.query)}")
        answer = self.login(request, request.query.get("USER", ""), request.query.get("PWD", ""), each_request=True)
        if answer.good:
            return plain(
                f"LOGIN='1'\nFirmware Version='A1D'\nMAC Address='{self.device.mac}'\nModel='{self.device.model}'\n"
            )
        return plain("LOGIN='0'\n" if answer == Answer.REFUSED else "ERROR: account locked\n")


def kind(name, vendor, oui, handler, accounts, model, *, can=(), lock=None, source="", **names):
    extra = frozenset({*can, *({"stale-token"} if handler.scheme == "digest" else ())})
    return Kind(
        name,
        vendor,
        "camera",
        oui,
        (web(handler, also=ONVIF), RTSP, WSD, SSDP),
        accounts,
        extra,
        lock,
        model,
        names,
        source,
    )


KINDS = [
    kind(
        "axis",
        "AXIS",
        "AC:CC:8E",
        Axis,
        (("root", "pass"),),
        "M1065-L",
        can=["uninitialised", "open"],
        source="VAPIX library",
        rtsp_server="GStreamer RTSP server",
        rtsp_paths=("/axis-media/media.amp",),
    ),
    kind(
        "hanwha",
        "Samsung",
        "00:09:18",
        Hanwha,
        (("admin", "4321"),),
        "SND-6011R",
        can=["uninitialised", "open", "silent-lock"],
        lock=Lock(5, "ip", 30),
        source="SUNAPI; SND-6011R manual",
        silent_lock=True,
        rtsp_paths=("/profile1/media.smp",),
    ),
    kind(
        "vivotek",
        "VIVOTEK",
        "00:02:D1",
        Vivotek,
        (("root", ""),),
        "IP3112",
        can=["open"],
        source="IP3112 manual",
        rtsp_server="RTSP Server",
        rtsp_paths=("/live.sdp",),
    ),
    kind(
        "uniview",
        "UNIVIEW",
        "48:EA:63",
        Uniview,
        (("admin", "123456"),),
        "IPC322",
        can=["forced-change", "open"],
        lock=Lock(7, "ip", 60),
        source="LAPI clients; OEM manuals",
        rtsp_paths=("/media/video1",),
    ),
    kind("acti", "ACTi", "00:0F:7C", Acti, (("admin", "123456"),), "E12A", source="nndefaccts", realm="ACTi"),
    kind(
        "avtech", "AVTECH", "00:0E:53", Plain, (("admin", "admin"),), "AVM-552", source="vendor manual", realm="AVTECH"
    ),
    kind(
        "milesight",
        "Milesight",
        "1C:C3:16",
        Plain,
        (("admin", "ms1234"),),
        "MS-C2964",
        source="vendor manual",
        realm="Milesight",
    ),
]
