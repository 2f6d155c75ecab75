"""Believing a bundle: the pinned publisher's signature first, then its form, then every part of it."""

from dataclasses import dataclass
from typing import Final

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tuanthu_agent.published.errors import BundleError
from tuanthu_policy import published
from tuanthu_policy.envelope import b64url, b64url_decode, signing_input
from tuanthu_policy.errors import PolicyError
from tuanthu_policy.policy import Policy
from tuanthu_policy.published import MAX_BUNDLE_BYTES, PUBLISHED_TYPE, Published

ALGORITHM: Final = "Ed25519"
KEY_BYTES: Final = 32


class _Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The only fields that a protected header may have; `crit`, `jwk` and all others are refused."""

    alg: str
    typ: str


@dataclass(frozen=True, slots=True)
class Verified:
    """A bundle that may be used."""

    raw: bytes
    published: Published
    policy: Policy

    @property
    def version(self) -> int:
        """Its number."""
        return self.published.version

    @property
    def tag(self) -> str:
        """Its ETag."""
        return published.entity_tag(self.raw, self.version)


def verify(raw: bytes, publisher: str) -> Verified:
    """The bundle, if that key (base64url) signed it and every part of it is sound; raises BundleError."""
    if len(raw) > MAX_BUNDLE_BYTES:
        raise BundleError(
            "bundle-too-large",
            f"Gói chính sách lớn hơn {MAX_BUNDLE_BYTES // 1024 // 1024} MB, không nhận",
            f"The bundle is larger than {MAX_BUNDLE_BYTES // 1024 // 1024} MB; refused",
        )
    payload = _signed(raw, key_of(publisher))
    try:
        found = published.read(payload)
        policy = published.check(found)
    except PolicyError as error:
        raise BundleError(
            "bundle-invalid", f"Gói chính sách không dùng được: {error.vi}", f"The bundle cannot be used: {error.en}"
        ) from None
    return Verified(raw, found, policy)


def key_of(publisher: str) -> Ed25519PublicKey:
    """The pinned key; raises BundleError for what is none."""
    try:
        return Ed25519PublicKey.from_public_bytes(b64url_decode(publisher.encode("ascii", "replace")))
    except ValueError:
        raise BundleError(
            "publisher-missing",
            "Máy này chưa ghim khóa ký gói chính sách của máy chủ trung tâm; hãy ghi danh lại",
            "No key of the collector that signs bundles is pinned on this machine; enrol again",
        ) from None


def _signed(raw: bytes, key: Ed25519PublicKey) -> bytes:
    """The payload, once its signature is verified."""
    try:
        signature, payload = published.unframed(raw)
        protected, _, value = signature.split(b".")
        header = msgspec.json.decode(b64url_decode(protected), type=_Header)
        if header.alg != ALGORITHM or header.typ != PUBLISHED_TYPE:
            raise ValueError(header.typ)  # noqa: TRY301 (told as any other bad signature)
        raw_value = b64url_decode(value)
        if b64url(raw_value) != value:
            raise ValueError(value)  # noqa: TRY301
        # Not by the JWS library, which takes no payload of this size.
        key.verify(raw_value, signing_input(protected, payload))
    except (InvalidSignature, ValueError, PolicyError, RecursionError):
        raise BundleError(
            "bundle-signature",
            "Chữ ký của gói chính sách KHÔNG đúng với khóa đã ghim của máy chủ trung tâm: gói đã bị sửa, hỏng, hoặc do "
            "người khác ký. Không dùng gói này.",
            "The bundle's signature does NOT verify with the collector's pinned key: it was changed, damaged, or "
            "signed by somebody else. It is not used.",
        ) from None
    return payload
