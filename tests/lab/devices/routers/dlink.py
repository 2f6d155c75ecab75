"""D-Link DIR in three generations: session.cgi, authentication.cgi with HMAC-MD5, HNAP (SOAP) with HMAC-MD5."""

import hmac
import re
import secrets

from tests.lab.devices.common import SSDP, web
from tests.lab.devices.device import Kind
from tests.lab.devices.http import Response, Web, as_json, page
from tests.lab.devices.state import Answer


def hmac_md5(key, text):
    return hmac.new(key.encode(), text.encode(), "md5").hexdigest().upper()


class Session(Web):
    """The session is the `uid` cookie that the client chose."""

    success_words = "<RESULT>SUCCESS</RESULT>"
    title = "D-LINK SYSTEMS, INC. | WIRELESS ROUTER | HOME"

    @property
    def server(self):
        return f"Linux, HTTP/1.1, {self.device.model} Ver 1.09"

    def start_page(self, request):
        return Response(
            page(self.title, '<script>OBJ("loginusr").value = ""; AUTH.Login(cb, user, pwd, \'\');</script>')
        )

    def answer(self, request):
        uid = request.cookie("uid")
        if request.path in ("/", "/index.php"):
            return self.start_page(request)
        if request.path == "/bsc_lan.php":
            body = (
                f"<a onclick='AUTH.Logout()'>Logout</a>{self.device.serial}"
                if self.state.has_session(uid)
                else "Unauthorized"
            )
            return Response(page(self.title, body), 200 if self.state.has_session(uid) else 401)
        if request.path != "/session.cgi":
            return None
        sent = request.form()
        if sent.get("ACTION") == "logout":
            self.state.close_session(uid)
            return self.result("SUCCESS")
        answer = self.login(request, sent.get("USER", ""), sent.get("PASSWD", ""))
        if answer.good and uid:
            self.state.open_session(uid)
            return self.result("SUCCESS")
        return self.result({Answer.BUSY: "SESSION FULL", Answer.LOCKED: "BLOCKED"}.get(answer, "FAIL"))

    def result(self, word):
        return Response(
            f"<?xml version='1.0'?><report><RESULT>{word}</RESULT><REASON></REASON></report>", kind="text/xml"
        )


class Authentication(Session):
    """A challenge in JSON."""

    success_words = '"status": "ok"'

    def __init__(self, device, service):
        super().__init__(device, service)
        self.challenges = {}

    def start_page(self, request):
        return Response(page(self.title, "<script>AUTH.Login_Hash(cb, user, pwd, '');</script>"))

    def answer(self, request):
        if request.path != "/authentication.cgi":
            return super().answer(request)
        if request.method == "GET":
            uid, challenge = secrets.token_urlsafe(8)[:10], secrets.token_hex(16)
            self.challenges[uid] = challenge
            return as_json({"status": "ok", "errno": None, "uid": uid, "challenge": challenge, "version": "0204"})
        sent, uid = request.form(), request.cookie("uid")
        challenge = self.challenges.pop(uid, None)
        if challenge is None or not self.state.fresh_token():
            return as_json({"status": "fail", "errno": 100})
        user = sent.get("id", "")
        answer = self.login(request, user, lambda known: hmac_md5(known, user + challenge) == sent.get("password"))
        if answer.good:
            self.state.open_session(uid)
            return as_json({"status": "ok", "errno": None})
        return as_json({"status": "fail", "errno": {Answer.BUSY: 3, Answer.LOCKED: 7}.get(answer, 5)})


