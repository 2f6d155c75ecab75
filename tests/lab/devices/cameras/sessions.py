"""Cameras and recorders with a login of their own: Xiongmai, TVT, Reolink, Foscam."""

import re

from tests.lab.devices.challenges import read_basic
from tests.lab.devices.common import ONVIF, RTSP, WSD, silent, web
from tests.lab.devices.device import Kind
from tests.lab.devices.http import NOT_FOUND, Response, Web, as_json, page
from tests.lab.devices.state import Answer, Lock
from tests.lab.devices.wires.onvif import Onvif


class Xiongmai(Web):
    """No-name DVR (NetSurveillance): a form whose answer names the user."""

    server = "lighttpd/1.4"
    success_words = "var g_user='admin';"

    def start_page(self, request):
        script = (
            "<script>var gHashCookie = new Hash.Cookie('NetSuveillanceWebCookie',{duration: 30});"
            "if(!gHashCookie.get('username')){ location='Login.htm'; }</script>"
        )
        return Response(page("NETSurveillance WEB", script))

    def answer(self, request):
        if request.path == "/":
            return self.start_page(request)
        if request.path != "/Login.htm":
            return None
        if request.method == "GET":
            return self.form("")
        sent = request.form()
        user = sent.get("username", "")
        answer = self.login(request, user, sent.get("password", ""))
        if answer.good:
            return self.form(f"var g_user='{user}'; var g_Result=100;")
        code = {Answer.LOCKED: 205, Answer.BUSY: 206}.get(answer, 203)
        return self.form(f"var g_user=''; var g_Result={code};")

    def form(self, script):
        return Response(page("NETSurveillance WEB", f"<form name='login'></form><script> {script}</script>"))


class Tvt(Web):
    """TVT, NVMS-9000: Basic on one XML request; the session lives in the answer's token."""

    server = "thttpd"
    success_words = "<status>success</status>"

    def start_page(self, request):
        return Response(page("", "<script> window.location.href='Pages/login.htm'</script>"))

    def answer(self, request):
        if request.path == "/":
            return self.start_page(request)
        if request.path.lower() == "/pages/login.htm":
            return Response(page("", "<span id='IDCS_LOGIN_NBSP'></span>"))
        if request.path == "/doLogin":
            return self.sign_in(request)
        if request.path == "/reqLogin":
            return NOT_FOUND  # firmware whose login begins so looks at no Basic
        if request.path.startswith("/query"):
            return self.protected(request)
        if request.path == "/doLogout":
            self.state.close_session(request.cookie("sessionId"))
            return self.xml("<status>success</status>")
        return None

    def xml(self, body, headers=()):
        return Response(
            f'<?xml version="1.0" encoding="UTF-8"?><response version="1.0" cmdType="reply">{body}</response>',
            200,
            list(headers),
            "application/xml",
        )

    def sign_in(self, request):
        pair = read_basic(request.headers.get("authorization", ""))
        if pair is None:
            return self.xml("<status>fail</status><errorCode>536870931</errorCode>")
        answer = self.login(request, pair[0], pair[1])
        if answer.good:
            token = self.open_session()
            change = "<resetInfo>default</resetInfo>" if answer == Answer.MUST_CHANGE else ""
            body = (
                f"<status>success</status><content><userId>1</userId><sessionId>{token}</sessionId>{change}</content>"
            )
            return self.xml(body, [("Set-Cookie", f"sessionId={token}; path=/")])
        code = {Answer.LOCKED: 536870951, Answer.BUSY: 536870950}.get(answer, 536870948)
        return self.xml(f"<status>fail</status><errorCode>{code}</errorCode>")

    def protected(self, request):
        if not self.state.has_session(request.cookie("sessionId")):
            return self.xml("<status>fail</status><errorCode>536870931</errorCode>")
        return self.xml(
            f"<status>success</status><content><httpPort>80</httpPort><productModel>{self.device.model}</productModel></content>"
        )


