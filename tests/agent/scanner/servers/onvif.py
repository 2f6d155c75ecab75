"""An ONVIF device service as its specification has it: SOAP 1.2, WS-UsernameToken or HTTP Digest, a clock of its own."""

import base64
import hashlib
import re
from datetime import UTC, datetime, timedelta

ENVELOPE = (
    '<?xml version="1.0"?><env:Envelope xmlns:env="http://www.w3.org/2003/05/soap-envelope" '
    'xmlns:tds="http://www.onvif.org/ver10/device/wsdl" xmlns:tt="http://www.onvif.org/ver10/schema" '
    'xmlns:ter="http://www.onvif.org/ver10/error"><env:Body>{}</env:Body></env:Envelope>'
)
INFORMATION = (
    "<tds:GetDeviceInformationResponse><tds:Manufacturer>Thử Nghiệm</tds:Manufacturer><tds:Model>CAM-1</tds:Model>"
    "<tds:FirmwareVersion>1.0</tds:FirmwareVersion></tds:GetDeviceInformationResponse>"
)
OPEN = ("GetSystemDateAndTime", "GetScopes")


def fault(name, words=""):
    inside = f"<env:Subcode><env:Value>ter:{name}</env:Value></env:Subcode>"
    reason = f'<env:Reason><env:Text xml:lang="en">{words}</env:Text></env:Reason>'
    return f"<env:Fault><env:Code><env:Value>env:Sender</env:Value>{inside}</env:Code>{reason}</env:Fault>"


class OnvifDevice:
    """One camera. `ahead`: its clock; `style`: token or digest; `open_`: actions that anybody may call."""

    def __init__(self, user, password, *, ahead=timedelta(), style="token", open_=(), admin=True, locked=""):
        self.user, self.password, self.ahead, self.style = user, password, ahead, style
        self.open, self.admin, self.locked = (*OPEN, *open_), admin, locked
        self.failures = 0
        self.actions = []

    def __call__(self, sock):
        head, body = self.request(sock)
        action = re.search(r"<(\w+) xmlns=\"http://www.onvif.org/ver10/device/wsdl\"", body)[1]
        self.actions.append(action)
        if action in self.open or self.authorised(head, body):
            return self.send(sock, 200, self.answer(action))
        if self.locked and ("UsernameToken" in body or "Authorization:" in head):
            return self.send(sock, 400, fault("NotAuthorized", self.locked))
        if self.style == "digest":
            return self.send(
                sock, 401, "", 'WWW-Authenticate: Digest realm="cam", qop="auth", nonce="a1b2", algorithm=MD5\r\n'
            )
        return self.send(sock, 400, fault("NotAuthorized", "Sender not authorized"))

    def request(self, sock):
        data = b""
        while b"\r\n\r\n" not in data:
            data += sock.recv(4096) or exec_eof()
        head, _, body = data.partition(b"\r\n\r\n")
        said = re.search(rb"Content-Length: (\d+)", head)
        length = int(said[1]) if said else exec_eof()
        while len(body) < length:
            body += sock.recv(4096) or exec_eof()
        return head.decode(), body.decode()

    def send(self, sock, status, inside, headers=""):
        raw = ENVELOPE.format(inside).encode()
        sock.sendall(f"HTTP/1.1 {status} X\r\n{headers}Content-Length: {len(raw)}\r\n\r\n".encode() + raw)

    def answer(self, action):
        if action == "GetSystemDateAndTime":
            now = datetime.now(UTC) + self.ahead
            time = (
                f"<tt:Hour>{now.hour}</tt:Hour><tt:Minute>{now.minute}</tt:Minute><tt:Second>{now.second}</tt:Second>"
            )
            date = f"<tt:Year>{now.year}</tt:Year><tt:Month>{now.month}</tt:Month><tt:Day>{now.day}</tt:Day>"
            utc = f"<tt:UTCDateTime><tt:Time>{time}</tt:Time><tt:Date>{date}</tt:Date></tt:UTCDateTime>"
            return f"<tds:{action}Response><tds:SystemDateAndTime>{utc}</tds:SystemDateAndTime></tds:{action}Response>"
        if action == "GetDeviceInformation":
            return INFORMATION
        if action == "GetScopes":
            scope = "<tt:ScopeItem>onvif://www.onvif.org/name/CAM-1</tt:ScopeItem>"
            return f"<tds:GetScopesResponse><tds:Scopes>{scope}</tds:Scopes></tds:GetScopesResponse>"
        if action == "GetUsers" and not self.admin:
            return fault("OperationProhibited")
        return f"<tds:{action}Response></tds:{action}Response>"

    def authorised(self, head, body):
        given = "Authorization:" in head if self.style == "digest" else "UsernameToken" in body
        if not given:
            return False
        right = self.by_digest(head) if self.style == "digest" else self.by_token(body)
        self.failures += not right
        return right

    def by_token(self, body):
        created = re.search(r"<wsu:Created>([^<]+)<", body)[1]
        moment = datetime.fromisoformat(created)
        nonce = base64.b64decode(re.search(r"<wsse:Nonce[^>]*>([^<]+)<", body)[1])
        digest = base64.b64encode(hashlib.sha1(nonce + created.encode() + self.password.encode()).digest()).decode()
        near = abs(moment - (datetime.now(UTC) + self.ahead)) < timedelta(seconds=5)
        return near and f"<wsse:Username>{self.user}<" in body and f">{digest}<" in body

    def by_digest(self, head):
        def md5(text):
            return hashlib.md5(text.encode()).hexdigest()

        values = dict(re.findall(r'(\w+)="?([^",\r]+)"?', re.search(r"Authorization: Digest (.*)", head)[1]))
        secret, asked = md5(f"{self.user}:cam:{self.password}"), md5(f"POST:{values['uri']}")
        return values["response"] == md5(f"{secret}:a1b2:{values['nc']}:{values['cnonce']}:auth:{asked}")


def exec_eof():
    raise EOFError
