"""Storage: Synology DSM, QNAP QTS."""

import base64

from tests.lab.devices.common import FTP, MDNS, SSH, web
from tests.lab.devices.device import Kind
from tests.lab.devices.http import Response, Web, as_json, page
from tests.lab.devices.state import Answer, Lock


class Synology(Web):
    """SYNO.API.Auth: 400 wrong, 407 address blocked, 410 password must change."""

    server = "nginx"
    success_words = '"sid" "success":true'

    def start_page(self, request):
        return Response(page("DiskStation - Synology DiskStation", "<script src='webman/modules/DSMMobile'></script>"))

    def answer(self, request):
        if request.path in ("/", "/webman/index.cgi"):
            return self.start_page(request)
        if not request.path.startswith("/webapi/"):
            return None
        sent = request.query | request.form()
        api, method, sid = sent.get("api", ""), sent.get("method", ""), sent.get("_sid") or request.cookie("id")
        if api == "SYNO.API.Info":
            return as_json(
                {"data": {"SYNO.API.Auth": {"maxVersion": 7, "minVersion": 1, "path": "entry.cgi"}}, "success": True}
            )
        if api == "SYNO.API.Auth" and method == "login":
            return self.sign_in(request, sent)
        if not self.state.has_session(sid):
            return as_json({"error": {"code": 119}, "success": False})
        if method == "logout":
            self.state.close_session(sid)
            return as_json({"success": True})
        if method not in ("get", "list", "info", "query", "getinfo"):
            self.state.wrote(f"{api} {method}")
        return as_json({"data": {"model": self.device.model, "serial": self.device.serial}, "success": True})

    def sign_in(self, request, sent):
        answer = self.login(request, sent.get("account", ""), sent.get("passwd", ""))
        if answer == Answer.ACCEPTED:
            return as_json({"data": {"sid": self.open_session(), "did": "x"}, "success": True})
        code = {Answer.LOCKED: 407, Answer.MUST_CHANGE: 410, Answer.BUSY: 406}.get(answer, 400)
        return as_json({"error": {"code": code, "errors": {}}, "success": False})


class Qnap(Web):
    """authLogin.cgi: XML, base64 password; 403 for a blocked address."""

    server = "http server 1.0"
    success_words = "<authPassed><![CDATA[1]]></authPassed>"

    def start_page(self, request):
        return Response(page("QNAP Turbo NAS", "<script>location.href='/cgi-bin/'</script>"))

    def answer(self, request):
        sid = request.query.get("sid", "")
        if request.path in ("/", "/cgi-bin/"):
            return self.start_page(request)
        if request.path == "/cgi-bin/authLogin.cgi":
            sent = request.query | request.form()
            if "user" not in sent:
                return self.xml(
                    f"<authPassed><![CDATA[0]]></authPassed><modelName><![CDATA[{self.device.model}]]></modelName>"
                )
            return self.sign_in(request, sent)
        if request.path == "/cgi-bin/authLogout.cgi":
            self.state.close_session(sid)
            return self.xml("<authPassed><![CDATA[0]]></authPassed>")
        if request.path == "/cgi-bin/management/manaRequest.cgi":
            passed = int(self.state.has_session(sid))
            return self.xml(
                f"<authPassed><![CDATA[{passed}]]></authPassed>"
                + (f"<serial>{self.device.serial}</serial>" if passed else "")
            )
        return None

    def xml(self, body, status=200):
        return Response(
            f"<?xml version='1.0' encoding='UTF-8' ?><QDocRoot version='1.0'>{body}</QDocRoot>", status, kind="text/xml"
        )

    def sign_in(self, request, sent):
        proof = sent.get("pwd", "")
        answer = self.login(request, sent["user"], lambda known: base64.b64encode(known.encode()).decode() == proof)
        if answer == Answer.LOCKED:
            return self.xml("", 403)
        if answer.good:
            return self.xml(
                f"<authPassed><![CDATA[1]]></authPassed><authSid><![CDATA[{self.open_session()}]]></authSid><isAdmin><![CDATA[1]]></isAdmin>"
            )
        return self.xml(
            f"<authPassed><![CDATA[0]]></authPassed><errorValue><![CDATA[{-2 if answer == Answer.BUSY else -1}]]></errorValue>"
        )


MDNS_NAMES = {"mdns": {"_http._tcp.local": 5000, "_smb._tcp.local": 445}, "mdns_name": "DiskStation"}
KINDS = [
    Kind(
        "synology",
        "Synology",
        "nas",
        "00:11:32",
        (web(Synology, 5000), SSH, MDNS),
        (("admin", ""),),
        frozenset({"forced-change"}),
        Lock(10, "ip", forgets=False),  # DSM blocks an address until it is unblocked, unless told otherwise
        "DS218",
        MDNS_NAMES,
        "DSM Login Web API guide",
    ),
    Kind(
        "qnap",
        "QNAP",
        "nas",
        "24:5E:BE",
        (web(Qnap, 8080), FTP),
        (("admin", "admin"),),
        frozenset(),
        Lock(5, "ip", 300),
        "TS-231P",
        {"ftp_banner": "NASFTPD Turbo station 1.3.5a Server (ProFTPD)"},
        "QTS HTTP API",
    ),
]
