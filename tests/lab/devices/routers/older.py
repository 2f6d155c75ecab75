"""Older generations: Cisco RV32x, TP-Link's plain cookie, ArubaOS controllers, D-Link DIR-620, un-adopted UniFi APs."""

import base64
import hashlib
import secrets
from urllib.parse import unquote

from tests.lab.devices.common import SSH, web
from tests.lab.devices.device import Kind
from tests.lab.devices.http import Response, Web, page
from tests.lab.devices.state import Answer


class CiscoRv(Web):
    """The password travels as MD5 with a key of the page, and that as SHA-256 with a token of its script."""

    success_words = "/default.htm mlap"

    def __init__(self, device, service):
        super().__init__(device, service)
        self.key, self.token = str(secrets.randbelow(10**10)), secrets.token_hex(8)

    def start_page(self, request):
        form = (
            "<form name='form_contents' method='post' action='/cgi-bin/userLogin.cgi'><input type='hidden' name='auth_key' "
            f"value='{self.key}'><input type='hidden' name='auth_server_pw' value=''></form>cisco<script> var tmp2='{self.token}';</script>"
        )
        return Response(page("Router", form))

    def answer(self, request):
        signed_in = self.state.has_session(request.cookie("mlap"))
        if request.path == "/":
            return self.start_page(request)
        if request.path == "/default.htm":
            return Response(page("RV320", f"{self.device.serial} Log Out")) if signed_in else self.start_page(request)
        if request.path == "/cgi-bin/logout.cgi":
            self.state.close_session(request.cookie("mlap"))
            return self.start_page(request)
        if request.path != "/cgi-bin/userLogin.cgi":
            return None
        sent = request.form()
        if sent.get("auth_key", self.key) != self.key or not self.state.fresh_token():
            return self.start_page(request)

        def check(known):
            inner = hashlib.md5((known + self.key).encode()).hexdigest()
            return hashlib.sha256((self.token + inner).encode()).hexdigest() == sent.get("password")

        if self.login(request, sent.get("username", ""), check).good:
            refresh = "<meta http-equiv='refresh' content='0; url=/default.htm'>"
            return Response(page("", "", head=refresh), 200, [("Set-Cookie", f"mlap={self.open_session()}; path=/")])
        return Response(page("Router", "<script>alert('The username or password you entered is incorrect.')</script>"))


class PlainCookie(Web):
    """The account travels in a cookie with each request."""

    server = "Router Webserver"
    success_words = "href='/userRpm/LogoutRpm.htm'"

    def start_page(self, request):
        realm = f'Basic realm="TP-LINK Wireless N Router {self.device.model}"'
        return Response(
            page(f"TP-LINK {self.device.model}", "<input id='pcPassword'>"), 200, [("WWW-Authenticate", realm)]
        )

    def answer(self, request):
        value = unquote(request.cookie("Authorization"))
        if request.path.startswith("/userRpm/") and request.path.endswith("LogoutRpm.htm"):
            return self.start_page(request)
        if request.method != "GET":
            return None
        if not value.startswith("Basic "):
            return self.start_page(request)
        try:
            user, _, password = base64.b64decode(value[6:]).decode("utf-8", "replace").partition(":")
        except ValueError:
            return self.start_page(request)
        if self.login(request, user, password, each_request=True).good:
            return Response(
                page(f"TP-LINK {self.device.model}", f"<a href='/userRpm/LogoutRpm.htm'>Logout</a>{self.device.serial}")
            )
        return self.start_page(request)


class ArubaOs(Web):
    """A 401 with a page of its own; the form's answer names the summary."""

    success_words = "/screens/wmsi/monitor.summary.html"

    def start_page(self, request):
        return Response(
            page("Aruba", "<img src='/images/arubalogo.gif'><form action='/screens/wms/wms.login'></form>"), 401
        )

    def answer(self, request):
        token = request.cookie("SESSION")
        if request.path == "/logout.html":
            self.state.close_session(token)
            return None  # a 404, which is what the controller answers
        if request.path == "/screens/wms/wms.login":
            sent = request.form()
            if sent.get("opcode") == "logout":
                self.state.close_session(token)
                return self.start_page(request)
            if self.login(request, sent.get("uid", ""), sent.get("passwd", "")).good:
                script = "<script>window.location='/screens/wmsi/monitor.summary.html'</script>"
                return Response(page("", script), 200, [("Set-Cookie", f"SESSION={self.open_session()}; path=/")])
            return Response(page("Aruba", "Invalid username/password"), 401)
        if request.path == "/screens/wmsi/monitor.summary.html" and self.state.has_session(token):
            return Response(page("Aruba", self.device.serial))
        return self.start_page(request) if request.method == "GET" else None


class Dir620(Web):
    """The account travels in cookies; only those let in see the firmware's number."""

    success_words = "id='v_firmware_value'>1.0"

    def start_page(self, request):
        return Response(page("DIR-620", "<form action='index.cgi' method='post'>DIR-620</form>"))

    def answer(self, request):
        if request.path not in ("/", "/index.cgi"):
            return None
        user, password = unquote(request.cookie("client_login")), unquote(request.cookie("client_password"))
        if not user or request.path == "/":
            return self.start_page(request)
        answer = self.login(request, user, password, each_request=True)
        if answer.good:
            return Response(page("DIR-620", f"<span id='v_firmware_value'>1.4.0</span>{self.device.serial}"))
        locked = "<p>Too many attempts</p>" if answer == Answer.LOCKED else ""
        return Response(
            page(
                "DIR-620",
                f"<form action='index.cgi' method='post'>DIR-620 {locked}<p>Wrong login or password</p></form>",
            )
        )


ADMIN = (("admin", "admin"),)
KINDS = [
    Kind(
        "cisco-rv",
        "Cisco",
        "router",
        "A0:F8:49",
        (web(CiscoRv),),
        (("cisco", "cisco"),),
        frozenset({"stale-token"}),
        None,
        "RV320",
        {},
        "nndefaccts",
    ),
    Kind(
        "tplink-plain",
        "TP-LINK",
        "router",
        "A0:F3:C1",
        (web(PlainCookie),),
        ADMIN,
        frozenset(),
        None,
        "TL-WR741N",
        {},
        "nndefaccts",
    ),
    Kind(
        "arubaos",
        "Aruba",
        "ap",
        "00:0B:86",
        (web(ArubaOs),),
        ADMIN,
        frozenset(),
        None,
        "Aruba3200",
        {},
        "nndefaccts",
    ),
    Kind(
        "dlink-620",
        "D-Link",
        "router",
        "84:C9:B2",
        (web(Dir620),),
        (("admin", "anonymous"),),
        frozenset(),
        None,
        "DIR-620",
        {},
        "nndefaccts",
    ),
    Kind(
        "unifi-ap",
        "Ubiquiti",
        "ap",
        "80:2A:A8",
        (SSH,),
        (("ubnt", "ubnt"),),
        frozenset(),
        None,
        "UAP-AC-Lite",
        {"ssh_banner": "SSH-2.0-dropbear_2017.75"},
        "vendor's help: un-adopted devices",
    ),
]
