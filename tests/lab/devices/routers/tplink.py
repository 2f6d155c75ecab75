"""TP-Link routers: the cookie generations, and the LuCI one that says itself whether it is in quick set-up."""

import base64
import hashlib
import re
import secrets
from urllib.parse import unquote

from cryptography.hazmat.primitives import padding as block_padding
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from tests.lab.devices.common import SSDP, SSH, web
from tests.lab.devices.device import Kind
from tests.lab.devices.http import Response, Web, as_json, page
from tests.lab.devices.state import Answer, Lock
from tests.lab.devices.wires.ssdp import description


class CookieRouter(Web):
    """`Authorization` travels in a cookie; one administrator at a time."""

    server = "Router Webserver"
    success_words = "/userRpm/Index.htm /userRpm/LogoutRpm.htm"

    def start_page(self, request):
        script = "<script>var password = hex_md5($('pcPassword').value);</script>"
        realm = f'Basic realm="TP-LINK Wireless N Router {self.device.model}"'
        return Response(page(f"TP-LINK {self.device.model}", script), 200, [("WWW-Authenticate", realm)])

    def answer(self, request):
        if request.path == "/description.xml":
            return description(self.device)
        if request.path == "/":
            return self.start_page(request)
        if request.path == "/userRpm/LoginRpm.htm":
            return self.sign_in(request)
        token = request.path.strip("/").partition("/")[0]
        if not re.fullmatch(r"[A-Z]{16}", token) or not self.state.has_session(token):
            return None
        if request.path.endswith("LogoutRpm.htm"):
            self.state.close_session(token)
        return Response(page("TP-LINK", f"<a href='/{token}/userRpm/LogoutRpm.htm'>Logout</a>{self.device.serial}"))

    def sign_in(self, request):
        value = unquote(request.cookie("Authorization")).removeprefix("Basic ")
        try:
            user, _, proof = base64.b64decode(value).decode("utf-8", "replace").partition(":")
        except ValueError:
            return self.start_page(request)
        answer = self.login(request, user, lambda known: hashlib.md5(known.encode()).hexdigest() == proof)
        if answer.good:
            token = self.state.open_session("".join(secrets.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ") for _ in range(16)))
            return Response(
                f'<body><script language="javaScript">window.parent.location.href = "http://{self.device.address}/{token}/userRpm/Index.htm";</script></body>'
            )
        if answer == Answer.BUSY:
            return Response(page("TP-LINK", "The router allows only one administrator to login at the same time"))
        return Response(
            page(
                "TP-LINK",
                "<script>var httpAutErrorArray = new Array(1, 0);</script>" + "The username or password is incorrect",
            )
        )


class Archer(Web):
    """`/cgi-bin/luci/;stok=…`: RSA and AES, `attemptsAllowed`, and another administrator kicked by `confirm`."""

    server = "nginx"
    success_words = '"stok" "success":true'

    def __init__(self, device, service):
        super().__init__(device, service)
        self.key, self.sequence = key(), secrets.randbelow(10**9)
        numbers = self.key.public_key().public_numbers()
        self.public = [f"{numbers.n:0256x}", f"{numbers.e:06x}"]

    def start_page(self, request):
        return Response(page("Opening...", "<script>window.location.href='/webpages/index.html'</script>TP-LINK"))

    def answer(self, request):
        if request.path in ("/", "/webpages/index.html"):
            return self.start_page(request)
        found = re.fullmatch(r"/cgi-bin/luci/;stok=(\w*)/(login|admin/\w+)", request.path)
        if not found:
            return None
        form = request.query.get("form", "")
        if found.group(2) != "login":
            return self.protected(request, found.group(1), form)
        data = {
            "check_factory_default": {"is_default": self.device.mutation == "uninitialised"},
            "keys": {"mode": "router", "username": "", "password": self.public},
            "auth": {"seq": self.sequence, "key": self.public},
        }.get(form)
        if data is not None:
            return as_json({"success": True, "data": data})
        return self.sign_in(request) if form == "login" else None

    def protected(self, request, token, form):
        if not self.state.has_session(token) or not request.cookie("sysauth"):
            return as_json({"errorcode": "timeout", "success": False}, 403)
        if form == "logout":
            self.state.close_session(token)
        return as_json({"success": True, "data": {"model": self.device.model}})

    def sign_in(self, request):
        fields = self.opened(request.form())
        if fields is None or not self.state.fresh_token():
            return as_json({"success": False, "errorcode": "stale"}, 403)
        if self.device.mutation == "single-session" and fields.get("confirm") == "true":
            self.state.evictions += 1
        answer = self.login(request, "admin", lambda known: known == fields["password"])
        if answer.good:
            token = self.open_session()
            return as_json(
                {"success": True, "data": {"stok": token}},
                headers=[("Set-Cookie", f"sysauth={token}; path=/cgi-bin/luci")],
            )
        if answer == Answer.BUSY:
            return as_json({"success": False, "errorcode": "user conflict", "data": {"logined_ip": "10.77.0.77"}})
        if answer == Answer.LOCKED or self.state.is_locked("admin", request.peer):
            return as_json(
                {
                    "success": False,
                    "errorcode": "exceeded max attempts",
                    "data": {"logined_host": "", "attemptsAllowed": 0},
                }
            )
        data = {
            "failureCount": self.state.failures("admin", request.peer),
            "attemptsAllowed": self.state.left("admin", request.peer),
            "errorcode": "-5002",
        }
        return as_json({"success": False, "errorcode": "login failed", "data": data})

    def opened(self, sent):
        """The fields of the sealed form, or of the simpler builds' open one; None where keys do not fit."""
        try:
            if "data" not in sent:
                return {"password": decrypt(self.key, sent["password"]), "confirm": sent.get("confirm")}
            size = len(self.public[0])
            signature = "".join(
                decrypt(self.key, sent["sign"][place : place + size]) for place in range(0, len(sent["sign"]), size)
            )
            told = dict(part.split("=", 1) for part in signature.split("&"))
            if int(told["s"]) != self.sequence + len(sent["data"]):
                return None
            cipher = Cipher(algorithms.AES(told["k"].encode()), modes.CBC(told["i"].encode())).decryptor()
            unpad = block_padding.PKCS7(128).unpadder()
            plain = unpad.update(cipher.update(base64.b64decode(sent["data"])) + cipher.finalize()) + unpad.finalize()
            inner = dict(part.split("=", 1) for part in plain.decode().split("&"))
            return inner | {"password": decrypt(self.key, inner["password"])}
        except (KeyError, ValueError):
            return None


def key():
    return rsa.generate_private_key(public_exponent=65537, key_size=1024)


def decrypt(private, text):
    return private.decrypt(bytes.fromhex(text), padding.PKCS1v15()).decode("utf-8", "replace")


KINDS = [
    Kind(
        "tplink-cookie",
        "TP-LINK",
        "router",
        "64:66:B3",
        (web(CookieRouter), SSDP),
        (("admin", "admin"),),
        frozenset({"single-session"}),
        None,
        "TL-WR940N",
        {},
        "nndefaccts",
    ),
    Kind(
        "tplink-archer",
        "TP-Link",
        "router",
        "50:C7:BF",
        (web(Archer), SSH),
        (),
        frozenset({"uninitialised", "stale-token"}),
        Lock(10, "ip", 7200),
        "Archer C6",
        {"ssh_banner": "SSH-2.0-dropbear_2012.55"},
        "TP-Link-Archer-C6U",
    ),
]
