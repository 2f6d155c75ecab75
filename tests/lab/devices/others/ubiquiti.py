"""Ubiquiti's EdgeSwitch, and radios with airOS 8: JSON interfaces."""

import secrets

from tests.lab.devices.common import SSH, web
from tests.lab.devices.device import Kind
from tests.lab.devices.http import Response, Web, as_json, page


class EdgeSwitch(Web):
    """JSON; the token goes with each request in a header.

    Clients of the ES-24-250W: a token in hexadecimal in `x-auth-token`; without a Referer of its own the web server says
    403 before it reads anything; few sessions at a time, so clients log out.
    """

    server = "lighttpd/1.4.35"
    success_words = '"identification" x-auth-token'

    def start_page(self, request):
        script = "<script src='/static/scripts/bundle-0a1b2c3d.js'></script>"
        return Response(page("Ubiquiti EdgeSwitch", f"{script}<b>Ubiquiti EdgeSwitch</b>"))

    def answer(self, request):
        token = request.headers.get("x-auth-token", "")
        if request.path == "/":
            return self.start_page(request)
        if not request.path.startswith("/api/v1.0/"):
            return None
        if not request.headers.get("referer", "").startswith(f"https://{self.device.address}/"):
            return Response(page("403 - Forbidden", "<h1>403 - Forbidden</h1>"), 403)
        if request.path == "/api/v1.0/user/login" and request.method == "POST":
            sent = request.json()
            if self.login(request, str(sent.get("username", "")), str(sent.get("password", ""))).good:
                return as_json({"statusCode": 200, "error": 0}, headers=[("x-auth-token", self.open_session())])
            return as_json({"statusCode": 401, "error": 1, "message": "Unauthorized"}, 401)
        if not self.state.has_session(token):
            return as_json({"statusCode": 401, "error": 1}, 401)
        if request.path == "/api/v1.0/user/logout" and request.method == "POST":
            self.state.close_session(token)
            return as_json({"statusCode": 200})
        if request.path == "/api/v1.0/device":
            told = {"model": self.device.model, "serialNumber": self.device.serial, "mac": self.device.mac}
            return as_json({"identification": told})
        return None


class Airos8(Web):
    """JSON or a form; `X-CSRF-ID` and a cookie come with the login, and both go with each request.

    python-airos; station_config (nanobeam.py, a form, on WA.V8.5.9 and WA.V8.7.4). A logout is published nowhere that was
    found; `/logout.cgi` is that of earlier firmware (airOS 6).
    """

    server = ""
    success_words = "X-CSRF-ID fwversion"

    @property
    def cookie(self):
        return f"AIROS_{self.device.mac.replace(':', '').upper()}"

    def start_page(self, request):
        return Response(page("airOS"), 200, [("Set-Cookie", f"{self.cookie}={secrets.token_hex(16)}; path=/")])

    def answer(self, request):
        session = request.cookie(self.cookie)
        inside = self.state.has_session(session)
        if request.path == "/":
            return self.start_page(request)
        if request.path == "/api/auth" and request.method == "POST":
            sent = request.json() or request.form()
            if not self.login(request, str(sent.get("username", "")), str(sent.get("password", ""))).good:
                return as_json({"error": "Invalid credentials."}, 401)
            head = [
                ("X-CSRF-ID", secrets.token_hex(16)),
                ("Set-Cookie", f"{self.cookie}={self.open_session()}; path=/"),
            ]
            return as_json({"boardinfo": {"board.name": self.device.model}}, headers=head)
        if request.path == "/logout.cgi":
            self.state.close_session(session)
            return self.start_page(request)
        if request.path == "/status.cgi":
            host = {"devmodel": self.device.model, "fwversion": "v8.7.17", "hostname": self.device.serial}
            return as_json({"host": host} if inside else {}, 200 if inside else 403)
        return None


UBNT = (("ubnt", "ubnt"),)
KINDS = [
    Kind("edgeswitch", "Ubiquiti", "switch", "04:18:D6", (web(EdgeSwitch, 443, tls=True), SSH), UBNT, frozenset(), None, "ES-24-250W", {}, "nndefaccts; open clients"),
    Kind("airos-8", "Ubiquiti", "ap", "78:8A:20", (web(Airos8, 443, tls=True), SSH), UBNT, frozenset(), None, "NanoStation 5AC", {}, "python-airos; station_config"),
]  # fmt: skip
