"""RTSP (RFC 2326): OPTIONS, DESCRIBE with Basic or Digest, and the session requests that nobody should send."""

import asyncio
import hmac
import secrets

from tests.lab.devices.challenges import digest_of, read_basic, read_digest

SDP = "v=0\r\no=- 0 0 IN IP4 0.0.0.0\r\ns=Media Presentation\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n"


class Rtsp:
    """`names`: `rtsp_server`, `rtsp_realm`, `rtsp_paths`, `rtsp_scheme`."""

    def __init__(self, device, service):
        self.device, self.state, self.names, self.service = device, device.state, device.kind.names, service
        self.nonce = secrets.token_hex(16)

    async def __call__(self, reader, writer, entry):
        while True:
            try:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError):
                return
            entry.talked = True
            writer.write(self.respond(head, entry).encode())
            await writer.drain()

    def respond(self, head, entry):
        first, *rest = head.split("\r\n")
        method, url, *_ = [*first.split(" "), "", ""]
        fields = {name.strip().lower(): value.strip() for name, _, value in (row.partition(":") for row in rest)}
        answer = {
            "OPTIONS": lambda: (200, "Public: OPTIONS, DESCRIBE, PLAY, PAUSE, SETUP, TEARDOWN\r\n", ""),
            "DESCRIBE": lambda: self.describe(method, url, fields, entry),
        }.get(method, lambda: (454, "", ""))()
        status, extra, body = answer
        server = f"Server: {self.names['rtsp_server']}\r\n" if self.names.get("rtsp_server") else ""
        size = f"Content-Type: application/sdp\r\nContent-Length: {len(body)}\r\n" if body else ""
        text = {200: "OK", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found"}.get(status, "X")
        return f"RTSP/1.0 {status} {text}\r\nCSeq: {fields.get('cseq', '0')}\r\n{server}{extra}{size}\r\n{body}"

    def describe(self, method, url, fields, entry):
        path = "/" + url.split("://", 1)[-1].partition("/")[2].partition("?")[0]
        if self.device.mutation == "open":
            return self.stream(path)
        answer = self.admitted(method, fields, entry)
        if answer is not None and answer.good:
            return self.stream(path)
        if answer == "locked":
            return 403, "", ""
        return 401, f"WWW-Authenticate: {self.challenge()}\r\n", ""

    def stream(self, path):
        paths = self.names.get("rtsp_paths")
        known = not paths or path in ("/", *paths)
        return (200, "", SDP) if known else (404, "", "")

    def challenge(self):
        realm = self.names.get("rtsp_realm", self.device.model)
        if self.names.get("rtsp_scheme") == "basic":
            return f'Basic realm="{realm}"'
        return f'Digest realm="{realm}", nonce="{self.nonce}"'

    def admitted(self, method, fields, entry):
        header = fields.get("authorization", "")
        if self.names.get("rtsp_scheme") == "basic":
            pair = read_basic(header)
            user, check = (pair[0], lambda password: password == pair[1]) if pair else (None, None)
        else:
            found = read_digest(header) or {}
            user = found.get("username") if found.get("nonce") == self.nonce else None

            def check(password):
                return hmac.compare_digest(digest_of(found, method, password), found.get("response", ""))

        if user is None:
            return None
        entry.logins += 1
        return self.state.login(f"rtsp/{self.service.port}", user, check, entry.peer[0], each_request=True)
