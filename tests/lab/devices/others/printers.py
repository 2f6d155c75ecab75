"""Printers of HP, Canon and Brother, and boxes that speak SNMP only."""

import base64
import secrets

from tests.lab.devices.challenges import Guarded
from tests.lab.devices.common import MDNS, SNMP, silent, web
from tests.lab.devices.device import Kind
from tests.lab.devices.http import Response, Web, moved, page


class Hp(Guarded):
    """The start page is open; settings want the account, whose password is blank at first, or nothing at all.

    M9040/M9050 guide, p. 16; changeme `hp_laserjet_600` (what the page of security says); nessus-web-auth-audit, `hp-printer`;
    fields of the form: two published scripts that read it.
    """

    server = "HP HTTP Server; HP LaserJet"

    @property
    def realm(self):
        return "HP Embedded Web Server"

    def start_page(self, request):
        return Response(
            page(f"HP LaserJet {self.device.model}", "<a href='/hp/device/set_config_password.html'>Security</a>")
        )

    def answer(self, request):
        if request.path == "/":
            return self.start_page(request)
        if request.path == "/hp/device/GeneralSecurity/Index" and request.method == "GET":
            name = f'<p id="HomeDeviceName">HP LaserJet {self.device.model}</p>'
            return self.guard(request, Response(page("General Security", f"{name}Password is not set.")))
        if request.path.startswith(("/hp/device/", "/DevMgmt/")) and request.method == "GET":
            return self.guard(request, Response(page("Security", f"{HP_FORM}{self.device.serial}")))
        return None


HP_FORM = "".join(
    f'<input type="password" class="medium" name="{name}" id="{name}" autocomplete="off" maxlength="16" value="">'
    for name in ("Password", "ConfirmPassword")
)


class Canon(Web):
    """iR-ADV: department id and PIN."""

    server = "CANON HTTP Server"
    success_words = "/portal_top.html logout"

    def start_page(self, request):
        return Response(
            page("Default Authentication : LOGIN", "<form action='/login'><input name='deptid'>CANON</form>")
        )

    def answer(self, request):
        token = request.cookie("com.canon.meap.service.login.session")
        signed_in = self.state.has_session(token)
        if request.path == "/":
            return self.start_page(request)
        if request.path == "/logout":
            self.state.close_session(token)
            return self.start_page(request)
        if request.path == "/portal_top.html":
            return (
                Response(page("Portal", f"<a href='/logout'>Log Out</a>{self.device.serial}"))
                if signed_in
                else moved("/")
            )
        if request.path != "/login":
            return None
        sent = request.form()
        if self.login(request, sent.get("deptid", ""), sent.get("password", "")).good:
            token = self.state.open_session(str(secrets.randbelow(2**31)))
            return moved(
                "/portal_top.html", headers=[("Set-Cookie", f"com.canon.meap.service.login.session={token}; path=/")]
            )
        return Response(
            page("Default Authentication : LOGIN", "The Department ID or PIN is incorrect. CANON <input name='deptid'>")
        )


class Brother(Web):
    """A password alone, in a field with a coded name; newer pages want their token with it.

    certbrother, a client of the MFC-L3750CDW and goby's check of initpass: the id LogBox, names as `Baf5` and `B12a1`, 301 with
    `AuthCookie` for the right password, the box again for a wrong one. Where one logs out no source tells.
    """

    server = "debut/1.30"
    success_words = "/etc/logout.html"

    def __init__(self, device, service):
        super().__init__(device, service)
        self.tokens = set()

    def start_page(self, request):
        return self.box() if not self.state.has_session(request.cookie("AuthCookie")) else self.inside()

    def inside(self):
        return Response(page(f"Brother {self.device.model} series", "<a href='/etc/logout.html'>Logout</a>"))

    def box(self):
        token = base64.b64encode(secrets.token_bytes(25)).decode() if self.names.get("token") else ""
        self.tokens.add(token)
        hidden = f'<input type="hidden" id="CSRFToken" name="CSRFToken" value="{token}"/>' if token else ""
        field = f'{hidden}<input type="password" id="LogBox" name="{self.names["field"]}" />'
        form = f'<form method="post" action="/general/status.html">{field}<input type="hidden" name="loginurl"></form>'
        return Response(page(f"Brother {self.device.model} series", form))

    def answer(self, request):
        if request.path == "/etc/logout.html":
            self.state.close_session(request.cookie("AuthCookie"))
            return self.box()
        if request.path not in ("/", "/general/status.html", "/admin/password.html"):
            return None
        if request.method == "GET":
            return self.start_page(request)
        sent = request.form()
        if sent.get("CSRFToken", "") not in self.tokens or self.names["field"] not in sent:
            return self.box()
        if self.login(request, "", sent[self.names["field"]]).good:
            return moved("/general/status.html", 301, [("Set-Cookie", f"AuthCookie={self.open_session()}; path=/")])
        return self.box()


