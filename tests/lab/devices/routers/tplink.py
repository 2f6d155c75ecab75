"""TP-Link routers whose login travels in a cookie."""

import base64
import hashlib
import re
import secrets
from urllib.parse import unquote

from tests.lab.devices.common import SSDP, web
from tests.lab.devices.device import Kind
from tests.lab.devices.http import Response, Web, page
from tests.lab.devices.state import Answer
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
            return Response(page("TP-LINK", "<script>var httpAutErrorArray = new Array(0, 1);</script>"))
        if answer == Answer.LOCKED:
            return Response(page("TP-LINK", "<script>var httpAutErrorArray = new Array(1, 1);</script>"))
        return Response(
            page(
                "TP-LINK",
                "<script>var httpAutErrorArray = new Array(2, 1);</script>" + "The username or password is incorrect",
            )
        )


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
]
