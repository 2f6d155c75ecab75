"""What a collector publishes for its agents: policy, indicators, device catalogue, services, in one signed document.

On the wire and on disk it is one line with the detached JWS (`header..signature`), then the payload, byte for byte as
it was signed. This module frames, types and checks; it does no cryptography.
"""

import hashlib
from datetime import datetime
from typing import Final

import msgspec

from tuanthu_policy import services
from tuanthu_policy.devices.checks import faults
from tuanthu_policy.devices.family import Family
from tuanthu_policy.errors import PolicyError
from tuanthu_policy.policy import Bundle, Policy
from tuanthu_policy.service_address import SERVICE_ID
from tuanthu_policy.services import ServiceSet

PUBLISHED_TYPE: Final = "tuanthu-bundle+json"
"""`typ` of the protected header of a bundle."""
BUNDLE_REQUEST_TYPE: Final = "tuanthu-bundle-request+json"
BUNDLE_FIELD: Final = "Tuanthu-Bundle"
"""The JSON of a `BundleRequest`, base64url without padding; the signature is over the JSON."""
PUBLISHED_VERSION: Final = 1
MAX_BUNDLE_BYTES: Final = 8 * 1024 * 1024
"""Unpacked, with its signature."""
LONGEST_SIGNATURE: Final = 1024


class Published(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The payload."""

    schema_version: int
    version: int
    """Grows with every bundle of one collector; an agent never takes an older one than it has."""
    published_at: datetime
    policy: Bundle
    devices: list[Family]
    services: list[ServiceSet]


class BundleRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Asks for the bundle."""

    schema_version: int
    agent: str
    created_at: datetime


class PublisherKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Answer to `GET publisher`."""

    key: str
    """The raw Ed25519 public key that signs bundles, base64url without padding."""


class _Version(msgspec.Struct, frozen=True):
    schema_version: int


def framed(signature: str, payload: bytes) -> bytes:
    """A bundle as it is sent and kept."""
    return signature.encode("ascii") + b"\n" + payload


def unframed(raw: bytes) -> tuple[bytes, bytes]:
    """The detached signature and the payload; raises PolicyError for what is no bundle at all."""
    signature, line, payload = raw.partition(b"\n")
    if not line or len(signature) > LONGEST_SIGNATURE or signature.count(b".") != 2 or b".." not in signature:
        raise PolicyError("không phải gói chính sách đã ký", "this is no signed bundle")
    return signature, payload


def entity_tag(raw: bytes, version: int) -> str:
    """The strong ETag of a bundle."""
    return f'"{version}-{hashlib.sha256(raw).hexdigest()[:32]}"'


def written(published: Published) -> bytes:
    """The payload's bytes."""
    return msgspec.json.encode(published, order="sorted")


def read(payload: bytes) -> Published:
    """What a payload says, typed and of a version that is known; raises PolicyError."""
    try:
        version = msgspec.json.decode(payload, type=_Version).schema_version
        if version != PUBLISHED_VERSION:
            raise PolicyError(
                f"gói chính sách có phiên bản định dạng {version}, bản này chỉ đọc {PUBLISHED_VERSION}; hãy nâng cấp",
                f"the bundle has format {version}, this program reads {PUBLISHED_VERSION}; upgrade it",
            )
        return msgspec.json.decode(payload, type=Published)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise PolicyError(f"gói chính sách bị hỏng: {error}", f"damaged bundle: {error}") from None


def policy_of(published: Published) -> Policy:
    """The policy, checked and compiled; raises PolicyError."""
    return Policy.from_bundle(msgspec.json.encode(published.policy, order="sorted"))


def check(published: Published) -> Policy:
    """Check every part as the loaders check files; the compiled policy. Raises PolicyError at the first fault."""
    devices_of(published)
    for one in published.services:
        if not SERVICE_ID.fullmatch(one.set):
            raise PolicyError(f"tên bộ dịch vụ {one.set!r} không hợp lệ", f"bad name of a set of services: {one.set!r}")
        for index, field, vi, en in services.faults(one.services):
            raise PolicyError(vi, en, f"services/{one.set}", 0, f"services[{index}].{field}")
    return policy_of(published)


def devices_of(published: Published) -> dict[str, Family]:
    """The device catalogue by id, checked; raises PolicyError."""
    found: dict[str, Family] = {}
    for family in published.devices:
        if family.id in found:
            raise PolicyError(f"mã thiết bị {family.id!r} bị lặp", f"duplicate device entry {family.id!r}")
        for where, vi, en in faults(family):
            raise PolicyError(vi, en, f"devices/{family.id}", 0, ".".join(map(str, where)))
        found[family.id] = family
    if not found:
        raise PolicyError("gói không có mục thiết bị nào", "the bundle holds no device entry")
    return found
