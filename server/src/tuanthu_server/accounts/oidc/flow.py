"""The code flow: to the provider with state, nonce and PKCE, and back with a code that only this browser can use."""

import base64
import hashlib
import secrets
import time
import unicodedata
from typing import Any, Final
from urllib.parse import quote, urlencode

import msgspec
from django.http import HttpRequest
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from joserfc import jws, jwt
from joserfc.errors import JoseError

from tuanthu_server.accounts.oidc.errors import refused, unreachable
from tuanthu_server.accounts.oidc.provider import (
    Metadata,
    Provider,
    client_secret,
    fetch,
    keys_of,
    metadata_of,
)

KEPT: Final = "oidc"
GOOD_FOR_SECONDS: Final = 600
ALGORITHMS: Final = ["RS256", "PS256", "ES256", "EdDSA", "RS384", "RS512", "ES384", "ES512", "PS384", "PS512"]
"""Signatures by a key pair only: `none` and shared secrets are refused."""
LEEWAY_SECONDS: Final = 60
STRONG: Final = "mfa"
"""The method (RFC 8176) by which a provider says that it asked for several factors."""


class Identity(msgspec.Struct, frozen=True):
    """Whom the provider vouches for."""

    subject: str
    """`issuer subject`: never given to another person."""
    name: str
    """What the agreed claim says; empty where it says nothing, or an e-mail address that was not verified."""
    strong: bool
    """Whether the provider asked for a second factor."""
    next: str


def begin(request: HttpRequest, provider: Provider, where: str) -> str:
    """The address to which the browser goes; what must come back with it stays in the session."""
    kept = {name: secrets.token_urlsafe(32) for name in ("state", "nonce", "verifier")}
    request.session[KEPT] = {**kept, "at": time.time(), "next": where}
    challenge = base64.urlsafe_b64encode(hashlib.sha256(kept["verifier"].encode()).digest()).rstrip(b"=").decode()
    asked = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": _back(request),
        "scope": "openid profile email",
        "state": kept["state"],
        "nonce": kept["nonce"],
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    address = metadata_of(provider).authorization_endpoint
    return f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}"


def complete(request: HttpRequest, provider: Provider) -> Identity:
    """Who came back; raises OidcError. What the session kept serves once, also for an answer that is refused."""
    kept: dict[str, Any] | None = request.session.pop(KEPT, None)
    said = request.GET
    if not kept or time.time() - kept["at"] > GOOD_FOR_SECONDS:
        raise refused("state")
    if not constant_time_compare(kept["state"], said.get("state", "")):
        raise refused("state")
    if said.get("iss", provider.issuer) != provider.issuer:  # RFC 9207
        raise refused("iss")
    if "code" not in said:
        raise refused(said.get("error", "code")[:100])
    metadata = metadata_of(provider)
    token = _exchange(request, provider, metadata, said["code"], kept["verifier"]).get("id_token")
    if not isinstance(token, str):
        raise refused("id_token")
    claims = verified(token, provider, metadata, kept["nonce"])
    methods = claims.get("amr")
    return Identity(
        f"{provider.issuer} {claims['sub']}",
        name_in(claims, provider.claim),
        isinstance(methods, list) and STRONG in methods,
        kept["next"],
    )


def _exchange(request: HttpRequest, provider: Provider, metadata: Metadata, code: str, verifier: str) -> dict[str, Any]:
    """The answer to the code."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": _back(request),
        "code_verifier": verifier,
    }
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    secret = client_secret()
    if not secret:
        form["client_id"] = provider.client_id
    elif "client_secret_basic" in metadata.token_endpoint_auth_methods_supported:
        pair = f"{quote(provider.client_id, safe='')}:{quote(secret, safe='')}"
        headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
    else:
        form |= {"client_id": provider.client_id, "client_secret": secret}
    return fetch(metadata.token_endpoint, urlencode(form).encode(), headers)


def verified(token: str, provider: Provider, metadata: Metadata, nonce: str) -> dict[str, Any]:
    """The claims of an ID token (OpenID Connect Core, 3.1.3.7); raises OidcError."""
    try:
        kid = jws.extract_compact(token.encode()).headers().get("kid")
        claims = jwt.decode(token, keys_of(metadata, kid), algorithms=ALGORITHMS).claims
        jwt.JWTClaimsRegistry(
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": provider.issuer},
            sub={"essential": True},
            aud={"essential": True, "value": provider.client_id},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True},
        ).validate(claims)
    except JoseError as error:
        raise refused(str(error)) from None
    except (ValueError, TypeError, KeyError) as error:
        raise unreachable(error) from None
    if not constant_time_compare(str(claims["nonce"]), nonce):
        raise refused("nonce")
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if (several or "azp" in claims) and claims.get("azp") != provider.client_id:
        raise refused("azp")
    if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= 255:
        raise refused("sub")
    return dict(claims)


def name_in(claims: dict[str, Any], claim: str) -> str:
    """What the agreed claim says of the person."""
    name = claims.get(claim)
    if not isinstance(name, str) or (claim == "email" and claims.get("email_verified") is not True):
        return ""
    return unicodedata.normalize("NFKC", name.strip())  # as user names are kept


def _back(request: HttpRequest) -> str:
    return request.build_absolute_uri(reverse("login-oidc-back"))
