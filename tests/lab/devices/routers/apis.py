"""Routers with a JSON API: MikroTik, UniFi OS, Linksys Smart Wi-Fi."""

import re

from tests.lab.devices.challenges import Guarded, read_basic
from tests.lab.devices.common import FTP, SSDP, SSH, TELNET, web
from tests.lab.devices.device import Kind, Service
from tests.lab.devices.http import Response, Web, as_json, page
from tests.lab.devices.state import Answer, Lock
from tests.lab.devices.wires.routeros import RouterOs


class MikroTik(Guarded):
    """WebFig's page for people, REST with Basic for programs (7.1 and later)."""

    server = ""

    @property
    def realm(self):
        return "RouterOS"

    def start_page(self, request):
        return Response(
            page("RouterOS router configuration page", "<h1>RouterOS v7.12</h1><a href='/webfig/'>WebFig</a> mikrotik")
        )

    def answer(self, request):
        if request.path in ("/", "/webfig/"):
            return self.start_page(request)
        if not request.path.startswith("/rest"):
            return None
        if request.method != "GET":
            self.state.wrote(f"REST {request.method} {request.path}")
        if request.path == "/rest/system/identity":
            return self.guard(request, as_json({"name": "MikroTik"}))
        body = {
            "architecture-name": "arm64",
            "uptime": "4w2d",
            "cpu-count": "4",
            "version": "7.12.1 (stable)",
            "board-name": self.device.model,
            "platform": "MikroTik",
        }
        return self.guard(request, as_json(body))

    def refusal(self, request, answer):
        return as_json({"error": 401, "message": "Unauthorized"})


class UnifiOs(Web):
    """429 after some wrong logins; a TOKEN cookie."""

    server = "nginx"
    success_words = "TOKEN isAdmin"

    def start_page(self, request):
        return Response(page("UniFi OS", "<div id='root'></div>"))

    def answer(self, request):
        token = request.cookie("TOKEN")
        if request.path == "/":
            return self.start_page(request)
        if request.path in ("/api/auth/login", "/api/login"):
            sent = request.json()
            answer = self.login(request, str(sent.get("username", "")), str(sent.get("password", "")))
            if answer.good:
                return as_json(
                    {"username": "admin", "isOwner": True},
                    headers=[("Set-Cookie", f"TOKEN={self.open_session()}; path=/; HttpOnly")],
                )
            if answer == Answer.LOCKED:
                return as_json(
                    {
                        "code": "AUTHENTICATION_FAILED_LIMIT_REACHED",
                        "message": "You've reached the login attempt limit",
                    },
                    429,
                )
            return as_json(
                {"code": "AUTHENTICATION_FAILED_INVALID_CREDENTIALS", "message": "Invalid username or password"}, 403
            )
        if request.path in ("/api/auth/logout", "/api/logout"):
            self.state.close_session(token)
            return as_json({})
        if request.path in ("/api/users/self", "/api/self"):
            return as_json({"username": "admin"}) if self.state.has_session(token) else as_json({"code": 401}, 401)
        return None


class Jnap(Web):
    """Actions travel in a header; an unlocked one says whether the password is the factory's."""

    server = "lighttpd/1.4.39"
    success_words = '"result": "OK"'

    def start_page(self, request):
        return Response(page("Linksys Smart Wi-Fi", "<script src='/ui/dynamic/js/app.js'></script>"))

    def answer(self, request):
        if request.path == "/":
            return self.start_page(request)
        if request.path.rstrip("/") != "/JNAP":
            return None
        action = request.headers.get("x-jnap-action", "").rpartition("/jnap/")[2]
        if action == "core/IsAdminPasswordDefault":
            default = self.device.mutation in (
                "default",
                "uninitialised",
                "slow",
                "tls10",
                "single-session",
                "forced-change",
            )
            return as_json({"result": "OK", "output": {"isAdminPasswordDefault": default}})
        if action == "core/GetDeviceInfo":
            return as_json(
                {
                    "result": "OK",
                    "output": {"manufacturer": "Linksys", "modelNumber": self.device.model, "firmwareVersion": "1.1"},
                }
            )
        if not re.match(r"core/(Check|Get|Is)|\w+/Get", action):
            self.state.wrote(f"JNAP {action}")
        pair = read_basic(request.headers.get("x-jnap-authorization", ""))
        if pair is None:
            return as_json({"result": "_ErrorUnauthorized"})
        answer = self.login(request, pair[0], pair[1], each_request=True)
        return as_json({"result": "OK", "output": {}} if answer.good else {"result": "_ErrorUnauthorized"})


API = Service(8728, "routeros", RouterOs)
MIKROTIK = {
    "ssh_banner": "SSH-2.0-ROSSSH",
    "telnet_banner": "\r\nMikroTik v7.12.1 (stable)\r\n",
    "telnet_login": "Login: ",
    "telnet_prompt": "\r\n[admin@MikroTik] > ",
    "telnet_refusal": "\r\nLogin failed, incorrect username or password\r\n",
    "ftp_banner": "MikroTik FTP server (MikroTik 7.12.1) ready",
}
KINDS = [
    Kind(
        "mikrotik",
        "MikroTik",
        "router",
        "4C:5E:0C",
        (web(MikroTik), API, SSH, TELNET, FTP),
        (("admin", ""),),
        frozenset(),
        None,
        "hEX",
        MIKROTIK,
        "vendor's manual: REST API, API",
    ),
    Kind(
        "unifi-os",
        "Ubiquiti",
        "router",
        "74:83:C2",
        (web(UnifiOs, 443, tls=True), SSH),
        (),
        frozenset({"open"}),
        Lock(5, "ip", 600),
        "UDM",
        {"ssh_banner": "SSH-2.0-dropbear_2020.81"},
        "open UniFi clients",
    ),
    Kind(
        "linksys-jnap",
        "Linksys",
        "router",
        "C0:56:27",
        (web(Jnap), SSDP),
        (("admin", "admin"),),
        frozenset(),
        None,
        "EA6350",
        {},
        "open JNAP clients",
    ),
]
