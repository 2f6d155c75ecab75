"""Hikvision IPC and NVR: ISAPI behind Digest, activation state, lock-out read from the 401, RTSP on the same accounts.

Vendor's ISAPI guide: `/SDK/activateStatus` needs no account; manuals: seven wrong logins of admin block the address.
"""

import hashlib
import re
import secrets

from tests.lab.devices.challenges import Guarded
from tests.lab.devices.common import ONVIF, RTSP, SSDP, WSD, silent, web
from tests.lab.devices.device import Kind
from tests.lab.devices.http import Response, page
from tests.lab.devices.state import Answer, Lock
from tests.lab.devices.wires.onvif import Onvif
from tests.lab.devices.wires.ssdp import description

NAMESPACE = 'version="2.0" xmlns="http://www.hikvision.com/ver20/XMLSchema"'


def xml(body, status=200, headers=()):
    return Response(f'<?xml version="1.0" encoding="UTF-8"?>\n{body}', status, list(headers), "application/xml")


class Hikvision(Guarded):
    server = "App-webs/"
    scheme = "digest"
    tells_lock = False
    success_words = "<statusValue>200</statusValue> doc/page/main.asp"

    def __init__(self, device, service):
        super().__init__(device, service)
        self.onvif = Onvif(self)
        self.challenge_of = {}

    def start_page(self, request):
        body = "<script>window.location.href='doc/page/login.asp?_'+(new Date()).getTime();</script>"
        return Response(page("index", "", head=body))

    def answer(self, request):
        pages = {
            "/": self.start_page,
            "/index.asp": self.start_page,
            "/doc/page/login.asp": lambda _: Response(page("login", "<div id='login'></div>")),
            "/description.xml": lambda _: description(self.device),
            "/SDK/activateStatus": self.activation,
            "/ISAPI/Security/userCheck": lambda r: self.guard(r, xml(self.status("userCheck", 200, "OK"))),
            "/PSIA/Custom/SelfExt/userCheck": lambda r: self.guard(r, xml(self.status("userCheck", 200, "OK"))),
            "/ISAPI/System/deviceInfo": lambda r: self.guard(r, xml(self.device_info())),
            "/ISAPI/Security/sessionLogin/capabilities": self.capabilities,
            "/ISAPI/Security/sessionLogin": self.session_login,
            "/ISAPI/Security/sessionLogout": self.session_logout,
        }
        found = pages.get(request.path)
        return found(request) if found else self.onvif.answer(request)

    def status(self, name, value, text, extra=""):
        return (
            f"<{name} {NAMESPACE}><statusValue>{value}</statusValue><statusString>{text}</statusString>{extra}</{name}>"
        )

    def activation(self, request):
        active = "false" if self.device.mutation == "uninitialised" else "true"
        return xml(f"<ActivateStatus {NAMESPACE}><Activated>{active}</Activated></ActivateStatus>")

    def admitted(self, request):
        if self.device.mutation == "uninitialised":
            return Answer.REFUSED
        if self.state.has_session(request.cookie("WebSession")) and self.device.mutation != "open":
            return Answer.ACCEPTED
        return super().admitted(request)

    def refusal(self, request, answer):
        return xml(self.status("userCheck", 401, "Unauthorized", self.lock_words(request, "admin")))

    def lock_words(self, request, user):
        if self.state.is_locked(user, request.peer):
            return "<lockStatus>lock</lockStatus><unlockTime>1800</unlockTime><retryLoginTime>0</retryLoginTime>"
        return f"<lockStatus>unlock</lockStatus><retryLoginTime>{self.state.left(user, request.peer)}</retryLoginTime>"

    def device_info(self):
        return (
            f"<DeviceInfo {NAMESPACE}><deviceName>IP CAMERA</deviceName><deviceID>48443030</deviceID>"
            f"<model>{self.device.model}</model><serialNumber>{self.device.serial}</serialNumber>"
            f"<macAddress>{self.device.mac}</macAddress><firmwareVersion>V5.5.82</firmwareVersion>"
            "<deviceType>IPCamera</deviceType></DeviceInfo>"
        )

    def capabilities(self, request):
        made = {name: secrets.token_hex(32) for name in ("sessionID", "challenge", "salt")}
        self.challenge_of[made["sessionID"]] = made
        fields = "".join(f"<{name}>{value}</{name}>" for name, value in made.items())
        return xml(
            f"<SessionLoginCap {NAMESPACE}>{fields}<iterations>100</iterations>"
            "<isIrreversible>true</isIrreversible></SessionLoginCap>"
        )

    def session_login(self, request):
        sent = dict(re.findall(r"<(userName|password|sessionID)>([^<]*)<", request.text))
        made = self.challenge_of.pop(sent.get("sessionID"), None)
        if made is None or not self.state.fresh_token():
            return xml(self.status("SessionUserCheck", 400, "Bad Request"), 400)
        user = sent.get("userName", "")
        answer = self.login(request, user, lambda known: session_hash(user, known, made) == sent.get("password"))
        if answer.good:
            token = self.open_session()
            return xml(
                self.status("SessionUserCheck", 200, "OK"), headers=[("Set-Cookie", f"WebSession={token}; path=/")]
            )
        return xml(self.status("SessionUserCheck", 401, "Unauthorized", self.lock_words(request, user)), 401)

    def session_logout(self, request):
        self.state.close_session(request.cookie("WebSession"))
        return xml(self.status("ResponseStatus", 200, "OK"))


def session_hash(user, password, made):
    digest = lambda text: hashlib.sha256(text.encode()).hexdigest()  # noqa: E731
    value = digest(digest(user + made["salt"] + password) + made["challenge"])
    for _ in range(2, 100):
        value = digest(value)
    return value


NAMES = {
    "realm": "IP Camera(C2463)",
    "rtsp_realm": "IP Camera(C2463)",
    "rtsp_server": "",
    "rtsp_paths": ("/Streaming/Channels/101", "/h264/ch1/main/av_stream", "/ISAPI/Streaming/Channels/101"),
}
KINDS = [
    Kind(
        id="hikvision",
        vendor="HIKVISION",
        device_class="camera",
        oui="44:19:B6",
        model="DS-2CD2042WD-I",
        services=(web(Hikvision, also=ONVIF), RTSP, silent(8000), WSD, SSDP),
        accounts=(("admin", "12345"),),
        can=frozenset({"uninitialised", "open", "stale-token"}),
        lock=Lock(7, "ip"),
        names=NAMES,
        source="ISAPI guide; user manuals DS-2CD6825G0, iDS-2VS435; nndefaccts",
    )
]
