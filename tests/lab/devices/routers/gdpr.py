"""Modems of TP-Link with `/cgi/getParm` and `/cgi_gdpr` (TD-W9960, Archer VR and MR): RSA without padding, AES."""

import re
import secrets
from dataclasses import dataclass

from tests.lab.devices.common import SSH, web
from tests.lab.devices.device import Kind
from tests.lab.devices.http import Response, Web, page
from tests.lab.devices.routers.keys import SHORT, opened, sealed
from tests.lab.devices.state import Answer, Lock

FORBIDDEN = Response(page("403 Forbidden"), 403)
WRONG_PASSWORD, BAD_REQUEST = 71233, 71234


@dataclass
class Talk:
    """What a login told the device, and the token that the page gets."""

    key: str
    iv: str
    hash: str
    token: str


class Gdpr(Web):
    """Only who comes from the device's own page is answered; five wrong logins lock."""

    server = ""
    success_words = "$.ret=0; token"

    def __init__(self, device, service):
        super().__init__(device, service)
        self.sequence, self.talks = secrets.randbelow(10**9), {}

    def start_page(self, request):
        talk = self.talks.get(request.cookie("JSESSIONID"))
        inside = talk is not None and self.state.has_session(request.cookie("JSESSIONID"))
        token = f'<script type="text/javascript">var token="{talk.token}";</script>' if inside else ""
        return Response(page(self.device.model, f"<script src='js/lib.js'></script>{token}TP-Link {self.device.model}"))

    def answer(self, request):
        if request.path == "/":
            return self.start_page(request)
        if request.path == "/js/lib.js":
            return Response('var INCLUDE_LOGIN = 1; $.io("/cgi/getParm", true);', kind="text/javascript")
        if not request.headers.get("referer", "").startswith(("http://", "https://")):
            return FORBIDDEN
        made = {"/cgi/getParm": self.parm, "/cgi/getBusy": self.busy, "/cgi/login": self.sign_in, "/cgi_gdpr": self.act}
        handler = made.get(request.path)
        return handler(request) if handler else None

    def parm(self, request):
        modulus, exponent = SHORT.shown
        return told(f'var ee="{exponent}";\nvar nn="{modulus}";\nvar seq="{self.sequence}";\n', 0)

    def busy(self, request):
        inside = self.device.mutation == "single-session" or self.state.opened > self.state.closed
        return told(f"var isLogined={int(inside)};\nvar isBusy=0;\n", 0)

    def sign_in(self, request):
        try:
            signed = self.taken(request.query["sign"], request.query["data"])
            user, _, password = opened(request.query["data"], signed["key"], signed["iv"]).partition("\n")
            talk = Talk(signed["key"], signed["iv"], signed["h"], secrets.token_hex(15))
        except (KeyError, ValueError):
            return told("", BAD_REQUEST)
        if self.device.mutation == "single-session":
            self.state.evictions += 1
        answer = self.login(request, user, password)
        if answer.good or answer == Answer.BUSY:
            session = self.state.open_session(secrets.token_hex(15))
            self.talks[session] = talk
            return Response("$.ret=0;\n", 200, [("Set-Cookie", f"JSESSIONID={session}; HttpOnly")])
        waiting = 7200 if self.state.is_locked(user, request.peer) else 0
        times = self.state.failures(user, request.peer)
        return told(f"var currAuthTimes={times};\nvar currForbidTime={waiting};\n", WRONG_PASSWORD)

    def taken(self, sign, data):
        signed = dict(part.split("=", 1) for part in SHORT.filled(sign).split("&"))
        if int(signed["s"]) != self.sequence + len(data):
            raise ValueError("sequence")
        return signed

    def act(self, request):
        session = request.cookie("JSESSIONID")
        talk = self.talks.get(session)
        if talk is None or not self.state.has_session(session) or request.headers.get("tokenid") != talk.token:
            return FORBIDDEN
        found = re.fullmatch(r"sign=([0-9a-f]+)\r\ndata=(\S+)\r\n", request.text)
        try:
            signed = self.taken(found[1], found[2])
            words = opened(found[2], talk.key, talk.iv)
        except (TypeError, KeyError, ValueError):
            return told("", BAD_REQUEST)
        return FORBIDDEN if signed["h"] != talk.hash else self.done(words, session, talk)

    def done(self, words, session, talk):
        action, _, rest = words.partition("\r\n")
        if action == "8" and rest.startswith("[/cgi/logout#"):
            self.state.close_session(session)
            text = "[cgi]0\n$.ret=0;\n[error]0\n"
        elif action in ("1", "5", "6"):
            text = f"[1,0,0,0,0,0]0\nmodelName={self.device.model}\nhardwareVersion=v3 00000000\n[error]0\n"
        else:
            self.state.wrote(words)
            text = "[error]0\n"
        return Response(sealed(text, talk.key, talk.iv))


def told(words, code):
    return Response(f"$.ret={code};\n{words}" if code else f"{words}$.ret={code};\n")


KINDS = [
    Kind(
        "tplink-gdpr",
        "TP-Link",
        "router",
        "50:C7:BF",
        (web(Gdpr), SSH),
        (),
        frozenset({"single-session"}),
        Lock(5, "ip", 7200),
        "Archer VR600",
        {"ssh_banner": "SSH-2.0-dropbear_2012.55"},
        "TPLink-W9960-APIClient, TP-Link-Archer-C6U",
    ),
]
