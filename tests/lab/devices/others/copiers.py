"""Copiers of Ricoh, Kyocera, Konica Minolta, Canon and Xerox, after manuals and what other people's clients send and read.

What no source tells (the words of a refusal, above all) is answered in the plainest way: the form once more.
"""

import base64
import re
import secrets

from tests.lab.devices.challenges import Guarded
from tests.lab.devices.common import silent, web
from tests.lab.devices.device import Kind
from tests.lab.devices.http import Response, Web, moved, page
from tests.lab.devices.state import Answer, Lock


class Ricoh(Web):
    """Web Image Monitor: a page that tries cookies, a token of the form, account and password in Base64.

    nndefaccts "RICOH Web Image Monitor", changeme `ricoh_mp.yml`, nuclei `ricoh-weak-password`; clients of the MP 501 (a
    redirect is a login, 200 is none), of address books (`wimsesid` is `--` for strangers, "Login User Name" stands on the
    form, logout below `/web/entry/`), `logmein.sh` ("Authentication has failed."). Aficio MP C5000 guide, p. 671: lock-out
    after 5, of the account, which is off unless chosen; nothing says that it tells.
    """

    server = "Web-Server/3.0"
    success_words = "/web/entry/en/websys/webArch/mainFrame.cgi wimsesid"
    guest, entry = "/web/guest/en/websys/webArch", "/web/entry/en/websys/webArch"

    def __init__(self, device, service):
        super().__init__(device, service)
        self.tokens = set()

    def start_page(self, request):
        script = f"<script language='JavaScript'>\nlocation.href='{self.guest}/mainFrame.cgi';\n</script>"
        return Response(f"<html><head>{script}</head><body></body></html>")

    def answer(self, request):
        inside = self.state.has_session(request.cookie("wimsesid"))
        path = request.path
        if path == "/":
            return self.start_page(request)
        if path.endswith("/websys/webArch/logout.cgi"):
            self.state.close_session(request.cookie("wimsesid"))
            return self.top(inside=False)
        if path in (f"{self.guest}/authForm.cgi", f"{self.entry}/authForm.cgi"):
            return self.form_page() if request.cookie("cookieOnOffChecker") == "on" else self.cookie_test()
        if path in (f"{self.guest}/login.cgi", f"{self.entry}/login.cgi") and request.method == "POST":
            return self.sign_in(request)
        if path == f"{self.guest}/mainFrame.cgi":
            return self.top(inside=False)
        if path in (f"{self.entry}/mainFrame.cgi", f"{self.entry}/topPage.cgi", f"{self.entry}/header.cgi"):
            return self.top(inside=True) if inside else self.start_page(request)
        return None

    def top(self, *, inside):
        where = self.entry if inside else self.guest
        link = (
            f'<a href="{where}/logout.cgi">Logout</a>{self.device.serial}'
            if inside
            else f'<a href="{where}/authForm.cgi">Login</a>'
        )
        return Response(page("Web Image Monitor", f'<frame src="{where}/header.cgi" title="Web Image Monitor">{link}'))

    def cookie_test(self):
        form = f'<form name="form1" method="post" action="{self.guest}/authForm.cgi"></form>'
        return Response(f"<html><body>{form}<script>document.form1.submit()</script></body></html>")

    def form_page(self, told=""):
        token = str(secrets.randbelow(10**9))
        self.tokens.add(token)
        fields = f'<input type="hidden" name="wimToken" value="{token}">Login User Name<input type="text" name="userid_work">'
        cookies = [("Set-Cookie", "risessionid=123456789012345; path=/"), ("Set-Cookie", "wimsesid=--; path=/")]
        return Response(page("Web Image Monitor", f"<p>{told}</p><form name='form1'>{fields}</form>"), 200, cookies)

    def sign_in(self, request):
        sent = request.form()
        if sent.get("wimToken") not in self.tokens:
            return self.form_page()
        user, password = (decoded(sent.get(name, "")) for name in ("userid", "password"))
        if not self.login(request, user, password).good:
            return self.form_page("Authentication has failed.")
        number = self.state.open_session(str(secrets.randbelow(10**9)))
        scheme = "https" if self.service.tls else "http"
        where = f"{scheme}://{self.device.address}{self.entry}/mainFrame.cgi"
        return moved(where, headers=[("Set-Cookie", f"wimsesid={number}; path=/")])


def decoded(text):
    try:
        return base64.b64decode(text).decode("utf-8", "replace")
    except ValueError:
        return text


