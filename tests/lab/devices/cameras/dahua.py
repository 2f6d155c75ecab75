"""Dahua and its OEMs (KBVision, Imou): RPC2 challenge login, `DevInit.getStatus`, CGI Digest, RTSP; one lock for all.

The web client hashes MD5(user:random:MD5(user:realm:password)), upper case; errors tell what is left.
"""

import hashlib
import secrets

from tests.lab.devices.challenges import Guarded
from tests.lab.devices.common import ONVIF, RTSP, WSD, silent, web
from tests.lab.devices.device import Kind, Service
from tests.lab.devices.http import Response, as_json, page
from tests.lab.devices.state import Answer, Lock
from tests.lab.devices.wires.dhip import Dhip
from tests.lab.devices.wires.onvif import Onvif

CHALLENGE, BAD_ACCOUNT, LOCKED, NO_SESSION = 268632079, 268632085, 268632081, 287637505
READING = ("magicBox.get", "global.getCurrentTime", "global.keepAlive", "configManager.getConfig", "system.listMethod")


def upper_md5(text):
    return hashlib.md5(text.encode()).hexdigest().upper()


class Dahua(Guarded):
    server = ""
    scheme = "digest"
    tells_lock = False
    success_words = '"result" : true'

    def __init__(self, device, service):
        super().__init__(device, service)
        self.onvif = Onvif(self)
        self.randoms = {}

    @property
    def realm(self):
        return f"Login to {self.device.serial}"

    def start_page(self, request):
        head = '<script src="jsCore/rpcCore.js?v=1"></script><script src="js/loginEx.js?v=1"></script>'
        return Response(page(self.names.get("title", "WEB SERVICE"), "<div id='login_box'></div>", head=head))

    def answer(self, request):
        pages = {
            "/": self.start_page,
            "/RPC2_Login": self.rpc_login,
            "/RPC2": self.rpc,
            "/OutsideCmd": self.outside,
            "/cgi-bin/magicBox.cgi": self.magic_box,
        }
        found = pages.get(request.path)
        return found(request) if found else self.onvif.answer(request)

    def magic_box(self, request):
        return self.guard(
            request,
            Response(f"deviceType={self.device.model}\r\nserialNumber={self.device.serial}\r\n", kind="text/plain"),
        )

    def admitted(self, request):
        if self.device.mutation == "uninitialised":
            return Answer.REFUSED
        return super().admitted(request)

    def refusal(self, request, answer):
        if answer == Answer.LOCKED:
            return Response("User Locked! Please try again after 30 minutes", 401)
        return Response("Invalid Authority!", 401)

    def outside(self, request):
        status = 1 if self.device.mutation == "uninitialised" else 2
        return as_json({"id": 1, "params": {"Init": status, "Find": "email"}, "result": True, "session": 0})

    def error(self, request, code, message, **params):
        number = request.json().get("id", 0)
        return as_json(
            {
                "error": {"code": code, "message": message},
                "id": number,
                "params": params,
                "result": False,
                "session": request.json().get("session", 0),
            }
        )

    def rpc_login(self, request):
        sent = request.json().get("params", {})
        user, password = str(sent.get("userName", "")), str(sent.get("password", ""))
        session = str(request.json().get("session", ""))
        if not password or session not in self.randoms:
            return self.first(request)
        if not self.state.fresh_token():
            return self.first(request)
        random = self.randoms.pop(session)
        if self.device.mutation == "uninitialised":
            return self.error(request, 268632086, "Component error: login failed, device is not initialized!")

        def check(known):
            return upper_md5(f"{user}:{random}:{upper_md5(f'{user}:{self.realm}:{known}')}") == password

        return self.conclude(request, user, self.login(request, user, check), session)

    def first(self, request):
        session, random = secrets.token_hex(16), str(secrets.randbelow(10**10))
        self.randoms[session] = random
        answer = {
            "error": {"code": CHALLENGE, "message": "Component error: login challenge!"},
            "id": request.json().get("id", 0),
            "params": {
                "authorization": secrets.token_hex(20),
                "encryption": "Default",
                "random": random,
                "realm": self.realm,
            },
            "result": False,
            "session": session,
        }
        return as_json(answer)

    def conclude(self, request, user, answer, session):
        if answer.good:
            self.state.open_session(session)
            params = {"keepAliveInterval": 60}
            if answer == Answer.MUST_CHANGE:
                params["passwordStatus"] = "NeedModify"
            return as_json({"id": request.json().get("id"), "params": params, "result": True, "session": session})
        if answer == Answer.LOCKED or self.state.is_locked(user, request.peer):
            return self.error(
                request, LOCKED, "Component error: user locked!", remainLockSecond=1800, remainLoginTimes=0
            )
        if answer == Answer.BUSY:
            return self.error(request, 268632083, "Component error: user has been used!")
        left = self.state.left(user, request.peer)
        return self.error(
            request,
            BAD_ACCOUNT,
            "Component error: User or password not valid!",
            remainLockSecond=0,
            remainLoginTimes=left,
        )

    def rpc(self, request):
        sent = request.json()
        method, session = str(sent.get("method", "")), str(sent.get("session", ""))
        if not self.state.has_session(session):
            return self.error(request, NO_SESSION, "Invalid session in request data!")
        if method == "global.logout":
            self.state.close_session(session)
        elif not method.startswith(READING):
            self.state.wrote(f"rpc {method}")
        params = {
            "deviceType": self.device.model,
            "serialNumber": self.device.serial,
            "sn": self.device.serial,
            "type": self.device.model,
        }
        return as_json({"id": sent.get("id"), "params": params, "result": True, "session": session})


DHIP = Service(37810, "discovery", Dhip, transport="udp", groups=("239.255.255.251",), login=False)
SERVICES = (web(Dahua, also=ONVIF), RTSP, silent(37777), WSD, DHIP)
NAMES = {"rtsp_paths": ("/cam/realmonitor",), "rtsp_server": "Rtsp Server/3.0"}
FACTORY = (("admin", "admin"), ("888888", "888888"), ("666666", "666666"))
CAN = frozenset({"uninitialised", "forced-change", "stale-token", "single-session"})
KINDS = [
    Kind(
        "dahua",
        "Dahua",
        "camera",
        "3C:EF:8C",
        SERVICES,
        FACTORY,
        CAN,
        Lock(5, "account"),
        "IPC-HFW1230S",
        NAMES,
        "web client rpcCore.js as rroller/dahua speaks it; manuals DH-SD22A, TPC-BF2221",
    ),
    Kind(
        "kbvision",
        "KBVISION",
        "nvr",
        "E0:50:8B",
        SERVICES,
        FACTORY,
        CAN,
        Lock(5, "account"),
        "KX-7108Ai",
        NAMES | {"title": "KBVISION"},
        "as Dahua",
    ),
]
