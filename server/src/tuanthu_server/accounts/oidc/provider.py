"""The identity provider: its settings, where its endpoints are, its keys."""

import json
import time
import urllib.error
import urllib.request
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
from django.conf import settings
from joserfc.jwk import KeySet

from tuanthu_server.accounts import kept_secrets
from tuanthu_server.accounts.oidc.errors import refused, unreachable
from tuanthu_server.errors import ConfigError

SECRET: Final = "oidc-client-secret"  # noqa: S105 (its name)
TIMEOUT_SECONDS: Final = 10
MOST_BYTES: Final = 1 << 20
KEPT_SECONDS: Final = 3600
LEAST_SECONDS: Final = 60
"""Keys are not asked for again sooner, however many tokens name an unknown one."""
CLAIMS: Final = ("email", "preferred_username")


class Provider(msgspec.Struct, frozen=True):
    """An identity provider as it is set up."""

    issuer: str
    client_id: str
    claim: str
    name: str


class Metadata(msgspec.Struct, frozen=True):
    """What discovery says; everything else of it is of no interest."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)


def of_collector() -> Provider | None:
    """The provider that is set up, or None; raises ConfigError for settings that make no sense."""
    config = settings.CONFIG
    if not config.oidc_issuer:
        return None
    if not config.oidc_client_id or config.oidc_claim not in CLAIMS or not _is_safe(config.oidc_issuer):
        raise ConfigError(
            "oidc_issuer phải là địa chỉ https, oidc_client_id không được trống, oidc_claim là email hoặc "
            "preferred_username",
            "oidc_issuer must be an https address, oidc_client_id must be set, oidc_claim is email or "
            "preferred_username",
        )
    return Provider(config.oidc_issuer, config.oidc_client_id, config.oidc_claim, config.oidc_name)


def client_secret() -> str:
    """The secret by which the collector proves itself; empty for a public client."""
    return kept_secrets.read(SECRET)


_metadata: dict[str, tuple[float, Metadata]] = {}
_keys: dict[str, tuple[float, KeySet]] = {}


def metadata_of(provider: Provider) -> Metadata:
    """Its endpoints, kept for an hour; raises OidcError."""
    kept = _metadata.get(provider.issuer)
    if kept and time.monotonic() - kept[0] < KEPT_SECONDS:
        return kept[1]
    said = fetch(provider.issuer.rstrip("/") + "/.well-known/openid-configuration")
    try:
        found = msgspec.convert(said, Metadata)
    except msgspec.ValidationError as error:
        raise unreachable(error) from None
    if found.issuer != provider.issuer:
        raise refused("issuer")
    for address in (found.authorization_endpoint, found.token_endpoint, found.jwks_uri):
        if not _is_safe(address):
            raise refused("http")
    _metadata[provider.issuer] = (time.monotonic(), found)
    return found


def keys_of(metadata: Metadata, kid: str | None) -> KeySet:
    """Its keys, asked for again when a token names one that is not known."""
    kept = _keys.get(metadata.jwks_uri)
    age = time.monotonic() - kept[0] if kept else KEPT_SECONDS
    if kept and age < KEPT_SECONDS and (age < LEAST_SECONDS or kid is None or _has(kept[1], kid)):
        return kept[1]
    try:
        found = KeySet.import_key_set(fetch(metadata.jwks_uri))  # type: ignore[arg-type]
    except (ValueError, KeyError, TypeError) as error:
        raise unreachable(error) from None
    _keys[metadata.jwks_uri] = (time.monotonic(), found)
    return found


def _has(keys: KeySet, kid: str) -> bool:
    return any(key.kid == kid for key in keys.keys)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        """Never: a code or a secret is sent to the address that was agreed on."""


def fetch(address: str, form: bytes | None = None, headers: dict[str, str] | None = None) -> dict[str, Any]:
    """A JSON object from the provider; raises OidcError."""
    if not _is_safe(address):
        raise refused("http")
    wanted = urllib.request.Request(address, form, {"Accept": "application/json", **(headers or {})})  # noqa: S310
    try:
        with urllib.request.build_opener(_NoRedirect).open(wanted, timeout=TIMEOUT_SECONDS) as answer:
            body = answer.read(MOST_BYTES + 1)
        said = json.loads(body) if len(body) <= MOST_BYTES else None
    except (OSError, urllib.error.HTTPError, ValueError) as error:
        raise unreachable(error) from None
    if not isinstance(said, dict):
        raise unreachable("JSON")
    return said


def _is_safe(address: str) -> bool:
    """Whether it is https, or a server on this very machine."""
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost"))