class BrotherHl(Guarded):
    """Older laser printers: Basic for the settings (changeme `brother_hl_series`, WhatWeb)."""

    server = "debut/1.00"

    @property
    def realm(self):
        return "Printer Config"

    def challenge(self, body=None, *, stale=False):
        return super().challenge(
            Response(page(f"Brother {self.device.model} series", "Unauthorized"), 401), stale=stale
        )

    def start_page(self, request):
        frame = '<FRAME SRC="/printer/inc_head.html" NAME="header" NORESIZE SCROLLING="no">'
        return Response(page(f"Brother {self.device.model} series", frame))

    def answer(self, request):
        if request.path == "/":
            return self.start_page(request)
        if request.path == "/admin/password.html" and request.method == "GET":
            text = f"Administrator&#32;Settings {self.device.serial}"
            return self.guard(request, Response(page(f"Brother {self.device.model} series", text)))
        return None


PUBLIC = (("public", ""),)
LABEL = {
    "sysdescr": "HP ETHERNET MULTI-ENVIRONMENT,ROM none,JETDIRECT,JD153",
    "enterprise": 11,
    "mdns": {"_ipp._tcp.local": 631, "_http._tcp.local": 80},
    "mdns_name": "HP-LaserJet",
}
WBM = (("", "initpass"), ("", "access"))


def brother(name, handler, accounts, model, source, **names):
    services = (web(handler), silent(9100))
    return Kind(name, "Brother", "printer", "00:80:77", services, accounts, frozenset(), None, model, names, source)


KINDS = [
    Kind(
        "hp-printer",
        "HP",
        "printer",
        "3C:D9:2B",
        (web(Hp), silent(9100), MDNS),
        (("admin", ""),),
        frozenset({"open"}),
        None,
        "M402dn",
        LABEL,
        "EWS guides",
    ),
    Kind(
        "canon-printer",
        "CANON",
        "printer",
        "00:1E:8F",
        (web(Canon, 8000), silent(9100)),
        (("7654321", "7654321"),),
        frozenset(),
        None,
        "iR-ADV C5235",
        {},
        "nndefaccts",
    ),
    brother("brother-printer", Brother, WBM, "HL-L5100DN", "goby; client of the MFC-L3750CDW", field="B12a1"),
    brother("brother-token", Brother, WBM, "MFC-L2750DW", "certbrother", field="Baf5", token=True),
    brother("brother-hl", BrotherHl, (("admin", "access"),), "HL-5250DN", "changeme; WhatWeb"),
    Kind(
        "snmp-printer",
        "RICOH",
        "printer",
        "00:26:73",
        (SNMP, silent(9100)),
        PUBLIC,
        frozenset(),
        None,
        "MP 2014",
        {"sysdescr": "RICOH MP 2014 1.02 / RICOH Network Printer C model", "enterprise": 367},
        "RFC 1157",
    ),
    Kind(
        "snmp-switch",
        "H3C",
        "switch",
        "3C:8C:40",
        (SNMP,),
        PUBLIC,
        frozenset(),
        None,
        "S1850",
        {
            "sysdescr": "H3C Comware Platform Software, Software Version 5.20",
            "enterprise": 25506,
            "telnet_login": "Username:",
        },
        "RFC 1157",
    ),
]
