"""Optical terminals with tokens: ZTE's two generations, Huawei, DASAN."""

import base64
import hashlib
import secrets

from tests.lab.devices.common import FTP, TELNET, web
from tests.lab.devices.device import Kind
from tests.lab.devices.http import Response, Web, as_json, moved, page
from tests.lab.devices.state import Answer, Lock


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


class ZteOld(Web):
    """F609, F660: a token in the page, a redirection to `start.ghtml`; a stale token shows the form again."""

    server = "Mini web server 1.0 ZTE corp 2005."
    success_words = "start.ghtml getpage.gch?pid=1002"

    def __init__(self, device, service):
        super().__init__(device, service)
        self.token = 0

    def start_page(self, request, message=""):
        self.token += 1
        script = f'<script>getObj("Frm_Logintoken").value = "{self.token}";\nvar msg=\'{message}\';</script>'
        form = '<form name="fLogin" method="post">ZTE<input name="Frm_Logintoken" id="Frm_Logintoken"></form>'
        return Response(page(self.device.model, form + script))

    def answer(self, request):
        signed_in = self.state.has_session(request.cookie("SID"))
        if request.path in ("/start.ghtml", "/template.gch", "/getpage.gch"):
            return (
                Response(page(self.device.model, f"<b>ZTE</b> {self.device.serial} logout"))
                if signed_in
                else moved("/")
            )
        if request.path != "/":
            return None
        if request.method == "GET":
            return self.start_page(request)
        sent = request.form()
        if sent.get("action") == "logout" or "logout" in request.query:
            self.state.close_session(request.cookie("SID"))
            return self.start_page(request)
        if sent.get("Frm_Logintoken") != str(self.token) or not self.state.fresh_token():
            return self.start_page(request)
        random = sent.get("UserRandomNum", "")
        user = sent.get("Username", "")
        answer = self.login(request, user, lambda known: sent.get("Password") in (known, sha256(known + random)))
        if answer.good:
            return moved("/start.ghtml", headers=[("Set-Cookie", f"SID={self.open_session()}; path=/")])
        words = {Answer.LOCKED: "You have tried too many times. Try again after 1 minute."}
        return self.start_page(request, words.get(answer, "User name or password is wrong, please try again"))


class ZteNew(Web):
    """F670L, F680, H-series: JSON with `sess_token` and `lockingTime` (-1: a stale token), XML with the nonce."""

    server = "ZTE web server 1.0 ZTE corp 2015."
    success_words = '"login_need_refresh":true'

    def __init__(self, device, service):
        super().__init__(device, service)
        self.session_token, self.nonce = secrets.token_hex(16), ""

    def start_page(self, request):
        cookie = [("Set-Cookie", f"SID={secrets.token_hex(16)}; path=/; HttpOnly")]
        return Response(
            page(self.device.model, "<div id='login_container'>ZTE</div><script>var _sessionTmpToken</script>"),
            200,
            cookie,
        )

    def answer(self, request):
        if request.path != "/":
            return None
        tag = request.query.get("_tag", "")
        if request.query.get("_type") == "loginData":
            return self.login_data(request, tag)
        if request.query.get("_type") in ("menuView", "menuData"):
            if not self.state.has_session(request.cookie("SID")):
                return Response(
                    "<ajax_response_xml_root><IF_ERRORSTR>SessionTimeout</IF_ERRORSTR></ajax_response_xml_root>",
                    kind="text/xml",
                )
            return Response(
                f"<ajax_response_xml_root><IF_ERRORSTR>SUCC</IF_ERRORSTR><ModelName>{self.device.model}</ModelName></ajax_response_xml_root>",
                kind="text/xml",
            )
        return self.start_page(request)

    def login_data(self, request, tag):
        if tag == "login_token":
            self.nonce = str(secrets.randbelow(10**8))
            return Response(f"<ajax_response_xml_root>{self.nonce}</ajax_response_xml_root>", kind="text/xml")
        if tag == "logout_entry":
            self.state.close_session(request.cookie("SID"))
            return as_json({"logout": True})
        if tag != "login_entry":
            return None
        if request.method == "GET":
            locked = self.state.is_locked("admin", request.peer)
            return as_json(
                {
                    "lockingTime": 60 if locked else 0,
                    "loginErrMsg": "",
                    "promptMsg": "",
                    "sess_token": self.session_token,
                }
            )
        return self.sign_in(request)

    def sign_in(self, request):
        sent, nonce = request.form(), self.nonce
        if sent.get("_sessionTOKEN") != self.session_token or not nonce or not self.state.fresh_token():
            return self.said("", -1)
        self.nonce, self.session_token = "", secrets.token_hex(16)
        user = sent.get("Username", "")
        answer = self.login(request, user, lambda known: sha256(known + nonce) == sent.get("Password"))
        if answer.good:
            token = request.cookie("SID") or secrets.token_hex(16)
            self.state.open_session(token)
            found = self.said("", 0, refresh=True)
            return Response(found.body, 200, [("Set-Cookie", f"SID={token}; path=/; HttpOnly")], found.kind)
        if answer == Answer.LOCKED or self.state.is_locked(user, request.peer):
            return self.said("You have input the wrong password too many times.", 60)
        if answer == Answer.BUSY:
            return self.said("Another user is logged in.", 0)
        return self.said("User information is error. Username or password is wrong.", 0)

    def said(self, message, locking, *, refresh=False):
        return as_json(
            {
                "login_need_refresh": refresh,
                "lockingTime": locking,
                "loginErrMsg": message,
                "promptMsg": "",
                "sess_token": self.session_token,
            }
        )


