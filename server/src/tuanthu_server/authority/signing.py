"""Scopes as they are signed and read again: a compact JWS of exactly one algorithm and type."""

import secrets
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from tuanthu_policy.envelope import b64url_decode
from tuanthu_policy.scan_scope import SCOPE_TYPE, SCOPE_VERSION, ScanScope
from tuanthu_policy.scope_checks import scope_faults
from tuanthu_server.errors import InputError

ALGORITHM: Final = "Ed25519"


class _Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    alg: str
    typ: str


def blank(now: datetime, days: int) -> ScanScope:
    """A scope that names nothing yet, in force from `now` on for so many days; raises InputError."""
    start = now.replace(microsecond=0)
    try:
        end = start + timedelta(days=days)
    except OverflowError:
        raise InputError(f"--days {days}: quá lớn", f"--days {days}: too large") from None
    return ScanScope(
        schema_version=SCOPE_VERSION,
        id=_uuid7(now),
        unit="",
        networks=[],
        authorisation="",
        issued_at=start,
        not_before=start,
        not_after=end,
    )


def checked(scope: ScanScope) -> ScanScope:
    """The scope, if nothing is wrong with it; raises InputError naming each fault."""
    faults = scope_faults(scope)
    if faults:
        raise InputError(
            "Không cấp được giấy phép:\n  " + "\n  ".join(fault.vi for fault in faults),
            "The scope cannot be issued:\n  " + "\n  ".join(fault.en for fault in faults),
        )
    return scope


def sign(scope: ScanScope, key: Ed25519PrivateKey) -> str:
    """The compact JWS."""
    payload = msgspec.json.encode(scope)
    return jws.serialize_compact(
        {"alg": ALGORITHM, "typ": SCOPE_TYPE}, payload, OKPKey.import_key(key), algorithms=[ALGORITHM]
    )


def read(token: bytes, trust: Ed25519PublicKey | None) -> ScanScope:
    """What a token says; with `trust` its signature is verified too. Raises InputError."""
    parts = token.strip().split(b".")
    try:
        header = msgspec.json.decode(b64url_decode(parts[0]), type=_Header)
        scope = msgspec.json.decode(b64url_decode(parts[1]), type=ScanScope)
    except (ValueError, IndexError, RecursionError):
        raise InputError("Tệp này không phải giấy phép quét", "This file is no scan scope") from None
    if header.alg != ALGORITHM or header.typ != SCOPE_TYPE or len(parts) != 3:
        raise InputError(
            f"Tệp này không phải giấy phép quét ký bằng {ALGORITHM}", f"This is no scan scope signed by {ALGORITHM}"
        )
    if trust is not None:
        _verify(token, trust)
    return scope


def _verify(token: bytes, trust: Ed25519PublicKey) -> None:
    try:
        jws.deserialize_compact(token.strip(), OKPKey.import_key(trust), algorithms=[ALGORITHM])
    except (JoseError, ValueError):
        raise InputError(
            "Chữ ký KHÔNG đúng với khóa này: tệp đã bị sửa hoặc do người khác ký",
            "The signature does NOT verify with this key: the file was changed, or signed by somebody else",
        ) from None


def _uuid7(at: datetime) -> str:
    value = (int(at.timestamp() * 1000) & ((1 << 48) - 1)) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 7 << 76
    value = value & ~(3 << 62) | 2 << 62
    return str(UUID(int=value))
