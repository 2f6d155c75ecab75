"""Reading the signed authorisation: nothing of it is believed before the authority's signature is verified."""

import hashlib
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from tuanthu_agent.scanner.clock import VIETNAM
from tuanthu_agent.scanner.errors import ScopeError
from tuanthu_policy.envelope import b64url, b64url_decode
from tuanthu_policy.scan_scope import SCOPE_TYPE, SCOPE_VERSION, ScanScope
from tuanthu_policy.scope_checks import scope_faults

ALGORITHM: Final = "Ed25519"
LARGEST: Final = 256 * 1024


class _Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The only fields that a protected header may have; `crit`, `jwk` and all others are refused."""

    alg: str
    typ: str


class _Version(msgspec.Struct, frozen=True):
    schema_version: int


def read_scope(path: Path, trust: Ed25519PublicKey, now: datetime, unit: str | None = None) -> ScanScope:
    """The scope of a file, verified and in force now; of that unit, where one is given. Raises ScopeError."""
    scope = verify(_read(path, "scope-unreadable"), trust)
    check_unit(scope, unit)
    check_validity(scope, now)
    return scope


def load_authority(path: Path) -> Ed25519PublicKey:
    """The authority's public key (PEM, SubjectPublicKeyInfo); raises ScopeError."""
    try:
        key = serialization.load_pem_public_key(_read(path, "trust-unreadable"))
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise ScopeError(
            "trust-invalid",
            f"{path} không phải khóa công khai Ed25519 (PEM) của cơ quan cấp phép",
            f"{path} is no Ed25519 public key (PEM) of the authority",
        )
    return key


def fingerprint(key: Ed25519PublicKey) -> str:
    """SHA-256 (hex) of the raw public key, by which people compare it."""
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()


def verify(token: bytes, trust: Ed25519PublicKey) -> ScanScope:
    """The scope of a compact JWS; raises ScopeError for anything but a sound scope signed by exactly this key."""
    parts = token.strip().split(b".")
    if len(token) > LARGEST or len(parts) != 3:
        raise _malformed("không phải JWS dạng gọn", "it is no compact JWS")
    header, payload, _ = (_decode(part) for part in parts)
    _check_header(header)
    try:
        jws.deserialize_compact(token.strip(), OKPKey.import_key(trust), algorithms=[ALGORITHM])
    except (JoseError, ValueError):
        raise ScopeError(
            "scope-signature",
            "Chữ ký của giấy phép quét không đúng với khóa tin cậy: tệp đã bị sửa, hoặc do cơ quan khác ký",
            "The scope's signature does not verify with the trusted key: it was changed, or signed by somebody else",
        ) from None
    return _decode_scope(payload)


def check_unit(scope: ScanScope, unit: str | None) -> None:
    """Raise ScopeError for a scope of another unit; None: any unit will do."""
    if unit is not None and scope.unit != unit:
        raise ScopeError(
            "scope-unit",
            f"Giấy phép quét cấp cho đơn vị {scope.unit}, máy này thuộc đơn vị {unit}",
            f"The scope is for unit {scope.unit}, this machine belongs to unit {unit}",
        )


def check_validity(scope: ScanScope, now: datetime) -> None:
    """Raise ScopeError before and after the validity."""
    if now < scope.not_before:
        raise ScopeError(
            "scope-not-yet",
            f"Giấy phép quét có hiệu lực từ {_local(scope.not_before)}, bây giờ là {_local(now)}",
            f"The scope holds from {scope.not_before:%Y-%m-%d %H:%M} UTC; it is {now:%Y-%m-%d %H:%M} UTC",
        )
    if now >= scope.not_after:
        raise ScopeError(
            "scope-expired",
            f"Giấy phép quét đã hết hiệu lực lúc {_local(scope.not_after)}; hãy xin giấy phép mới",
            f"The scope expired at {scope.not_after:%Y-%m-%d %H:%M} UTC; ask for a new one",
        )


def _check_header(raw: bytes) -> None:
    try:
        header = msgspec.json.decode(raw, type=_Header)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise _malformed("phần đầu không hợp lệ", "its protected header is invalid") from None
    if header.alg != ALGORITHM:
        raise ScopeError(
            "scope-algorithm",
            f"Giấy phép quét phải ký bằng {ALGORITHM}, không phải {header.alg[:40]!r}",
            f"A scope must be signed by {ALGORITHM}, not {header.alg[:40]!r}",
        )
    if header.typ != SCOPE_TYPE:
        raise ScopeError(
            "scope-type",
            f"Tệp này đã ký nhưng không phải giấy phép quét ({header.typ[:60]!r})",
            f"This is signed, but no scope ({header.typ[:60]!r})",
        )


def _decode_scope(payload: bytes) -> ScanScope:
    try:
        version = msgspec.json.decode(payload, type=_Version).schema_version
        if version != SCOPE_VERSION:
            raise ScopeError(
                "scope-version",
                f"Giấy phép quét có phiên bản {version}, bản này chỉ hiểu {SCOPE_VERSION}; hãy nâng cấp tuanthu-agent",
                f"The scope has version {version}, this program understands {SCOPE_VERSION}; upgrade tuanthu-agent",
            )
        scope = msgspec.json.decode(payload, type=ScanScope)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _malformed(f"nội dung không hợp lệ: {error}", f"its payload is invalid: {error}") from None
    faults = scope_faults(scope)
    if faults:
        raise ScopeError(
            "scope-invalid",
            "Giấy phép quét không hợp lệ: " + "; ".join(fault.vi for fault in faults),
            "The scope is invalid: " + "; ".join(fault.en for fault in faults),
        )
    return scope


def _decode(part: bytes) -> bytes:
    """Base64url without padding, in its one spelling."""
    try:
        raw = b64url_decode(part)
    except ValueError:
        raw = None
    if raw is None or b64url(raw) != part:
        raise _malformed("không phải base64url", "it is not base64url")
    return raw


def _read(path: Path, code: str) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(LARGEST + 1)
    except OSError as error:
        raise ScopeError(
            code, f"Không đọc được {path}: {error.strerror}", f"Cannot read {path}: {error.strerror}"
        ) from None


def _malformed(vi: str, en: str) -> ScopeError:
    return ScopeError("scope-malformed", f"Giấy phép quét không dùng được: {vi}", f"The scope cannot be used: {en}")


def _local(moment: datetime) -> str:
    return moment.astimezone(VIETNAM).strftime("%H:%M %d/%m/%Y")
