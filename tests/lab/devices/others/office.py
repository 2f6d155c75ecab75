"""Further devices of an office: copiers, an UPS adapter, a switch and a radio with a JSON interface."""

import base64
import secrets

from tests.lab.devices.challenges import Guarded
from tests.lab.devices.common import SSH, silent, web
from tests.lab.devices.device import Kind
from tests.lab.devices.http import Response, Web, as_json, moved, page
from tests.lab.devices.state import Answer, Lock


class Ricoh(Web):
    """Web Image Monitor: a token of the form, account and password in Base64, a number as session."""

    server = "Web-Server/3.0"
    success_words = "/web/entry/en/websys/webArch/mainFrame.cgi wimsesid"
    guest, entry = "/web/guest/en/websys/webArch", "/web/entry/en/websys/webArch"

    def start_page(self, request):
        return Response(page("Web Image Monitor", f"<script>location.href='{self.guest}/mainFrame.cgi'</script>"))

    def answer(self, request):
        session = request.cookie("wimsesid")
        if request.path == "/":
            return self.start_page(request)
        if request.path == f"{self.guest}/authForm.cgi":
            return self.form_page()
        if request.path == f"{self.guest}/login.cgi":
            return self.sign_in(request)
        if request.path.endswith("/logout.cgi"):
            self.state.close_session(session)
            return self.start_page(request)
        if request.path == f"{self.entry}/mainFrame.cgi":
            frames = f"<frame src='{self.entry}/header.cgi'>{self.device.serial}"
            return Response(page("", frames)) if self.state.has_session(session) else self.start_page(request)
        return None

    def form_page(self, told=""):
        return Response(page("", f"<p>{told}</p><input type='hidden' name='wimToken' value='1234567'>"))

    def sign_in(self, request):
        sent = request.form()
        if sent.get("wimToken") != "1234567":
            return self.form_page()
        user, password = (
            base64.b64decode(sent.get(name, "")).decode("utf-8", "replace") for name in ("userid", "password")
        )
        if not self.login(request, user, password).good:
            return self.form_page("Authentication has failed.")
        number = self.state.open_session(str(secrets.randbelow(10**9)))
        return moved(f"{self.entry}/mainFrame.cgi", headers=[("Set-Cookie", f"wimsesid={number}; path=/")])


class Kyocera(Web):
    """Command Center RX: a cookie says the level of who is in."""

    server = "KM-MFP-http/V0.0.1"
    success_words = "Logout level=1"

    def start_page(self, request):
        return Response("<html><frameset><frame src='/startwlm/Start_Wlm.htm'></frameset></html>")

    def answer(self, request):
        session, sent = request.cookie("rtl"), request.form()
        if request.path == "/":
            return self.start_page(request)
        if request.path == "/startwlm/Start_Wlm.htm":
            inside = self.state.has_session(session)
            return Response(page("", f"<a>Logout</a>{self.device.serial}" if inside else "<a>Login</a>"))
        if request.path != "/startwlm/login.cgi":
            return None
        if sent.get("func") == "authLogout":
            self.state.close_session(session)
            return self.start_page(request)
        if self.login(request, sent.get("arg01_UserName", ""), sent.get("arg02_Password", "")).good:
            headers = [("Set-Cookie", "level=1; path=/"), ("Set-Cookie", f"rtl={self.open_session()}; path=/")]
            return Response(page("", "<script>parent.location='/'</script>"), 200, headers)
        return Response(page("", "Login failed. The password is incorrect."), 200, [("Set-Cookie", "level=0; path=/")])


class Bizhub(Web):
    """One administrator at a time; the session of strangers becomes the administrator's."""

    server = ""
    success_words = "a_system_counter"

    def start_page(self, request):
        return Response("<html><head><meta http-equiv='refresh' content='0;URL=/wcd/index.html'></head></html>")

    def answer(self, request):
        session = request.cookie("ID")
        if request.path == "/":
            return self.start_page(request)
        if request.path == "/wcd/index.html":
            return Response(page("Web Connection"), 200, [("Set-Cookie", f"ID={secrets.token_hex(16)}; path=/wcd")])
        if request.path == "/wcd/a_user.cgi":
            self.state.close_session(session)
            return self.start_page(request)
        if request.path == "/wcd/a_system_counter.xml":
            inside = self.state.has_session(session)
            return Response(
                f"<MFP><SelNo>{self.device.serial if inside else 'LoginError'}</SelNo></MFP>", kind="text/xml"
            )
        if request.path != "/wcd/login.cgi":
            return None
        answer = self.login(request, "", request.form().get("password", ""))
        if answer.good and session:
            self.state.open_session(session)
            return Response("<script>document.cookie='adm=AS_COU';location.replace('./a_system_counter.xml')</script>")
        why = {Answer.BUSY: "AdminActiveJobLoginError", Answer.LOCKED: "AuthOperateProhibit"}
        return Response(f"<MFP><Item>{why.get(answer, 'CommonLoginError')}</Item></MFP>", kind="text/xml")


class CanonMf(Web):
    """Remote UI of small devices: a PIN alone."""

    server = "KS_HTTP/1.0"
    success_words = ">Log Out< CANON INC"

    def start_page(self, request):
        return Response(page("Remote UI: Login", "<form action='checkLogin.cgi'></form>Copyright CANON INC. 2015"))

    def answer(self, request):
        session = request.cookie("fusion-http-session-id")
        if request.path == "/":
            return self.start_page(request)
        if request.path == "/portal_top.html":
            inside = f"<a>Log Out</a>{self.device.serial} Copyright CANON INC. 2015"
            return Response(page("Portal", inside)) if self.state.has_session(session) else self.start_page(request)
        if request.path == "/logout.cgi":
            self.state.close_session(session)
            return self.start_page(request)
        if request.path != "/checkLogin.cgi":
            return None
        if self.login(request, "7654321", request.form().get("i2101", "")).good:
            cookie = f"fusion-http-session-id={self.open_session()}; path=/"
            return moved("/portal_top.html", 303, [("Set-Cookie", cookie)])
        return Response(page("Remote UI: Login", "The System Manager PIN is incorrect. <form action='checkLogin.cgi'>"))