class Reolink(Web):
    """`api.cgi`: arrays of commands; few token slots, so a logout is owed."""

    server = "nginx"
    success_words = '"Token" "leaseTime"'

    def __init__(self, device, service):
        super().__init__(device, service)
        self.onvif = Onvif(self)

    def start_page(self, request):
        return Response(page("Reolink", "<div id='app' class='reolink'></div><script src='js/app.js'></script>"))

    def answer(self, request):
        if request.path == "/":
            return self.start_page(request)
        if request.path not in ("/api.cgi", "/cgi-bin/api.cgi"):
            return self.onvif.answer(request)
        sent = request.json()
        first = sent[0] if isinstance(sent, list) and sent and isinstance(sent[0], dict) else {}
        command = str(first.get("cmd") or request.query.get("cmd", ""))
        if command == "Login":
            return self.sign_in(request, first)
        token = request.query.get("token", "")
        if not self.state.has_session(token):
            return self.error(command, "please login first", -6)
        if command == "Logout":
            self.state.close_session(token)
        elif not command.startswith("Get"):
            self.state.wrote(f"api.cgi {command}")
        info = {"DevInfo": {"model": self.device.model, "serial": self.device.serial}}
        return as_json([{"cmd": command, "code": 0, "value": info}])

    def error(self, command, detail, code):
        return as_json([{"cmd": command, "code": 1, "error": {"detail": detail, "rspCode": code}}])

    def sign_in(self, request, first):
        user = first.get("param", {}).get("User", {})
        answer = self.login(request, str(user.get("userName", "")), str(user.get("password", "")))
        if answer.good:
            value = {"Token": {"leaseTime": 3600, "name": self.open_session()}}
            return as_json([{"cmd": "Login", "code": 0, "value": value}])
        detail, code = {
            Answer.LOCKED: ("login locked", -505),
            Answer.BUSY: ("max session number is too many", -5),
        }.get(answer, ("password wrong", -7))
        return self.error("Login", detail, code)


class Foscam(Web):
    """CGIProxy: account in the query of every command."""

    server = "lighttpd/1.4.31"
    success_words = "<logInResult>0</logInResult>"

    def start_page(self, request):
        return Response(page("IPCam Client", "", head="<script src='js/main.js'></script>"))

    def answer(self, request):
        if request.path == "/":
            return self.start_page(request)
        if request.path != "/cgi-bin/CGIProxy.fcgi":
            return None
        command, user = request.query.get("cmd", ""), request.query.get("usr", "")
        if not re.match(r"get|logIn|logOut", command):
            self.state.wrote(f"CGIProxy {command}")
        if command == "logOut":
            self.state.close_session(f"{request.peer} {user}")
            return self.xml("<result>0</result><logOutResult>0</logOutResult>")
        answer = self.login(request, user, request.query.get("pwd", ""), each_request=command != "logIn")
        if not answer.good:
            result = {Answer.LOCKED: -6, Answer.BUSY: -5}.get(answer, -2)
            return self.xml(
                f"<result>{result}</result>" + (f"<logInResult>{result}</logInResult>" if command == "logIn" else "")
            )
        if command == "logIn":
            self.state.open_session(f"{request.peer} {user}")
            return self.xml("<result>0</result><logInResult>0</logInResult>")
        return self.xml(
            f"<result>0</result><productName>{self.device.model}</productName><serialNo>{self.device.serial}</serialNo>"
        )

    def xml(self, body):
        return Response(f"<CGI_Result>{body}</CGI_Result>", kind="text/plain")


KINDS = [
    Kind(
        "xiongmai",
        "Xiongmai",
        "nvr",
        "00:12:15",
        (web(Xiongmai), RTSP, silent(34567)),
        (("admin", ""), ("default", "tluafed")),
        frozenset({"silent-lock"}),
        Lock(5, "ip"),
        "NVR-XM",
        {"rtsp_realm": "/"},
        "nndefaccts; Hi-View and Smartwares manuals",
    ),
    Kind(
        "tvt",
        "TVT",
        "nvr",
        "00:18:AE",
        (web(Tvt), RTSP),
        (("admin", "123456"), ("admin", "1")),
        frozenset({"forced-change", "single-session"}),
        Lock(5, "ip"),
        "TD-2308",
        {},
        "nndefaccts",
    ),
    Kind(
        "reolink",
        "Reolink",
        "camera",
        "EC:71:DB",
        (web(Reolink, also=ONVIF), RTSP, WSD),
        (("admin", ""),),
        frozenset({"single-session"}),
        None,
        "RLC-410",
        {"rtsp_paths": ("/h264Preview_01_main",)},
        "Camera HTTP API guide",
    ),
    Kind(
        "foscam",
        "Foscam",
        "camera",
        "00:62:6E",
        (web(Foscam, 88), RTSP),
        (("admin", ""),),
        frozenset({"single-session"}),
        Lock(5, "ip"),
        "FI9900P",
        {"rtsp_paths": ("/videoMain",)},
        "CGI user guide",
    ),
]
