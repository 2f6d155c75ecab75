"""Printers of HP, Canon and Brother, and boxes that speak SNMP only."""

import secrets

from tests.lab.devices.challenges import Guarded
from tests.lab.devices.common import MDNS, SNMP, silent, web
from tests.lab.devices.device import Kind
from tests.lab.devices.http import Response, Web, moved, page


class Hp(Guarded):
    """The start page is open; settings want the account."""

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
        if request.path.startswith(("/hp/device/", "/DevMgmt/")) and request.method == "GET":
            return self.guard(request, Response(page("Security", f"{HP_FORM}{self.device.serial}")))
        return None


HP_FORM = "New Password <input type='password'> Confirm Password <input type='password'>"


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
    """Password only; the form's field has a coded name, and a logout link shows that one is in."""

    server = "debut/1.30"
    success_words = "/etc/logout.html"

    def start_page(self, request):
        signed_in = self.state.has_session(request.cookie("AuthCookie"))
        body = (
            "<a href='/etc/logout.html'>Logout</a>"
            if signed_in
            else "<form method='post' action='/general/status.html'><input type='password' name='B1f8' id='LogBox'></form>"
        )
        return Response(page(f"Brother {self.device.model}", body))

    def answer(self, request):
        if request.path == "/etc/logout.html":
            self.state.close_session(request.cookie("AuthCookie"))
            return self.start_page(request)
        if request.path not in ("/", "/general/status.html", "/admin/password.html"):
            return None
        if request.method == "GET":
            return self.start_page(request)
        if self.login(request, "", request.form().get("B1f8", "")).good:
            return moved("/general/status.html", 301, [("Set-Cookie", f"AuthCookie={self.open_session()}; path=/")])
        return Response(
            page(
                f"Brother {self.device.model}",
                "<div class='errorMessage'>The password is incorrect</div><input type='password' name='B1f8' id='LogBox'>",
            )
        )


PUBLIC = (("public", ""),)
LABEL = {
    "sysdescr": "HP ETHERNET MULTI-ENVIRONMENT,ROM none,JETDIRECT,JD153",
    "enterprise": 11,
    "mdns": {"_ipp._tcp.local": 631, "_http._tcp.local": 80},
    "mdns_name": "HP-LaserJet",
}
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
    Kind(
        "brother-printer",
        "Brother",
        "printer",
        "00:80:77",
        (web(Brother), silent(9100)),
        (("", "initpass"), ("", "access")),
        frozenset(),
        None,
        "HL-L5100DN",
        {},
        "support.brother.com",
    ),
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