class Xerox(Guarded):
    """All pages behind Basic."""

    server = ""

    @property
    def realm(self):
        return "CentreWare Internet Services"

    def start_page(self, request):
        return self.guard(request, Response(page(f"WorkCentre {self.device.model}", self.device.serial)))

    def answer(self, request):
        return self.start_page(request) if request.method == "GET" else None


class Cs121(Guarded):
    """The start page is open, settings are behind Basic."""

    server = "HyNetOS/2.5.1"

    def start_page(self, request):
        return Response(page("CS121 SNMP/Web Adapter", "UPS OK"))

    def answer(self, request):
        if request.path == "/":
            return self.start_page(request)
        if request.path.startswith("/admin/") and request.method == "GET":
            return self.guard(request, Response(page("Network & Security", self.device.serial)))
        return None


class EdgeSwitch(Web):
    """JSON; the token goes with each request in a header."""

    server = ""
    success_words = '"identification" x-auth-token'

    def start_page(self, request):
        script = "<script src='/static/scripts/bundle-0a1b2c3d.js'></script>"
        return Response(page("Ubiquiti EdgeSwitch", f"{script}<b>Ubiquiti EdgeSwitch</b>"))

    def answer(self, request):
        token = request.headers.get("x-auth-token", "")
        if request.path == "/":
            return self.start_page(request)
        if request.path == "/api/v1.0/user/login":
            sent = request.json()
            if self.login(request, str(sent.get("username", "")), str(sent.get("password", ""))).good:
                return as_json({"statusCode": 200, "error": 0}, headers=[("x-auth-token", self.open_session())])
            return as_json({"statusCode": 401, "error": 1}, 401)
        if not request.path.startswith("/api/v1.0/"):
            return None
        if not self.state.has_session(token):
            return as_json({"statusCode": 401, "error": 1}, 401)
        if request.path.endswith("/logout"):
            self.state.close_session(token)
            return as_json({"statusCode": 200})
        return as_json({"identification": {"model": self.device.model, "serialNumber": self.device.serial}})


class Airos8(Web):
    """JSON or a form; X-CSRF-ID comes with the login and goes with each request."""

    server = ""
    success_words = "X-CSRF-ID fwversion"

    def start_page(self, request):
        name = f"AIROS_{self.device.mac.replace(':', '').upper()}"
        return Response(page("airOS"), 200, [("Set-Cookie", f"{name}=0a1b2c; path=/")])

    def answer(self, request):
        session = request.headers.get("x-csrf-id", "")
        if request.path == "/":
            return self.start_page(request)
        if request.path == "/api/auth":
            sent = request.json() or request.form()
            if self.login(request, str(sent.get("username", "")), str(sent.get("password", ""))).good:
                return as_json({"boardinfo": {}}, headers=[("X-CSRF-ID", self.open_session())])
            return as_json({"errorCode": 1}, 401)
        if request.path == "/logout.cgi":
            self.state.close_session(session)
            return self.start_page(request)
        if request.path == "/status.cgi":
            inside = self.state.has_session(session)
            return as_json(
                {"host": {"devmodel": self.device.model, "fwversion": "v8.7.17"}} if inside else {},
                200 if inside else 401,
            )
        return None


UBNT = (("ubnt", "ubnt"),)


def kind(
    name, vendor, device_class, oui, service, accounts, model, *, services=(), can=(), lock=None, source="nndefaccts"
):
    return Kind(
        name, vendor, device_class, oui, (service, *services), accounts, frozenset(can), lock, model, {}, source
    )


PRINTS = (silent(9100),)
KINDS = [
    kind("ricoh-web", "RICOH", "printer", "00:26:73", web(Ricoh), (("admin", ""),), "MP C3003", services=PRINTS),
    kind("kyocera-rx", "KYOCERA", "printer", "00:17:C8", web(Kyocera), (("Admin", "Admin"),), "M2040dn", services=PRINTS),
    kind("bizhub", "KONICA MINOLTA", "printer", "00:20:6B", web(Bizhub), (("", "12345678"),), "bizhub 227", services=PRINTS, can=["single-session"], lock=Lock(3, "device", 300), source="open clients"),
    kind("canon-mf", "CANON", "printer", "00:1E:8F", web(CanonMf), (("7654321", "7654321"),), "MF244dw", services=PRINTS, source="open clients"),
    kind("xerox", "XEROX", "printer", "00:00:AA", web(Xerox), (("admin", "1111"),), "5225", services=PRINTS),
    kind("cs121", "Generex", "ups", "00:03:05", web(Cs121), (("admin", "cs121-snmp"),), "CS121"),
    kind("edgeswitch", "Ubiquiti", "switch", "04:18:D6", web(EdgeSwitch, 443, tls=True), UBNT, "ES-24-250W", services=(SSH,)),
    kind("airos-8", "Ubiquiti", "ap", "78:8A:20", web(Airos8, 443, tls=True), UBNT, "NanoStation 5AC", services=(SSH,), source="python-airos"),
]  # fmt: skip
