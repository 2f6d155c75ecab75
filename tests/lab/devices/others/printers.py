"""Printers and UPS cards: HP, Canon, Brother, APC, Riello, Eaton; and boxes that speak SNMP only."""

import secrets

from tests.lab.devices.challenges import Guarded
from tests.lab.devices.common import MDNS, SNMP, TELNET, silent, web
from tests.lab.devices.device import Kind
from tests.lab.devices.http import Response, Web, moved, page
from tests.lab.devices.state import Answer, Lock


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


LOGON = {
    "busy": "Someone is currently logged into the APC Management Web Server.",
    "locked": "This account is locked out.",
    "failed": "Invalid User Name or Password.",
}
"""What the logon page tells of the last login."""


class Apc(Web):
    """One session; the way in stands in the path."""

    server = "Allegro-Software-RomPager/4.34"
    success_words = "home.htm logout.htm"

    def start_page(self, request):
        return moved("/logon.htm", 303)

    def answer(self, request):
        if request.path == "/":
            return self.start_page(request)
        if request.path == "/logon.htm":
            return Response(
                page(
                    "APC | Log On",
                    f"<p>{LOGON.get(next(iter(request.query), ''), '')}</p><img src='apclogo.gif'>"
                    "<form action='/Forms/login1'><input name='login_username'><input name='login_password'></form>",
                )
            )
        if request.path == "/Forms/login1":
            sent = request.form()
            answer = self.login(request, sent.get("login_username", ""), sent.get("login_password", ""))
            if answer.good:
                token = self.open_session()
                return moved(f"/NMC/{token}/home.htm", 303, [("Set-Cookie", f"APC{token[:8]}={token}; path=/")])
            return moved(
                "/logon.htm?" + {Answer.BUSY: "busy=1", Answer.LOCKED: "locked=1"}.get(answer, "failed=1"), 303
            )
        parts = request.path.strip("/").split("/")
        if len(parts) != 3 or parts[0] != "NMC" or not self.state.has_session(parts[1]):
            return moved("/logon.htm", 303) if parts[0] == "NMC" else None
        if parts[2] == "logout.htm":
            self.state.close_session(parts[1])
        return Response(page("APC | Home", f"<a href='logout.htm'>Log Off</a>{self.device.serial}"))


class Riello(Web):
    """NetMan 204: a form whose script sends on; another user's session is told to those with the right account."""

    server = "mini_httpd/1.19"
    success_words = "<script>window.location.replace('/cgi-bin/view.cgi')"

    def start_page(self, request):
        return Response(page("NetMan 204 login", "<b>Netman 204</b><form action='/cgi-bin/login.cgi'></form>"))

    def answer(self, request):
        token = request.cookie("SESSION")
        if request.path == "/":
            return self.start_page(request)
        if request.path == "/cgi-bin/login.cgi":
            sent = request.form()
            answer = self.login(request, sent.get("username", ""), sent.get("password", ""))
            if answer.good:
                return Response(
                    "<script>window.location.replace('/cgi-bin/view.cgi');</script>",
                    200,
                    [("Set-Cookie", f"SESSION={self.open_session()}; path=/")],
                )
            return Response({Answer.BUSY: "Another user is logged in"}.get(answer, "Wrong username or password"))
        if request.path == "/cgi-bin/logout.cgi":
            self.state.close_session(token)
            return self.start_page(request)
        if request.path == "/cgi-bin/view.cgi":
            return (
                Response(page("NetMan", self.device.serial))
                if self.state.has_session(token)
                else self.start_page(request)
            )
        return None


class Eaton(Guarded):
    """Digest, realm `Power Xpert`."""

    server = "UPS_Server/1.0"
    scheme = "digest"

    @property
    def realm(self):
        return "Power Xpert"

    def start_page(self, request):
        return self.guard(request, Response(page("Eaton UPS", self.device.serial)))

    def answer(self, request):
        return self.start_page(request) if request.method == "GET" else None


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
        "apc-nmc",
        "APC",
        "ups",
        "00:C0:B7",
        (web(Apc), TELNET),
        (("apc", "apc"), ("device", "apc"), ("readonly", "apc")),
        frozenset({"single-session"}),
        None,
        "AP9631",
        {"telnet_login": "User Name : ", "telnet_prompt": "\r\napc>"},
        "nndefaccts",
    ),
    Kind(
        "riello-netman",
        "Riello",
        "ups",
        "00:02:63",
        (web(Riello),),
        (("admin", "admin"), ("user", "user")),
        frozenset({"single-session"}),
        None,
        "NetMan 204",
        {},
        "nndefaccts",
    ),
    Kind(
        "eaton-ups",
        "Eaton",
        "ups",
        "00:20:85",
        (web(Eaton),),
        (("admin", "admin"),),
        frozenset({"stale-token"}),
        Lock(5, "ip", 300),
        "5PX",
        {},
        "dataset",
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
