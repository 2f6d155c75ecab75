"""Verifying detached Ed25519 JWS."""

import binascii
from functools import lru_cache

import msgspec
from nacl.bindings import crypto_sign_BYTES, crypto_sign_open
from nacl.exceptions import BadSignatureError

from tuanthu_policy.envelope import b64url_decode, signing_input
from tuanthu_server.ingest.refusals import Refusal

KEY_BYTES = 32
LONGEST = 1024


class ProtectedHeader(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The only fields that a protected header may have; `crit` and all others are refused."""

    alg: str
    typ: str


def verify(signature: str, payload: bytes, key: bytes, typ: str) -> None:
    """Refuse unless `signature` is `header..signature` over `payload` by `key`, for exactly this type."""
    parts = signature.encode("ascii", "replace").split(b".")
    if len(signature) > LONGEST or len(parts) != 3 or parts[1]:
        raise _invalid("không phải JWS tách rời", "not a detached JWS")
    protected, _, encoded = parts
    header = _header(protected)
    if header is None or header.alg != "Ed25519" or header.typ != typ:
        raise _invalid(f"phần đầu phải là Ed25519, {typ}", f"the protected header must say Ed25519 and {typ}")
    raw = _decode(encoded)
    if raw is None or len(raw) != crypto_sign_BYTES:
        raise _invalid("chữ ký không đủ 64 byte", "the signature has not 64 bytes")
    try:
        crypto_sign_open(raw + signing_input(protected, payload), key)
    except BadSignatureError:
        raise _invalid("không khớp với khóa đã ghi danh", "does not verify with the enrolled key") from None


def decode_key(text: str) -> bytes:
    """A public key as enrolment carries it; refused unless it has 32 bytes."""
    key = _decode(text.encode("ascii", "replace"))
    if key is None or len(key) != KEY_BYTES:
        raise Refusal("malformed", "public_key phải là 32 byte base64url", "public_key must be 32 bytes in base64url")
    return key


@lru_cache(maxsize=64)
def _header(protected: bytes) -> ProtectedHeader | None:
    decoded = _decode(protected)
    try:
        return None if decoded is None else msgspec.json.decode(decoded, type=ProtectedHeader)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _decode(text: bytes) -> bytes | None:
    """Base64url without padding, and canonical: one signature has one spelling."""
    try:
        raw = b64url_decode(text)
    except (binascii.Error, ValueError):
        return None
    return raw if binascii.b2a_base64(raw, newline=False).rstrip(b"=").translate(URL_SAFE) == text else None


URL_SAFE = bytes.maketrans(b"+/", b"-_")


def _invalid(vi: str, en: str) -> Refusal:
    return Refusal("signature-invalid", vi, en)
