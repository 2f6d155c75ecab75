"""Enrolment tokens: issued once in clear, kept as a digest, spent atomically."""

import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from enum import StrEnum

import msgspec
from django.db import transaction
from django.db.models import F

from tuanthu_server.errors import InputError
from tuanthu_server.inventory.models import EnrolToken
from tuanthu_server.security_log.chain import record
from tuanthu_server.security_log.events import Event
from tuanthu_server.units.models import Unit

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""No letters or digits that are taken for one another when a token is read out or typed."""
GROUPS = 5
GROUP_LENGTH = 5


class TokenProblem(StrEnum):
    """Why a token does not serve."""

    UNKNOWN = "token-unknown"
    USED = "token-used"
    EXPIRED = "token-expired"
    REVOKED = "token-revoked"


class TokenStatus(msgspec.Struct, frozen=True):
    """A token as a list shows it; the token itself is not known any more."""

    id: int
    unit_id: int
    unit_code: str
    label: str
    uses_left: int
    expires_at: datetime
    problem: TokenProblem | None


def issue(unit: Unit, uses: int = 1, days: int = 7, label: str = "") -> str:
    """Make a token (124 bits) for a unit and return it in clear: it is shown once and never stored."""
    if uses < 1 or days < 1:
        raise InputError("Số lần dùng và số ngày phải lớn hơn 0", "Uses and days must be greater than 0")
    if unit.closed_at is not None:
        raise InputError(f"Đơn vị {unit.code} đã đóng", f"Unit {unit.code} is closed")
    groups = ["".join(secrets.choice(ALPHABET) for _ in range(GROUP_LENGTH)) for _ in range(GROUPS)]
    token = "TT-" + "-".join(groups)
    now = datetime.now(UTC)
    with transaction.atomic():
        made = EnrolToken.objects.create(
            digest=digest(token),
            unit=unit,
            label=label,
            uses_left=uses,
            created_at=now,
            expires_at=now + timedelta(days=days),
        )
        record(Event.ENROL_TOKEN_MADE, unit.code, number=made.pk, uses=uses, days=days)
    return token


def digest(token: str) -> bytes:
    """What is kept of a token; white space and letter case do not matter."""
    return hashlib.sha256("".join(token.split()).upper().encode()).digest()


def spend(token: str, at: datetime) -> EnrolToken | TokenProblem:
    """Use a token once, in the caller's transaction: of two that come at once for the last use, one gets it.

    Its unit stays as it is until that transaction ends: no machine comes to a unit that is being closed or merged.
    """
    kept = digest(token)
    unit = Unit.objects.select_for_update(no_key=True, of=("self",)).filter(tokens__digest=kept).first()
    if unit is not None and unit.closed_at is not None:
        return TokenProblem.REVOKED
    spent = EnrolToken.objects.filter(digest=kept, uses_left__gt=0, expires_at__gt=at, revoked_at=None).update(
        uses_left=F("uses_left") - 1
    )
    found = EnrolToken.objects.select_related("unit").filter(digest=kept).first()
    if found is None:
        return TokenProblem.UNKNOWN
    return found if spent else problem_of(found, at) or TokenProblem.USED


def problem_of(token: EnrolToken, at: datetime) -> TokenProblem | None:
    """Why a token does not serve at a moment, or None."""
    if token.revoked_at is not None:
        return TokenProblem.REVOKED
    if token.expires_at <= at:
        return TokenProblem.EXPIRED
    return TokenProblem.USED if token.uses_left < 1 else None


def statuses() -> list[TokenStatus]:
    """All tokens, newest first."""
    now = datetime.now(UTC)
    return [
        TokenStatus(
            token.pk,
            token.unit_id,
            token.unit.code,
            token.label,
            token.uses_left,
            token.expires_at,
            problem_of(token, now),
        )
        for token in EnrolToken.objects.select_related("unit").order_by("-pk")
    ]


def revoke(token_id: int) -> None:
    """Revoke a token by its number; raises InputError for one that does not exist."""
    if not EnrolToken.objects.filter(pk=token_id).exists():
        raise InputError(f"Không có mã ghi danh số {token_id}", f"There is no enrolment token {token_id}")
    _revoke(token_id)


def revoke_of(unit: Unit, at: datetime) -> None:
    """Revoke what still serves of a unit: it is being closed, and a machine in it would be in no figure."""
    serving = EnrolToken.objects.filter(unit=unit, revoked_at=None, uses_left__gt=0, expires_at__gt=at)
    for number in serving.values_list("pk", flat=True):
        _revoke(number)


def _revoke(token_id: int) -> None:
    with transaction.atomic():
        if EnrolToken.objects.filter(pk=token_id, revoked_at=None).update(revoked_at=datetime.now(UTC)):
            record(Event.ENROL_TOKEN_REVOKED, str(token_id))
