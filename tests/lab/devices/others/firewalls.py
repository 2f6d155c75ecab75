"""Firewalls: SonicWall, Fortinet, Sophos."""

import json

from tests.lab.devices.challenges import Guarded
from tests.lab.devices.common import SNMP, SSH, web
from tests.lab.devices.device import Kind
from tests.lab.devices.http import Response, Web, as_json, moved, page
from tests.lab.devices.state import Answer, Lock


class SonicWall(Guarded):
    """SonicOS 7 API: POST logs in (Basic), GET reads, DELETE logs out; `override` evicts another administrator."""

    server = "SonicWALL"
    success_words = '"success": true'

    @property
    def realm(self):
        return "SonicOS API"

    def start_page(self, request):
        return moved("/sonicui/7/login/")

    def answer(self, request):
        if request.path == "/":
            return self.start_page(request)
        if request.path.startswith("/sonicui/"):
            return Response(page("SonicWall", "<app-root></app-root>"))
        if request.path == "/api/sonicos/auth":
            return self.auth(request)
        if request.path == "/api/sonicos/version":
            if self.state.has_session(request.peer):
                return as_json(
                    {
                        "model": self.device.model,
                        "serial_number": self.device.serial,
                        "firmware_version": "SonicOS 7.0.1",
                    }
                )
            return self.challenge(self.said(False, "E_UNAUTHORIZED", "Unauthorized", 401))
        return None

    def said(self, success, code, message, status=200):
        info = [{"level": "info" if success else "error", "code": code, "message": message}]
        return as_json({"status": {"success": success, "cli": {"depth": 0}, "info": info}}, status)

    def auth(self, request):
        if request.method == "DELETE":
            self.state.close_session(request.peer)
            return self.said(True, "E_OK", "Success.")
        if request.method != "POST":
            return self.challenge(self.said(False, "E_UNAUTHORIZED", "Unauthorized", 401))
        if self.device.mutation == "single-session" and request.json().get("override"):
            self.state.evictions += 1
        answer = self.admitted(request)
        if answer is None or not answer.good:
            text = "User is locked out" if answer == Answer.LOCKED else "Unauthorized"
            return self.challenge(
                self.said(False, "E_LOCKED" if answer == Answer.LOCKED else "E_UNAUTHORIZED", text, 401)
            )
        if self.device.mutation == "single-session":
            return self.said(False, "E_EXISTS", "Another administrator is logged in; configuration mode is taken", 409)
        self.state.open_session(request.peer)
        code = "E_PASSWORD_CHANGE" if answer == Answer.MUST_CHANGE else "E_OK"
        return self.said(True, code, "Success.")


class Fortinet(Web):
    """`/logincheck` answers a digit: 0 wrong, 1 in (with a place to go to), 2 too many; the cookie has a random tail."""

    server = "xxxxxxxx-xxxxx"
    success_words = 'document.location="/prompt" ccsrftoken'

    def start_page(self, request):
        return Response("<html><script>top.location='/login';</script></html>")

    def answer(self, request):
        token = request.cookie("APSCOOKIE_1")
        if request.path == "/":
            return self.start_page(request)
        if request.path == "/login":
            return Response(
                page(
                    "", "<form id='login_form' action='/logincheck'></form><f-icon class='ftnt-fortinet-grid'></f-icon>"
                )
            )
        if request.path == "/logincheck":
            return self.sign_in(request)
        if request.path == "/logout":
            self.state.close_session(token)
            return moved("/login")
        if request.path.startswith("/api/v2/monitor/"):
            return (
                as_json({"results": {"model": self.device.model}, "serial": self.device.serial})
                if self.state.has_session(token)
                else Response("", 401)
            )
        return None

    def sign_in(self, request):
        sent = request.form()
        answer = self.login(request, sent.get("username", ""), sent.get("secretkey", ""))
        if answer.good:
            where = "/password_change" if answer == Answer.MUST_CHANGE else "/prompt?viewOnly&redir=%2F"
            cookies = [
                ("Set-Cookie", f"APSCOOKIE_1={self.open_session()}; path=/"),
                ("Set-Cookie", 'ccsrftoken_1="0A0B"; path=/'),
            ]
            return Response(f'1document.location="{where}";', 200, cookies)
        return Response({Answer.LOCKED: "2", Answer.BUSY: "3"}.get(answer, "0"))


LOGIN = "<link href='/css/loginstylesheet.css'><script>Cyberoam.setContextPath('/webconsole');</script>Sophos Firewall"


class Sophos(Web):
    """SFOS: JSON in a form field; status 200 is success, -1 failure."""

    server = "xxxx"
    success_words = '"status":200 "redirectionURL"'

    def start_page(self, request):
        return moved("/webconsole/webpages/login.jsp")

    def answer(self, request):
        token = request.cookie("JSESSIONID")
        if request.path == "/":
            return self.start_page(request)
        if request.path == "/webconsole/webpages/login.jsp":
            return Response(page("Sophos", LOGIN))
        if request.path == "/webconsole/webpages/index.jsp":
            return (
                Response(
                    page(
                        "Sophos",
                        f"<script>Cyberoam.c$rFt0k3n = '0a1b';</script><div id='logout'>{self.device.serial}</div>",
                    )
                )
                if self.state.has_session(token)
                else self.start_page(request)
            )
        if request.path != "/webconsole/Controller":
            return None
        form = request.form()
        if form.get("mode") == "1":
            self.state.close_session(token)
            return as_json({"status": 200})
        try:
            sent = json.loads(form.get("json", "{}"))
        except ValueError:
            sent = {}
        answer = self.login(request, str(sent.get("username", "")), str(sent.get("password", "")))
        if answer.good:
            found = {"status": 200, "redirectionURL": "/webpages/index.jsp"}
            found |= {"changepassword": True} if answer == Answer.MUST_CHANGE else {}
            return as_json(found, headers=[("Set-Cookie", f"JSESSIONID={self.open_session()}; path=/")])
        return as_json(
            {"status": {Answer.LOCKED: -5, Answer.BUSY: -7}.get(answer, -1), "statusmessage": "Authentication failed"}
        )


CHANGE = frozenset({"forced-change"})
KINDS = [
    Kind(
        "sonicwall",
        "SonicWall",
        "firewall",
        "00:17:C5",
        (web(SonicWall, 443, tls=True), SSH),
        (("admin", "password"),),
        CHANGE | {"single-session"},
        Lock(5, "ip", 300),
        "TZ 270",
        {"tls_organisation": "SonicWall"},
        "SonicOS API reference",
    ),
    Kind(
        "fortinet",
        "Fortinet",
        "firewall",
        "00:09:0F",
        (web(Fortinet, 443, tls=True), SSH),
        (("admin", ""),),
        CHANGE | {"open"},
        Lock(3, "ip", 60),
        "FortiGate-60E",
        {"tls_organisation": "Fortinet", "tls_name": "FGT60E0000000001", "ssh_banner": "SSH-2.0-mTQWE"},
        "FortiOS help; open clients",
    ),
    Kind(
        "sophos",
        "Sophos",
        "firewall",
        "00:1A:8C",
        (web(Sophos, 4444, tls=True), SSH, SNMP),
        (("admin", "admin"),),
        CHANGE,
        Lock(5, "ip", 300),
        "XG 106",
        {"tls_organisation": "Sophos", "enterprise": 2604, "sysdescr": "Linux Sophos XG"},
        "open clients of SFOS",
    ),
]