class Huawei(Web):
    """HG8045, HG8245, EG8145: `login.cgi` answers 200 to everybody; the page after it tells."""

    server = ""
    success_words = "frame_menu mainFrame index.asp"

    def __init__(self, device, service):
        super().__init__(device, service)
        self.token, self.failed = "", 0

    def start_page(self, request):
        locked = 60 if self.state.is_locked("root", request.peer) else 0
        script = (
            f"var FailStat ='{1 if self.failed else 0}'; var LoginTimes = '{self.failed}'; var LockLeftTime = '{locked}';"
            f" var ProductName = '{self.device.model}'; function LoginSubmit() {{ url : '/asp/GetRandCount.asp' }}"
        )
        form = "<input id='txt_Username' name='UserName'><input id='txt_Password' name='PassWord' type='password'>"
        return Response(
            page("", f"{form}<script>{script}</script>", head="<script src='/resource/common/safelogin.js'></script>")
        )

    def answer(self, request):
        token = request.cookie("Cookie").removeprefix("sid=").partition(":")[0]
        signed_in = self.state.has_session(token)
        if request.path in ("/", "/index.asp"):
            return self.main_page() if signed_in else self.start_page(request)
        if request.path == "/asp/GetRandCount.asp":
            self.token = secrets.token_hex(24)
            return Response(b"\xef\xbb\xbf" + self.token.encode())
        if request.path == "/login.cgi" and request.method == "POST":
            return self.sign_in(request)
        if request.path == "/logout.cgi":
            self.state.close_session(token)
            return Response("")
        if request.path.startswith("/html/"):
            return Response(f"var DeviceInfo = '{self.device.serial}';") if signed_in else self.start_page(request)
        return None

    def main_page(self):
        return Response(
            page(
                self.device.model,
                f"<div id='frame_menu'></div><iframe name='mainFrame'></iframe><input id='hwonttoken' value='{self.token}'>",
            )
        )

    def sign_in(self, request):
        sent = request.form()
        if not self.token or sent.get("x.X_HW_Token") != self.token or not self.state.fresh_token():
            return Response("")
        self.token = ""
        answer = self.login(
            request,
            sent.get("UserName", ""),
            lambda known: base64.b64encode(known.encode()).decode() == sent.get("PassWord"),
        )
        self.failed = 0 if answer.good else self.failed + 1
        cookie = (
            f"Cookie=sid={self.open_session()}:Language:english:id=1;path=/" if answer.good else "Cookie=default;path=/"
        )
        return Response(
            "<script>top.location.replace('/');</script>" if answer.good else "", 200, [("Set-Cookie", cookie)]
        )


class Dasan(Web):
    """The one public client's account of it: base64 password, `result` "0" or "1"."""

    server = "GoAhead-Webs"
    success_words = '"result":"0"'

    def start_page(self, request):
        return Response(page("GPON ONT", f"<div>DASAN {self.device.model}</div>"))

    def answer(self, request):
        if request.path == "/":
            return self.start_page(request)
        if request.path == "/reqproc/proc_get":
            signed_in = self.state.has_session(request.cookie("SESSION"))
            return as_json({"model": self.device.model} if signed_in else {})
        if request.path != "/reqproc/proc_post":
            return None
        sent = request.form()
        if sent.get("goformId") == "LOGOUT":
            self.state.close_session(request.cookie("SESSION"))
            return as_json({"result": "0"})
        answer = self.login(
            request, "admin", lambda known: base64.b64encode(known.encode()).decode() == sent.get("password")
        )
        if answer.good:
            return as_json({"result": "0"}, headers=[("Set-Cookie", f"SESSION={self.open_session()}; path=/")])
        return as_json({"result": "3" if answer == Answer.LOCKED else "1"})


TOKEN = frozenset({"stale-token"})
ADMIN = (("admin", "admin"),)
KINDS = [
    Kind(
        "zte-old",
        "ZTE",
        "ont",
        "4C:AC:0A",
        (web(ZteOld), TELNET),
        ADMIN,
        TOKEN,
        Lock(3, "ip", 60),
        "F660",
        {},
        "nndefaccts; JtuStuff/F609PY",
    ),
    Kind(
        "zte-new",
        "ZTE",
        "ont",
        "34:4B:50",
        (web(ZteNew),),
        (),
        TOKEN | {"single-session"},
        Lock(3, "ip", 60),
        "F670L",
        {},
        "juacas/zte_tracker",
    ),
    Kind(
        "huawei-ont",
        "Huawei",
        "ont",
        "00:E0:FC",
        (web(Huawei), TELNET),
        (("root", "admin"), ("telecomadmin", "admintelecom")),
        TOKEN,
        Lock(3, "ip", 60),
        "HG8245H",
        {
            "telnet_banner": "\r\nWelcome Visiting Huawei Home Gateway\r\n",
            "telnet_login": "Login:",
            "telnet_prompt": "\r\nWAP>",
        },
        "open clients of HG8145V5; Huawei ONT guides",
    ),
    Kind(
        "dasan", "DASAN", "ont", "00:D0:CB", (web(Dasan), FTP), (), frozenset(), None, "H646", {}, "one public client"
    ),
]
