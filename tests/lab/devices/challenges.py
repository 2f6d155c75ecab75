"""HTTP Basic and Digest (RFC 7617, RFC 7616) as a device checks them."""

import base64
import hashlib
import hmac
import re
import secrets

from tests.lab.devices.http import Response, Web, page
from tests.lab.devices.state import Answer

HASHES = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}


def read_basic(header):
    """User and password of a Basic header, or None."""
    scheme, _, value = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, _, password = base64.b64decode(value).decode("utf-8", "replace").partition(":")
    except ValueError:
        return None
    return user, password


def read_digest(header):
    """Fields of a Digest header, or None."""
    if not header.lower().startswith("digest "):
        return None
    return {name: quoted or bare for name, quoted, bare in re.findall(r'(\w+)=(?:"([^"]*)"|([^\s,]+))', header)}


def digest_of(fields, method, password):
    """The response that a client with this password sends."""
    digest = HASHES.get(fields.get("algorithm", "MD5").upper(), hashlib.md5)
    made = lambda text: digest(text.encode()).hexdigest()  # noqa: E731
    first = made(f"{fields.get('username')}:{fields.get('realm')}:{password}")
    second = made(f"{method}:{fields.get('uri')}")
    if fields.get("qop"):
        middle = f"{fields.get('nonce')}:{fields.get('nc')}:{fields.get('cnonce')}:{fields['qop']}"
    else:
        middle = fields.get("nonce", "")
    return made(f"{first}:{middle}:{second}")


class Guarded(Web):
    """A device that protects its pages by Basic or Digest."""

    scheme = "basic"
    algorithms = ("MD5",)
    qop = True
    tells_lock = True
    """Whether a locked device answers otherwise than to a wrong login."""

    def __init__(self, device, service):
        super().__init__(device, service)
        self.nonces = set()

    @property
    def realm(self):
        return self.names.get("realm", self.device.model)

    def challenge(self, body=None, *, stale=False):
        """A 401 with one challenge for each algorithm."""
        found = body or Response(page("401 Unauthorized", "<h1>Unauthorized</h1>"), 401)
        headers = [("WWW-Authenticate", value) for value in self.challenges(stale)]
        return Response(found.body, 401, found.headers + headers, found.kind)

    def challenges(self, stale):
        if self.scheme == "basic":
            return [f'Basic realm="{self.realm}"']
        nonce = secrets.token_hex(16)
        self.nonces.add(nonce)
        extra = ', qop="auth"' if self.qop else ""
        extra += ", stale=true" if stale else ""
        return [
            f'Digest realm="{self.realm}"{extra}, nonce="{nonce}"'
            + ("" if name == "MD5" and len(self.algorithms) == 1 else f", algorithm={name}")
            for name in self.algorithms
        ]

    def admitted(self, request):
        """How the device takes the credentials; None where none were sent (or open, where ACCEPTED)."""
        if self.device.mutation == "open":
            return Answer.ACCEPTED
        header = request.headers.get("authorization", "")
        if self.scheme == "basic":
            pair = read_basic(header)
            if pair is None:
                return None
            return self.login(request, pair[0], pair[1], each_request=True)
        fields = read_digest(header)
        if fields is None:
            return None
        if fields.get("nonce") not in self.nonces or not self.state.fresh_token():
            request.headers["lab-stale"] = "yes"
            return None

        def check(password):
            return hmac.compare_digest(digest_of(fields, request.method, password), fields.get("response", ""))

        return self.login(request, fields.get("username", ""), check, each_request=True)

    def guard(self, request, body):
        """`body` for those let in, else the device's refusal."""
        answer = self.admitted(request)
        if answer is not None and answer.good:
            return body
        if answer == Answer.LOCKED and self.kind.lock and self.tells_lock:
            return Response(page("403 Forbidden", "Account locked"), 403)
        return self.challenge(self.refusal(request, answer), stale="lab-stale" in request.headers)

    def refusal(self, request, answer):
        """The body of a 401; a kind puts its lock-out signals here."""
        return
