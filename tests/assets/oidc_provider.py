"""A small identity provider on loopback: discovery, keys, authorization, code for token. It signs whom it is told to.

It checks what a provider must check (redirect address, PKCE, client secret, code used once), so that a client that
leaves one out fails here too.
"""

import base64
import hashlib
import json
import secrets
import threading
import time
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

CLIENT, SECRET = "tuanthu", "bí mật:của/khách"


@cache
def _key() -> RSAKey:
    """Made once: a test that needs another makes its own."""
    return RSAKey.generate_key(2048, {"kid": "một"}, private=True, auto_kid=False)


class IdentityProvider:
    """What the tests set and read."""

    def __init__(self) -> None:
        self.issuer = ""
        self.keys = [_key()]
        self.person = {"sub": "u-1", "email": "hang@soyte.example", "email_verified": True}
        self.claims: dict = {}
        """Overrides of the token's claims; None leaves one out."""
        self.algorithm = "RS256"
        self.signer = None
        """Another key than the published one."""
        self.metadata: dict = {}
        self.redirects = ""
        self.codes: dict[str, dict] = {}
        self.asked: list[str] = []

    def authorize(self, query: dict[str, str]) -> str:
        """What the provider does once its own sign-in went well: the address back to the client."""
        assert query["client_id"] == CLIENT
        assert query["response_type"] == "code"
        assert query["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(16)
        self.codes[code] = query
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state'], 'iss': self.issuer})}"

    def token(self, form: dict[str, str], authorization: str) -> tuple[int, dict]:
        """The answer to a code."""
        asked = self.codes.pop(form.get("code", ""), None)
        basic = base64.b64encode(f"{CLIENT}:{quote(SECRET, safe='')}".encode()).decode()
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if asked is None or authorization != f"Basic {basic}" or form.get("redirect_uri") != asked["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        if challenge.rstrip(b"=").decode() != asked["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        said = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"]}
        said |= self.person | self.claims
        said = {name: value for name, value in said.items() if value is not None}
        key = self.signer or self.keys[-1]
        token = jwt.encode({"alg": self.algorithm, "kid": key.kid}, said, key, algorithms=[self.algorithm])
        return 200, {"id_token": token, "access_token": "x", "token_type": "Bearer"}

    def document(self) -> dict:
        """What discovery says."""
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "id_token_signing_alg_values_supported": ["RS256"],
        } | self.metadata


def _handler(provider: IdentityProvider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            provider.asked.append(path)
            if provider.redirects:
                self.send_response(302)
                self.send_header("Location", provider.redirects)
                self.end_headers()
            elif path == "/.well-known/openid-configuration":
                self._say(200, provider.document())
            elif path == "/keys":
                self._say(200, KeySet(provider.keys).as_dict(private=False))
            else:
                self._say(404, {})

        def do_POST(self) -> None:
            provider.asked.append(self.path)
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            self._say(*provider.token(form, self.headers.get("Authorization", "")))

        def _say(self, status: int, said: dict) -> None:
            body = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    return Handler


@contextmanager
def running():
    """The provider, serving on loopback."""
    provider = IdentityProvider()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(provider))
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
