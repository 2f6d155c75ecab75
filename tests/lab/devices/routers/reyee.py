"""Ruijie Reyee's eWeb: the password sealed in OpenSSL's envelope, by a key that each login page has of its own."""

import base64
import hashlib
import re
import secrets

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from tests.lab.devices.common import web
from tests.lab.devices.device import Kind
from tests.lab.devices.http import Response, Web, as_json, page
from tests.lab.devices.state import Answer, Lock

FORBIDDEN = Response("", 403)


class Reyee(Web):
    """`loginNum` counts failures. What a refusal says is not published: the words here are made up."""

    server = "nginx"
    success_words = '"sid" "token"'

    def __init__(self, device, service):
        super().__init__(device, service)
        self.keys = {}
        """The key of the last login page that an address was given."""

    def start_page(self, request):
        return Response(page("Reyee", "<div class='eweb'></div><a href='/cgi-bin/luci/'>eWeb</a>"))

    def login_page(self, request):
        key = self.keys[request.peer] = secrets.token_hex(16)
        return Response(page("Reyee", f'<script>params.pwd = GibberishAES.enc(passwordEl.value, "{key}")</script>'))

    def answer(self, request):
        if request.path == "/":
            return self.start_page(request)
        if request.path == "/cgi-bin/luci/":
            return self.login_page(request)
        found = re.fullmatch(r"/cgi-bin/luci/api/(\w+)", request.path)
        if not found:
            return None
        sent = request.json()
        sent = sent if isinstance(sent, dict) else {}
        if found.group(1) == "env":
            return self.index(request)
        if found.group(1) == "auth":
            return self.sign_in(request, sent)
        return self.protected(request, found.group(1), str(sent.get("method", "")))

    def index(self, request):
        data = {
            "model": self.device.model,
            "serial_num": self.device.serial,
            "loginNum": self.state.failures("admin", request.peer),
            "sys_mac": self.device.mac,
        }
        return as_json({"id": None, "data": data, "code": 0})

    def protected(self, request, module, method):
        token = request.query.get("auth", "")
        if not self.state.has_session(token):
            return FORBIDDEN
        if module == "cmd" and "content-accept" not in request.headers:
            return FORBIDDEN
        if (module, method) == ("common", "logout"):
            self.state.close_session(token)
        elif not method.startswith("get"):
            self.state.wrote(f"eweb {module} {method}")
        return as_json({"code": 0, "data": {"model": self.device.model, "sn": self.device.serial}})

    def sign_in(self, request, sent):
        fields = sent.get("params") if sent.get("method") == "login" else None
        key = self.keys.pop(request.peer, None)
        password = unseal(str((fields or {}).get("pwd", "")), key) if key else None
        if password is None:
            return as_json({"code": 0, "data": {"msg": "Auth key is nil.", "reload": True}})
        answer = self.login(request, str(fields.get("username", "admin")), password)
        if answer.good:
            session = self.open_session()
            data = {"sid": session, "token": secrets.token_hex(16), "sn": self.device.serial}
            cookie = [("Set-Cookie", f"{self.device.serial}={session}; path=/cgi-bin/luci")]
            return as_json({"code": 0, "data": data}, headers=cookie)
        if answer == Answer.LOCKED:
            return as_json({"code": 0, "data": {"msg": "The login is locked for 600 seconds."}})
        return as_json({"code": 0, "data": {"msg": "Incorrect password."}})


def unseal(text, secret):
    """OpenSSL's `Salted__` envelope with its MD5 key derivation; None where it does not open."""
    try:
        data = base64.b64decode(text)
        if data[:8] != b"Salted__":
            return None
        made = block = b""
        while len(made) < 48:
            block = hashlib.md5(block + secret.encode() + data[8:16]).digest()
            made += block
        cipher = Cipher(algorithms.AES(made[:32]), modes.CBC(made[32:48])).decryptor()
        opened = padding.PKCS7(128).unpadder()
        plain = opened.update(cipher.update(data[16:]) + cipher.finalize()) + opened.finalize()
        return plain.decode("utf-8", "replace")
    except ValueError:
        return None


KINDS = [
    Kind(
        "ruijie-reyee",
        "Ruijie",
        "router",
        "C0:B8:E6",
        (web(Reyee),),
        (("admin", "admin"),),
        frozenset(),
        Lock(10, "ip", 600),
        "EG105G",
        {},
        "gnacho/reyee-nbs3200-root, OnlyChallgener/labprobe-hub, ashanzzz/ruijie-router-monitor",
    ),
]
