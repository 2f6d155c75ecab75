"""A person's second factor: enrolling it, using it, recovery codes, resetting it."""

import hashlib
import secrets
from datetime import UTC, datetime
from typing import Final

from django.db import transaction

from tuanthu_server.accounts import totp
from tuanthu_server.accounts.models import RecoveryCode, User
from tuanthu_server.accounts.roles import DEPARTMENT_ROLES
from tuanthu_server.sealing import keyring
from tuanthu_server.security_log.chain import record
from tuanthu_server.security_log.events import Event

RECOVERY_CODES: Final = 10
_ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_GROUPS, _GROUP = 4, 4


def is_required(user: User) -> bool:
    """Whether a person cannot do without: all who see the department."""
    return user.role in DEPARTMENT_ROLES


def is_set(user: User) -> bool:
    """Whether a person has enrolled one."""
    return user.totp_since is not None


def begin(user: User) -> bytes:
    """The seed to enrol; the same until it is confirmed or reset, so that a page may be loaded again."""
    with transaction.atomic():
        held = User.objects.select_for_update().get(pk=user.pk)
        if held.totp_since is not None:
            raise ValueError("there is one already")
        if held.totp_secret is None:
            held.totp_secret = keyring().seal(_purpose(user), totp.new_secret())
            held.save(update_fields=["totp_secret"])
        return keyring().open(_purpose(user), bytes(held.totp_secret))


def confirm(user: User, code: str, now: datetime | None = None) -> list[str] | None:
    """Enrol by the first code; returns the recovery codes, which are shown once, or None for a wrong code."""
    with transaction.atomic():
        if is_set(User.objects.select_for_update().get(pk=user.pk)) or not check(user, code, now, confirmed=False):
            return None
        user.totp_since = now or datetime.now(UTC)
        user.save(update_fields=["totp_since"])
        record(Event.SECOND_FACTOR_SET, user.username, actor=user.username)
        return make_recovery_codes(user)


def check(user: User, code: str, now: datetime | None = None, *, confirmed: bool = True) -> bool:
    """Whether it is the present code of an authenticator app. Each is taken once, by whichever process is first."""
    held = User.objects.get(pk=user.pk)
    if held.totp_secret is None or (confirmed and held.totp_since is None):
        return False
    step = totp.matching_step(keyring().open(_purpose(user), bytes(held.totp_secret)), code, now or datetime.now(UTC))
    if step is None:
        return False
    return User.objects.filter(pk=user.pk, totp_last_step__lt=step).update(totp_last_step=step) == 1


def make_recovery_codes(user: User) -> list[str]:
    """New recovery codes (78 bits each) instead of all earlier ones."""
    codes = [
        "-".join("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP)) for _ in range(_GROUPS))
        for _ in range(RECOVERY_CODES)
    ]
    with transaction.atomic():
        RecoveryCode.objects.filter(user=user).delete()
        RecoveryCode.objects.bulk_create(RecoveryCode(user=user, digest=_digest(code)) for code in codes)
        record(Event.RECOVERY_CODES_MADE, user.username, actor=user.username)
    return codes


def use_recovery_code(user: User, code: str) -> bool:
    """Whether it is a recovery code that was not used before; it is from now on."""
    unused = RecoveryCode.objects.filter(user=user, digest=_digest(code), used_at=None)
    with transaction.atomic():
        used = unused.update(used_at=datetime.now(UTC)) == 1
        if used:
            record(Event.RECOVERY_CODE_USED, user.username, left=codes_left(user))
    return used


def codes_left(user: User) -> int:
    """How many recovery codes are left."""
    return RecoveryCode.objects.filter(user=user, used_at=None).count()


def reset(user: User) -> None:
    """Forget a person's second factor: at the next sign-in they enrol another."""
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(totp_secret=None, totp_since=None)
        RecoveryCode.objects.filter(user=user).delete()
        record(Event.SECOND_FACTOR_RESET, user.username)


def _digest(code: str) -> bytes:
    return hashlib.sha256("".join(code.split()).upper().replace("-", "").encode("utf-8", "replace")).digest()


def _purpose(user: User) -> str:
    return f"totp {user.pk}"