class Hnap(Web):
    """SOAP `Login`: request, then login with a key derived from challenge, public key and password."""

    server = "lighttpd"
    success_words = "<LoginResult>success</LoginResult>"

    def __init__(self, device, service):
        super().__init__(device, service)
        self.offers, self.keys = {}, {}

    def start_page(self, request):
        return Response(page("D-LINK", "<script>location.href='/info/Login.html'</script>"))

    def answer(self, request):
        if request.path in ("/", "/info/Login.html"):
            return self.start_page(request)
        if request.path.rstrip("/") != "/HNAP1":
            return None
        action = request.headers.get("soapaction", "").strip('"').rpartition("/")[2]
        if request.method == "GET" or action == "GetDeviceSettings":
            return self.soap(
                "GetDeviceSettings",
                f"<GetDeviceSettingsResult>OK</GetDeviceSettingsResult><VendorName>D-Link</VendorName><ModelName>{self.device.model}</ModelName>",
            )
        if action == "Login":
            return self.sign_in(request)
        return self.protected(request, action)

    def soap(self, action, body, status=200):
        return Response(
            '<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>'
            f'<{action}Response xmlns="http://purenetworks.com/HNAP1/">{body}</{action}Response></soap:Body></soap:Envelope>',
            status, kind="text/xml",
        )  # fmt: skip

    def sign_in(self, request):
        sent = dict(re.findall(r"<(Action|Username|LoginPassword)>([^<]*)<", request.text))
        if sent.get("Action") == "request":
            cookie = secrets.token_hex(8)
            challenge, public = secrets.token_hex(10), secrets.token_hex(10)
            self.offers[cookie] = challenge, public
            return self.soap(
                "Login",
                f"<LoginResult>OK</LoginResult><Challenge>{challenge}</Challenge><Cookie>{cookie}</Cookie><PublicKey>{public}</PublicKey>",
            )
        cookie = request.cookie("uid")
        challenge, public = self.offers.pop(cookie, ("", ""))
        if not challenge or not self.state.fresh_token():
            return self.soap("Login", "<LoginResult>REBOOT</LoginResult>")
        private = {}

        def check(known):
            private["key"] = hmac_md5(public + known, challenge)
            return hmac_md5(private["key"], challenge) == sent.get("LoginPassword")

        answer = self.login(request, sent.get("Username", ""), check)
        if answer.good:
            self.keys[cookie] = private.get("key", "")
            self.state.open_session(cookie)
            return self.soap("Login", "<LoginResult>success</LoginResult>")
        word = {Answer.BUSY: "session_full", Answer.LOCKED: "ERROR_LOCKED"}.get(answer, "failed")
        return self.soap("Login", f"<LoginResult>{word}</LoginResult>")

    def protected(self, request, action):
        cookie = request.cookie("uid")
        proof, _, stamp = request.headers.get("hnap_auth", "").partition(" ")
        wanted = hmac_md5(self.keys.get(cookie, ""), stamp + request.headers.get("soapaction", ""))
        if not self.state.has_session(cookie) or (self.device.mutation != "accepts-any" and proof != wanted):
            return self.soap(action, f"<{action}Result>UNAUTHORIZED</{action}Result>", 401)
        if action == "Logout":
            self.state.close_session(cookie)
        elif not action.startswith("Get"):
            self.state.wrote(f"HNAP {action}")
        return self.soap(
            action, f"<{action}Result>OK</{action}Result><SerialNumber>{self.device.serial}</SerialNumber>"
        )


CAN = frozenset({"single-session"})
KINDS = [
    Kind(
        "dlink-session",
        "D-Link",
        "router",
        "00:22:B0",
        (web(Session), SSDP),
        (("admin", ""),),
        CAN,
        None,
        "DIR-615",
        {},
        "nndefaccts",
    ),
    Kind(
        "dlink-auth",
        "D-Link",
        "router",
        "34:08:04",
        (web(Authentication),),
        (("Admin", ""),),
        CAN | {"stale-token"},
        None,
        "DIR-850L",
        {},
        "nndefaccts",
    ),
    Kind(
        "dlink-hnap",
        "D-Link",
        "router",
        "C8:BE:19",
        (web(Hnap),),
        (("Admin", ""),),
        CAN | {"stale-token"},
        None,
        "DIR-882",
        {},
        "open HNAP clients",
    ),
]
