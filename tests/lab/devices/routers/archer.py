"""Routers of TP-Link and Mercusys with `/cgi-bin/luci/;stok=…`: logins, requests and answers sealed with RSA and AES."""

import json
import re
import secrets
from dataclasses import dataclass

from tests.lab.devices.common import SSH, web
from tests.lab.devices.device import Kind
from tests.lab.devices.http import Response, Web, as_json, page
from tests.lab.devices.routers.keys import LONG, SHORT, opened, sealed
from tests.lab.devices.state import Answer, Lock

REFUSED = Response("", 403)


@dataclass
class Talk:
    """What a login told the device: how to seal, and the hash that signs each request."""

    key: str
    iv: str
    hash: str


class Archer(Web):
    """A first password is set by the user; `confirm` puts out another administrator; at most ten wrong logins."""

    server = "nginx"
    success_words = '"stok" "success":true'

    def __init__(self, device, service):
        super().__init__(device, service)
        self.sequence, self.talks = secrets.randbelow(10**9), {}

    def start_page(self, request):
        brand = self.names.get("brand", "TP-LINK")
        script = "<script>window.location.href='/webpages/index.html'</script>"
        return Response(page(self.names.get("title", "Opening..."), script + brand))

    def answer(self, request):
        if request.path in ("/", "/webpages/index.html"):
            return self.start_page(request)
        found = re.fullmatch(r"/cgi-bin/luci/;stok=(\w*)/(login|admin/\w+)", request.path)
        if not found:
            return None
        form = request.query.get("form", "")
        if found.group(2) != "login":
            return self.protected(request, found.group(1), found.group(2), form)
        data = {
            "check_factory_default": {"is_default": self.device.mutation == "uninitialised"},
            "keys": {"mode": "router", "username": "", "password": LONG.shown},
            "auth": {"seq": self.sequence, "key": SHORT.shown},
        }.get(form)
        if data is not None:
            return as_json({"success": True, "data": data})
        return self.sign_in(request) if form == "login" else None

    def sign_in(self, request):
        try:
            signed, data = self.taken(request)
            talk = Talk(signed["k"], signed["i"], signed["h"])
            fields = dict(part.split("=", 1) for part in opened(data, talk.key, talk.iv).split("&"))
            password = LONG.padded(fields["password"])
        except (KeyError, ValueError):
            return REFUSED
        if not self.state.fresh_token():
            return REFUSED
        if self.device.mutation == "single-session" and fields.get("confirm") == "true":
            self.state.evictions += 1
        answer = self.login(request, "admin", lambda known: known == password)
        if answer.good:
            token = self.open_session()
            self.talks[token] = talk
            cookie = [("Set-Cookie", f"sysauth={token}; path=/cgi-bin/luci/; HttpOnly")]
            return self.told({"success": True, "data": {"stok": token}}, talk, cookie)
        return self.told({"success": False, **self.refusal(request, answer)}, talk)

    def refusal(self, request, answer):
        failures, left = (read("admin", request.peer) for read in (self.state.failures, self.state.left))
        if answer == Answer.BUSY:
            return {"errorcode": "user conflict", "data": {}}
        if answer == Answer.LOCKED:
            return {"errorcode": "exceeded max attempts", "data": {"failureCount": failures, "attemptsAllowed": 0}}
        data = {"failureCount": failures, "errorcode": "-5002", "attemptsAllowed": left}
        return {"errorcode": "login failed", "data": data}

    def taken(self, request):
        """The signature's fields and the sealed data; the signature goes first, and counts what it signs."""
        if not request.text.startswith("sign="):
            raise ValueError("order")
        sent = request.form()
        signed = dict(part.split("=", 1) for part in SHORT.padded(sent["sign"]).split("&"))
        if int(signed["s"]) != self.sequence + len(sent["data"]):
            raise ValueError("sequence")
        return signed, sent["data"]

    def told(self, value, talk, headers=()):
        return as_json({"data": sealed(json.dumps(value), talk.key, talk.iv)}, headers=headers)

    def protected(self, request, token, path, form):
        talk = self.talks.get(token)
        if talk is None or not self.state.has_session(token) or request.cookie("sysauth") != token:
            return as_json({"errorcode": "timeout", "success": False}, 403)
        try:
            signed, data = self.taken(request)
            operation = opened(data, talk.key, talk.iv)
        except (KeyError, ValueError):
            return REFUSED
        if signed["h"] != talk.hash:
            return REFUSED
        if (path, form) == ("admin/system", "logout"):
            self.state.close_session(token)
        elif "operation=read" not in operation:
            self.state.wrote(f"{path} {form} {operation}")
        return self.told({"success": True, "data": {"model": self.device.model}}, talk)


def kind(name, vendor, oui, model, names, source):
    can = frozenset({"uninitialised", "stale-token", "single-session"})
    names = {"ssh_banner": "SSH-2.0-dropbear_2012.55", **names}
    return Kind(name, vendor, "router", oui, (web(Archer), SSH), (), can, Lock(10, "ip", 7200), model, names, source)


KINDS = [
    kind("tplink-archer", "TP-Link", "50:C7:BF", "Archer C6", {}, "TPLink-C2300-APIClient, TP-Link-Archer-C6U"),
    kind(
        "mercusys-luci",
        "MERCUSYS",
        "00:EB:D8",
        "MR80X",
        {"brand": "MERCUSYS mwlogin.net", "title": "MERCUSYS"},
        "TP-Link-Archer-C6U",
    ),
]
