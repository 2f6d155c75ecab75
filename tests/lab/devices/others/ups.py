"""UPS cards: APC, Riello, Eaton, Generex."""

from tests.lab.devices.challenges import Guarded
from tests.lab.devices.common import TELNET, web
from tests.lab.devices.device import Kind
from tests.lab.devices.http import Response, Web, moved, page
from tests.lab.devices.state import Answer

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
    """NetMan 204: a form whose script sends on, and a cookie without a name.

    nndefaccts "Riello UPS NetMan 204"; Greenbone 140002 (both pages) and 140003: `Set-Cookie: session: …`, the page of the
    password holds ">Change password<" and ">Logout<", or tells that another user is logged in. Logout: open clients.
    """

    server = "mini_httpd/1.19 19dec2003"
    success_words = "<script>window.location.replace('/cgi-bin/view.cgi')</script>"
    busy = "Another user is logged in. Please retry in a few minutes"

    def start_page(self, request):
        forms = (
            '<form id="login" action="cgi-bin/login.cgi" method="post"></form>'
            '<form id="view" action="cgi-bin/view.cgi"></form>'
        )
        return Response(page("Netman 204 login", f"<b>Netman 204</b>{forms}"))

    def token(self, request):
        return request.headers.get("cookie", "").partition("session: ")[2].split(";")[0].strip()

    def answer(self, request):
        inside = self.state.has_session(self.token(request))
        if request.path == "/":
            return self.start_page(request)
        if request.path == "/cgi-bin/login.cgi":
            return self.sign_in(request)
        if request.path == "/cgi-bin/logout.cgi":
            self.state.close_session(self.token(request))
            return self.start_page(request)
        if request.path == "/cgi-bin/view.cgi":
            return Response(page("Netman 204", "UPS status: normal"))
        if request.path == "/cgi-bin/changepwd.cgi":
            text = f"<a>Change password</a><a href='logout.cgi'>Logout</a>{self.device.serial}"
            return Response(page("Netman 204", text)) if inside else self.start_page(request)
        return None

    def sign_in(self, request):
        sent = request.query | request.form()
        answer = self.login(request, sent.get("username", ""), sent.get("password", ""))
        if answer.good:
            script = "<html><script>window.location.replace('/cgi-bin/settings.cgi');</script></html>"
            return Response(script, 200, [("Set-Cookie", f"session: {self.open_session()}")])
        return Response(page("Netman 204", self.busy if answer == Answer.BUSY else "Wrong username or password"))


class Eaton(Guarded):
    """Power Xpert Gateway: the start page sends on to pages behind Digest (nndefaccts, var. 1 and 2)."""

    server = "UPS_Server/1.0"
    scheme = "digest"

    @property
    def realm(self):
        return "Power Xpert"

    def start_page(self, request):
        if not self.names.get("page"):
            return moved("/content/")
        refresh = '<meta http-equiv="refresh" content="0;url=/content/">'
        return Response(page("Eaton Power Xpert Gateway", "Eaton Power Xpert Gateway", head=refresh))

    def answer(self, request):
        if request.method != "GET":
            return None
        if request.path == "/":
            return self.start_page(request)
        if request.path.startswith("/content"):
            return self.guard(request, Response(page("Eaton UPS", self.device.serial)))
        return None


class Cs121(Guarded):
    """The start page is open, settings are behind Basic.

    nndefaccts "CS121 UPS Web/SNMP Manager", Greenbone 105023 (401 first, then "Security Settings" and "Gateway Address").
    """

    server = "HyNetOS/2.5"

    def start_page(self, request):
        return Response(page("CS121 SNMP/Web Adapter", "<a href='/admin/net.shtml'>Configuration</a> UPS OK"))

    def answer(self, request):
        if request.path == "/":
            return self.start_page(request)
        if request.path.startswith("/admin/") and request.method == "GET":
            text = f"Network &amp; Security Settings<br>Gateway Address 0.0.0.0<br>{self.device.serial}"
            return self.guard(request, Response(page("Configuration", text)))
        return None


POWER = (("admin", "admin"), ("user", "user"))
KINDS = [
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
        POWER,
        frozenset({"single-session"}),
        None,
        "NetMan 204",
        {},
        "nndefaccts",
    ),
    Kind("eaton-ups", "Eaton", "ups", "00:20:85", (web(Eaton),), POWER, frozenset({"stale-token", "open"}), None, "5PX", {}, "nndefaccts"),
    Kind("eaton-gateway", "Eaton", "ups", "00:20:85", (web(Eaton),), POWER, frozenset({"open"}), None, "PXGX-UPS", {"page": True}, "nndefaccts"),
    Kind("cs121", "Generex", "ups", "00:03:05", (web(Cs121),), (("admin", "cs121-snmp"),), frozenset({"open"}), None, "CS121", {}, "CS121 manual; nndefaccts; Greenbone 105023"),
]  # fmt: skip
