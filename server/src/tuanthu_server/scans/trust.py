"""The authority whose signature on a scope counts."""

from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.db import transaction

from tuanthu_server.errors import InputError
from tuanthu_server.scans.models import TrustedAuthority


def current() -> TrustedAuthority | None:
    """The trusted authority, or None where none was ever trusted."""
    return TrustedAuthority.objects.filter(replaced_at=None).order_by("-pk").first()


def key_of(authority: TrustedAuthority) -> Ed25519PublicKey:
    """Its public key."""
    return Ed25519PublicKey.from_public_bytes(bytes(authority.public_key))


def trust(key: Ed25519PublicKey, *, replace: bool = False) -> TrustedAuthority:
    """Trust an authority. Another one is only taken over with `replace`; its scopes are handed out no more."""
    raw, now = key.public_bytes_raw(), datetime.now(UTC)
    with transaction.atomic():
        known = current()
        if known is not None and bytes(known.public_key) == raw:
            return known
        if known is not None and not replace:
            raise InputError(
                "Máy chủ đã tin một khóa khác; thêm --replace nếu cơ quan cấp phép đã đổi khóa. Giấy phép ký bằng khóa "
                "cũ sẽ không được giao nữa, và từng máy quét phải được cho biết khóa mới.",
                "The collector trusts another key; add --replace if the authority changed its key. Scopes signed by "
                "the old one are handed out no more, and each scanning machine must be told of the new key.",
            )
        TrustedAuthority.objects.filter(replaced_at=None).update(replaced_at=now)
        return TrustedAuthority.objects.create(public_key=raw, trusted_at=now)
