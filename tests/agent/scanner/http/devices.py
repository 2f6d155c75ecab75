"""Devices with logins, as they behave on the wire: what a test may change is in the keywords."""

import base64
import hashlib
import itertools
import json
import re

from tests.agent.scanner.http.serving import reply


def digest(name, text):
    return hashlib.new(name, text.encode()).hexdigest()


class DigestDevice:
    """HTTP Digest over pages; counts wrong logins and locks after `lock_after`."""

    def __init__(
        self,
        pages,
        *,
        user="admin",
        password="admin",
        algorithm="MD5",
        qop="auth",
        lock_after=99,
        one_time=False,
        stale_first=False,
    ):
        self.pages = pages
        self.user, self.password = user, password
        self.algorithm, self.qop = algorithm, qop
        self.lock_after = lock_after
        self.one_time, self.stale_first = one_time, stale_first
        self.wrong = 0
        self.right = 0
        self._numbers = itertools.count()
        self._nonces = set()

    def __call__(self, request):
        given = request.header("Authorization")
        if self.wrong >= self.lock_after:
            return self.asks(body="<userCheck><lockStatus>lock</lockStatus><unlockTime>1800</unlockTime></userCheck>")
        if given is None:
            return self.asks()
        fields = {name: quoted or plain for name, quoted, plain in re.findall(r'(\w+)=(?:"([^"]*)"|([^\s,]+))', given)}
        if fields["nonce"] not in self._nonces or self.stale_first:
            self.stale_first = False
            return self.asks(stale=True)
        if self.one_time:
            self._nonces.discard(fields["nonce"])
        if fields["username"] != self.user or fields["response"] != self.expected(request, fields):
            self.wrong += 1
            left = self.lock_after - self.wrong
            return self.asks(
                body=f"<userCheck><statusValue>401</statusValue><retryLoginTime>{left}</retryLoginTime></userCheck>"
            )
        self.right += 1
        return reply(200, self.pages[request.path]) if request.path in self.pages else reply(404)

    def expected(self, request, fields):
        name = "sha256" if "SHA-256" in self.algorithm else "md5"
        secret = digest(name, f"{self.user}:Thiết bị:{self.password}")
        if self.algorithm.endswith("-sess"):
            secret = digest(name, f"{secret}:{fields['nonce']}:{fields['cnonce']}")
        middle = f"{fields['nonce']}:{fields['nc']}:{fields['cnonce']}:auth" if self.qop else fields["nonce"]
        return digest(name, f"{secret}:{middle}:{digest(name, f'{request.method}:{request.path}')}")

    def asks(self, body="", stale=False):
        nonce = f"n{next(self._numbers)}"
        self._nonces.add(nonce)
        parts = ['realm="Thiết bị"', f'nonce="{nonce}"', 'opaque="o"', f"algorithm={self.algorithm}"]
        if self.qop:
            parts.append(f'qop="{self.qop}"')
        parts.append("stale=true" if stale else "stale=FALSE")
        return reply(401, body, f"WWW-Authenticate: Digest {', '.join(parts)}").decode("latin-1").encode("latin-1")


HIKVISION = {
    "/ISAPI/Security/userCheck": "<userCheck><statusValue>200</statusValue></userCheck>",
    "/ISAPI/System/deviceInfo": "<DeviceInfo><serialNumber>DS-1</serialNumber></DeviceInfo>",
    "/": "<html></html>",
}


class Dahua:
    """RPC2 with a challenge; sessions are counted until they are closed."""

    def __init__(
        self, accounts=(("admin", "admin"),), *, anything=False, lock_after=99, logout_works=True, confirm=None
    ):
        self.accounts = dict(accounts)
        self.anything = anything
        self.lock_after = lock_after
        self.logout_works = logout_works
        self.confirm = confirm
        self.wrong = 0
        self.sessions = set()
        self._numbers = itertools.count(1)

    def __call__(self, request):
        call = json.loads(request.body)
        work = {"global.login": self.login, "global.logout": self.logout, "magicBox.getDeviceType": self.kind}
        return work[call["method"]](call)

    def login(self, call):
        user, given = call["params"]["userName"], call["params"]["password"]
        if not given:
            session = f"{next(self._numbers):08x}"
            answer = {
                "error": {"code": 268632079},
                "params": {"realm": "Login to 1", "random": "42", "encryption": "Default"},
            }
            return self.says(session=session, result=False, **answer)
        if self.wrong >= self.lock_after:
            return self.says(
                result=False, error={"code": 268632081}, params={"remainLockSecond": 1800, "remainLoginTimes": 0}
            )
        stored = digest("md5", f"{user}:Login to 1:{self.accounts.get(user)}").upper()
        if given == digest("md5", f"{user}:42:{stored}").upper() or self.anything:
            self.sessions.add(call["session"])
            return self.says(result=True, session=call["session"], params={"keepAliveInterval": 60})
        self.wrong += 1
        left = self.lock_after - self.wrong
        return self.says(
            result=False, error={"code": 268632085}, params={"remainLoginTimes": left, "remainLockSecond": 0}
        )

    def logout(self, call):
        if self.logout_works:
            self.sessions.discard(call["session"])
        return self.says(result=True)

    def kind(self, call):
        if self.confirm is not None:
            return self.confirm
        inside = call["session"] in self.sessions
        return self.says(result=inside, params={"type": "XVR"} if inside else {})

    def says(self, **answer):
        return reply(200, json.dumps(answer), "Content-Type: application/json")


def basic(pages, user="admin", password="admin"):
    """A handler with HTTP Basic."""
    right = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()

    def handle(request):
        if request.header("Authorization") != right:
            return reply(401, "<html>401</html>", 'WWW-Authenticate: Basic realm="R"')
        return reply(200, pages.get(request.path, "<html>trang</html>"))

    return handle