class Kyocera(Web):
    """Command Center RX: a form whose answer is always 200, and names the level of who came in by a cookie.

    nndefaccts "Kyocera Command Center RX" (`level` is 1); open clients send a Referer, without which nothing works, and
    know a login by the cookie `ID1`, or by a model page that has properties only for those inside. Lock-out is off unless
    chosen, 1 to 10 logins (Command Center RX guide 2013.02, p. 69). How one logs out is published nowhere that was found:
    whatever is sent to the form as `authLogout` is taken for it, so that a client that tries is not held to account.
    """

    server = "KM-MFP-http/V0.0.1"
    success_words = "Logout level=1"
    model_page = "/js/jssrc/model/funcset/email/FuncSet_Email_EmailSet.model.htm"

    def start_page(self, request):
        frame = '<frame name=wlmframe  src="/startwlm/Start_Wlm.htm" marginwidth="0">'
        return Response(f"<html><head><title></title></head><frameset rows='*'>{frame}</frameset></html>")

    def answer(self, request):
        session, sent = request.cookie("ID1"), request.form()
        inside = self.state.has_session(session)
        if request.path == "/":
            return self.start_page(request)
        if request.path == "/startwlm/Start_Wlm.htm":
            return self.home(inside)
        if request.path == self.model_page:
            told = f"_pp.smtpMode = '_mode_off';\n_pp.serial = '{self.device.serial}';" if inside else ""
            return Response(f"function model() {{ {told} }}", kind="text/html")
        if request.path != "/startwlm/login.cgi" or request.method != "POST":
            return None
        if sent.get("func") == "authLogout":
            self.state.close_session(session)
            return self.home(inside=False)
        if "/startwlm/" not in request.headers.get("referer", ""):
            return self.home(inside=False)
        if not self.login(request, sent.get("arg01_UserName", ""), sent.get("arg02_Password", "")).good:
            return self.home(inside=False)
        cookies = [("Set-Cookie", "level=1; path=/"), ("Set-Cookie", f"ID1={self.open_session()}; path=/")]
        return Response(self.home(inside=True).body, 200, cookies)

    def home(self, inside):
        fields = "<input id='arg01_UserName' name='arg01_UserName'><input id='arg02_Password' name='arg02_Password'>"
        body = "<a href='#' id='logout'>Logout</a>Admin" if inside else f"<form name='auth'>{fields}</form>"
        return Response(page(f"ECOSYS {self.device.model}", body))


class Bizhub(Web):
    """Web Connection: the administrator has a password alone; the session of strangers becomes his, and only one may be.

    christian-lanius/c224e-python-interface, a capture of a bizhub 750i/950i, PRAEDA II MP0004: fields, answers (`Item` with
    `Err_2`), success (`adm=AS_COU`, `a_system_counter.xml` with a token), logout, three wrong logins close it for five minutes. What it
    says then no source tells: as to a wrong password.
    """

    server = ""
    success_words = "a_system_counter"

    def start_page(self, request):
        return Response('<html><head><meta http-equiv="refresh" content="0;URL=/wcd/index.html"></head></html>')

    def answer(self, request):
        session = request.cookie("ID")
        if request.path == "/":
            return self.start_page(request)
        if request.path == "/wcd/index.html":
            fresh = [] if session else [("Set-Cookie", f"ID={secrets.token_hex(16)}; path=/wcd; HttpOnly")]
            return Response(page("Web Connection", "<script src='Integrated_main.js'></script>"), 200, fresh)
        if request.path == "/wcd/a_user.cgi" and (request.form() | request.query).get("func") == "PSL_ACO_LGO":
            self.state.close_session(session)
            return self.start_page(request)
        if request.path == "/wcd/a_system_counter.xml":
            inside = self.state.has_session(session)
            told = (
                f"<SerialNumber>{self.device.serial}</SerialNumber><Token>{secrets.token_hex(8)}</Token>"
                if inside
                else ""
            )
            return self.xml(told or '<Message><Item Code="Err_2">SessionTimeOut</Item></Message>')
        if request.path != "/wcd/login.cgi":
            return None
        sent = request.form() | request.query
        if not session or sent.get("func") != "PSL_LP1_LOG" or sent.get("R_ADM") != "AdminAdmin":
            return self.xml('<Message><Item Code="Err_2">IllegalRequest</Item></Message>')
        answer = self.login(request, "", sent.get("password", ""))
        if answer.good:
            self.state.open_session(session)
            token = f'<input type="hidden" id="h_token" value="{secrets.token_hex(8)}">'
            script = "<script>document.cookie=\"adm=AS_COU\";location.replace('./a_system_counter.xml');</script>"
            return Response(f"<html><body>{token}{script}</body></html>")
        code = "AdminAnotherLoginError" if answer == Answer.BUSY else "CommonLoginError"
        return self.xml(f'<Message><Item Code="Err_2">{code}</Item></Message>')

    def xml(self, body):
        return Response(f'<?xml version="1.0" encoding="UTF-8"?><MFP>{body}</MFP>', kind="text/xml")


