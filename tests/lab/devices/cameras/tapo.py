"""TP-Link's cameras: Tapo (nonce login over HTTPS, no factory account) and the older IPC page (coded password)."""

import hashlib
import secrets

from tests.lab.devices.common import RTSP, WSD, web
from tests.lab.devices.device import Kind
from tests.lab.devices.http import Response, Web, as_json, page
from tests.lab.devices.state import Answer, Lock

SHORT = "RDpbLfCPsJZ7fiv"
LONG = "yLwVl0zKqws7LgKPRQ84Mdt708T1qQ3Ha7xv3H7NyU84p21BriUWBU43odz3iP4rBL3cD02KZciXTysVXiV8ngg6vL48rPJyAUw0HurW20xqxv9aYb4M9wK1Ae0wlro510qXeU07kV57fQMc8L6aLgMLwygtc0F10a0Dg70TOoouyFhdysuRMO51yY5ZlOZZLEal1h0t9YQW0Ko7oBwmCAHoic4HYbUyVeU3sfQ1xtXcPcf1aT303wAQhv66qzW"  # fmt: skip


def coded(password):
    """TP-Link's obfuscation of a password: an exclusive or that picks letters from a table."""
    size = max(len(SHORT), len(password))
    one, two = (text.encode().ljust(size, b"\xbb") for text in (SHORT, password))
    return "".join(LONG[(left ^ right) % len(LONG)] for left, right in zip(one, two, strict=True))


def upper_sha(text):
    return hashlib.sha256(text.encode()).hexdigest().upper()


class Tapo(Web):
    """Both ways of `login`; `data.time` of `max_time` tries, then a suspension."""

    server = "gSOAP/2.8"
    success_words = '"stok"'

    def __init__(self, device, service):
        super().__init__(device, service)
        self.nonces = {}

    def start_page(self, request):
        return as_json({"error_code": -40401, "result": {"data": {"code": -40401, "encrypt_type": ["1", "2", "3"]}}})

    def answer(self, request):
        if request.path == "/" and request.method == "GET":
            return self.start_page(request)
        if request.path.startswith("/stok="):
            return self.protected(request)
        sent = request.json()
        if request.path != "/" or sent.get("method") != "login":
            return self.start_page(request) if request.path == "/" else None
        wanted = sent.get("params", {})
        user, proof, cnonce = (str(wanted.get(name, "")) for name in ("username", "digest_passwd", "cnonce"))
        if not proof:
            return self.offer(cnonce)
        nonce = self.nonces.pop(cnonce, "")
        if not nonce or not self.state.fresh_token():
            return self.offer(cnonce)

        def check(known):
            return upper_sha(upper_sha(known) + cnonce + nonce) + cnonce + nonce == proof

        return self.conclude(request, user, self.login(request, user, check))

    def offer(self, cnonce):
        self.nonces[cnonce] = secrets.token_hex(8).upper()
        data = {
            "code": -40401,
            "encrypt_type": ["3"],
            "key": "",
            "nonce": self.nonces[cnonce],
            "device_confirm": upper_sha(secrets.token_hex(8)),
        }
        return as_json({"error_code": -40413, "result": {"data": data}})

    def conclude(self, request, user, answer):
        if answer.good:
            return as_json(
                {"error_code": 0, "result": {"stok": self.open_session(), "user_group": "root", "start_seq": 1}}
            )
        if answer == Answer.LOCKED or self.state.is_locked(user, request.peer):
            return as_json(
                {
                    "error_code": -40401,
                    "result": {"data": {"code": -40404, "sec_left": 1799, "time": 10, "max_time": 10}},
                }
            )
        tries = {"time": self.state.failures(user, request.peer), "max_time": self.state.lock.after}
        return as_json({"error_code": -40401, "result": {"data": {"code": -40401, **tries, "sec_left": 0}}})

    def protected(self, request):
        token = request.path.removeprefix("/stok=").partition("/")[0]
        if not self.state.has_session(token):
            return as_json({"error_code": -40401})
        if "logout" in request.text:
            self.state.close_session(token)
        return as_json(
            {"error_code": 0, "result": {"device_info": {"basic_info": {"device_model": self.device.model}}}}
        )


class Ipc(Web):
    """The IPC page of older cameras."""

    server = ""
    success_words = '"stok"'

    def start_page(self, request):
        return Response(page("IPC", "", head="<script src='/web-static/dynaform/class.js'></script>"))

    def answer(self, request):
        if request.path.startswith("/stok="):
            token = request.path.removeprefix("/stok=").partition("/")[0]
            if not self.state.has_session(token):
                return as_json({"error_code": -40401})
            if "logout" in request.text:
                self.state.close_session(token)
            return as_json({"error_code": 0, "device_info": {"basic_info": {"device_model": self.device.model}}})
        if request.path != "/":
            return None
        if request.method == "GET":
            return self.start_page(request)
        sent = request.json().get("login", {})
        user = str(sent.get("username", ""))
        answer = self.login(request, user, lambda known: coded(known) == sent.get("password"))
        if answer.good:
            return as_json({"error_code": 0, "stok": self.open_session()})
        if answer == Answer.LOCKED:
            return as_json(
                {"error_code": -40401, "data": {"code": -40404, "time": 10, "max_time": 10, "sec_left": 1800}}
            )
        return as_json(
            {
                "error_code": -40401,
                "data": {"code": -40401, "time": self.state.failures(user, request.peer), "max_time": 10},
            }
        )


KINDS = [
    Kind(
        "tapo",
        "TP-Link",
        "camera",
        "5C:A6:E6",
        (web(Tapo, 443, tls=True), RTSP),
        (),
        frozenset({"stale-token"}),
        Lock(10, "ip"),
        "C200",
        {"rtsp_paths": ("/stream1",)},
        "pytapo",
    ),
    Kind(
        "tplink-ipc",
        "TP-Link",
        "camera",
        "98:DE:D0",
        (web(Ipc), RTSP, WSD),
        (("admin", ""),),
        frozenset(),
        Lock(10, "ip"),
        "NC450",
        {"rtsp_paths": ("/stream1",)},
        "nndefaccts",
    ),
]