class CanonMf(Web):
    """Remote UI of small devices, in two generations: a System Manager ID with a PIN, or a PIN alone.

    Clients of the MF2xx and iR1643 send `i0014` and `i0016` to `checkLogin.cgi` (`iToken`, `i0012=1`); one of a later
    generation fills `i2101` on `login.html`. Greenbone 813607 (LBP6030w): cookie `sessid`, portal with ">Log Out<" and
    "Copyright CANON INC". Server: nmap's list, `KS_HTTP`. Default: Canon's guides, e.g. USRMA-2640: 7654321 for both.
    How one logs out is published nowhere that was found; `logout.cgi` is what pages of the portal were seen to hold.
    """

    server = "KS_HTTP/1.0"
    success_words = ">Log Out< CANON INC"

    def start_page(self, request):
        return self.form_page()

    def form_page(self):
        pin = self.names.get("pin_only")
        fields = (
            '<input type="password" name="i2101" id="i2101">' if pin else '<input name="i0014"><input name="i0016">'
        )
        form = (
            '<form name="loginFrm" action="/checkLogin.cgi" autocomplete="off" method="post">'
            f'<input type="hidden" name="iToken" value=""><input type="radio" id="i0012A" name="i0012" value="1">{fields}</form>'
        )
        text = page(f"Remote UI: Login: {self.device.model}", f"{form}<p>Copyright CANON INC. 2015</p>")
        return Response(text)

    def answer(self, request):
        session = request.cookie("sessid")
        if request.path in ("/", "/login.html"):
            return self.form_page()
        if request.path == "/portal_top.html":
            inside = (
                f'<span id="userName">System&nbsp;Manager</span><a href="/logout.cgi">Log Out</a>{self.device.serial}'
            )
            title = f"Remote UI: Portal: {self.device.model}"
            text = page(title, f"{inside}<p>Copyright CANON INC. 2015</p>")
            return Response(text) if self.state.has_session(session) else moved("/login.html", 303)
        if request.path == "/logout.cgi":
            self.state.close_session(session)
            return moved("/login.html", 303)
        if request.path != "/checkLogin.cgi" or request.method != "POST":
            return None
        sent = request.form()
        pin_only = self.names.get("pin_only")
        user = "7654321" if pin_only else sent.get("i0014", "")
        password = sent.get("i2101", "") if pin_only else sent.get("i0016", "")
        if sent.get("i0012") != "1" or not self.login(request, user, password).good:
            return self.form_page()
        return moved("/portal_top.html", 303, [("Set-Cookie", f"sessid={self.open_session()}; path=/")])


class Xerox(Guarded):
    """CentreWare Internet Services: all behind Basic, or open pages with settings behind it.

    nndefaccts "Xerox CentreWare (basic auth)" and "(… var.1)"; Greenbone reads the realm too. WorkCentre 5230A guide,
    p. 156: 11111 with x-admin; WorkCentre 3615 guide, p. 13: admin with 1111.
    """

    server = ""

    @property
    def realm(self):
        return "CentreWare Internet Services"

    def start_page(self, request):
        if not self.names.get("frames"):
            return self.guard(request, Response(page(f"WorkCentre {self.device.model}", self.device.serial)))
        frames = '<frameset><frame name="hdstat" src="hdstat.htm"><frame src="stgen.htm"></frameset>'
        return Response(
            f"<html><head><title>WorkCentre {self.device.model} - Internet Services</title></head>{frames}</html>"
        )

    def answer(self, request):
        if request.method != "GET":
            return None
        if request.path == "/":
            return self.start_page(request)
        if self.names.get("frames") and request.path == "/hdstat.htm":
            return Response(page("Status", "Xerox WorkCentre"))
        if not self.names.get("frames") or re.fullmatch(r"/(prscauthconf|prscipfil|prop)\.htm", request.path):
            return self.guard(request, Response(page("Properties", f"IP Filtering {self.device.serial}")))
        return None


def kind(name, vendor, oui, handler, accounts, model, *, can=(), lock=None, source="", **names):
    return Kind(
        name,
        vendor,
        "printer",
        oui,
        (web(handler), silent(9100)),
        accounts,
        frozenset(can),
        lock,
        model,
        names,
        source,
    )


PIN = (("7654321", "7654321"),)
KINDS = [
    kind("ricoh-web", "RICOH", "00:26:73", Ricoh, (("admin", ""), ("supervisor", "")), "MP C3003", lock=Lock(5, "account", 3600), source="nndefaccts; changeme; Aficio MP C5000 guide", silent_lock=True),
    kind("kyocera-rx", "KYOCERA", "00:17:C8", Kyocera, (("Admin", "Admin"), ("4000", "4000")), "M2040dn", source="nndefaccts; M2040dn guide, p. 290"),
    kind("bizhub", "KONICA MINOLTA", "00:20:6B", Bizhub, (("", "12345678"),), "bizhub 227", can=["single-session"], lock=Lock(3, "device", 300), source="c224e-python-interface; PRAEDA II", silent_lock=True),
    kind("canon-mf", "CANON", "00:1E:8F", CanonMf, PIN, "MF244dw", source="Canon USRMA-2640; clients of checkLogin.cgi; Greenbone 813607"),
    kind("canon-mf-pin", "CANON", "00:1E:8F", CanonMf, PIN, "MF644C", source="a client of login.html", pin_only=True),
    kind("xerox", "XEROX", "00:00:AA", Xerox, (("11111", "x-admin"), ("admin", "1111")), "5230A", source="nndefaccts; WorkCentre 5230A guide"),
    kind("xerox-frames", "XEROX", "00:00:AA", Xerox, (("admin", "1111"), ("11111", "x-admin")), "5020", source="nndefaccts; WorkCentre 3615 guide", frames=True),
]  # fmt: skip
