"""Attestations: what a named person states on a clause of a unit, with a file that supports it.

A statement counts from its recording until it expires, is revoked, or a newer one takes its place; what ended counts as
if it never was from then on, and never changes what was true before.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec
from django.db import transaction

from tuanthu_policy.duration import parse_duration
from tuanthu_policy.exception import Attestation as Statement
from tuanthu_policy.outcome import Outcome
from tuanthu_policy.waiving import attested_outcome
from tuanthu_server.compliance.models import Attestation, AttestationEvent, EvidenceFile, StatementAction
from tuanthu_server.compliance.people import Person
from tuanthu_server.compliance.policies import in_force
from tuanthu_server.errors import InputError
from tuanthu_server.inventory.store.interface import Store
from tuanthu_server.local_time import shown
from tuanthu_server.security_log.chain import record
from tuanthu_server.security_log.events import Event
from tuanthu_server.units.models import Unit

MOST_BYTES: Final = 10 * 1024 * 1024
REMINDER: Final = timedelta(days=30)
"""So long before the expiry somebody is reminded, where no other day is asked for."""
MEDIA_TYPES: Final = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
)
"""What is kept, by its first bytes."""
ENDINGS: Final = {"application/pdf": (".pdf",), "image/png": (".png",), "image/jpeg": (".jpg", ".jpeg")}
"""What the name of such a file ends with: whoever saves it gets no page that a browser would run."""
RECORDED: Final = """
    SELECT s.id, s.control, s.unit_id, s.fulfilled, s.statement, s.attested_by, m.at, s.expires_at, s.evidence_id,
           ended.at
    FROM compliance_attestation s
    LEFT JOIN (SELECT attestation_id, MIN(at) AS at FROM compliance_attestationevent WHERE action <> 'made'
               GROUP BY attestation_id) ended ON ended.attestation_id = s.id
    JOIN compliance_attestationevent m ON m.attestation_id = s.id AND m.action = 'made'
    WHERE m.at <= %s AND s.expires_at > %s ORDER BY m.at, s.id
"""


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A statement to record."""

    control: str
    unit: int
    fulfilled: bool = True
    statement: str
    attested_by: str
    """Name and office of the person who answers for it."""
    valid_from: datetime
    expires_at: datetime | None = None
    """None: as long as the clause lets a statement hold."""
    remind_at: datetime | None = None
    file_name: str
    content: bytes


def add(draft: Draft, by: Person, note: str = "") -> Attestation:
    """Record a statement, which takes the place of the unit's former one on that clause; raises InputError."""
    now = datetime.now(UTC)
    expires_at = _checked_expiry(draft, now)
    remind_at = draft.remind_at or max(now, expires_at - REMINDER)
    if not now <= remind_at <= expires_at:
        raise InputError(
            "Ngày nhắc phải từ hôm nay đến ngày hết hạn", "The reminder must lie between now and the expiry"
        )
    media_type = _media_type(draft.content)
    with transaction.atomic():
        if not Unit.objects.select_for_update().filter(pk=draft.unit).exists():
            raise InputError(f"Không có đơn vị số {draft.unit}", f"There is no unit {draft.unit}")
        for former in Attestation.objects.filter(unit=draft.unit, control=draft.control):
            if not former.events.exclude(action=StatementAction.MADE).exists():
                _note(former, StatementAction.REPLACED, by, now, "")
        made = Attestation.objects.create(
            control=draft.control,
            unit_id=draft.unit,
            fulfilled=draft.fulfilled,
            statement=draft.statement.strip()[:2000],
            attested_by=draft.attested_by.strip()[:300],
            valid_from=draft.valid_from,
            expires_at=expires_at,
            remind_at=remind_at,
            evidence=_keep(draft.content, media_type, now),
            file_name=_named(draft.file_name, media_type),
        )
        _note(made, StatementAction.MADE, by, now, note)
        record(Event.ATTESTED, draft.control, number=made.pk, unit=made.unit.code, person=by.name)
    return made


def revoke(number: int, by: Person, note: str) -> Attestation:
    """End a statement from now on; raises InputError."""
    if not note.strip():
        raise InputError("Cần nêu lý do thu hồi", "A reason for revoking is needed")
    with transaction.atomic():
        found = Attestation.objects.select_for_update().filter(pk=number).first()
        if found is None:
            raise InputError(f"Không có xác nhận số {number}", f"There is no attestation {number}")
        if found.events.exclude(action=StatementAction.MADE).exists():
            raise InputError(f"Xác nhận số {number} đã chấm dứt trước đây", f"Attestation {number} has ended already")
        _note(found, StatementAction.REVOKED, by, datetime.now(UTC), note)
        record(Event.ATTESTATION_REVOKED, found.control, number=number, person=by.name, reason=note.strip()[:300])
    return found


def listed(unit_ids: Sequence[int] | None = None) -> list[Attestation]:
    """Every statement with its events, the newest first, without the bytes of the files."""
    found = Attestation.objects.select_related("unit", "evidence").defer("evidence__body").prefetch_related("events")
    return list((found if unit_ids is None else found.filter(unit__in=unit_ids)).order_by("-pk"))


def to_remind(at: datetime) -> list[Attestation]:
    """The statements that hold at a moment and whose reminder has come, the next to expire first."""
    due = Attestation.objects.filter(remind_at__lte=at, expires_at__gt=at).exclude(
        events__in=AttestationEvent.objects.exclude(action=StatementAction.MADE).filter(at__lte=at)
    )
    found = due.select_related("unit", "evidence").defer("evidence__body").prefetch_related("events")
    return list(found.order_by("expires_at", "pk"))


def evidence_of(number: int) -> tuple[str, str, bytes]:
    """File name, media type and bytes of what supports a statement; raises InputError for none, or for a changed one.

    Whoever hands it out does so as a download: what people upload is never shown as a page.
    """
    found = Attestation.objects.select_related("evidence").filter(pk=number).first()
    if found is None:
        raise InputError(f"Không có xác nhận số {number}", f"There is no attestation {number}")
    content = bytes(found.evidence.body)
    if hashlib.sha256(content).hexdigest() != found.evidence_id:
        raise InputError(
            f"Tệp minh chứng của xác nhận số {number} không còn nguyên vẹn",
            f"The evidence file of attestation {number} is not what was kept",
        )
    return found.file_name, found.evidence.media_type, content


def state_of(attestation: Attestation, at: datetime) -> str:
    """`holds`, `expired`, `replaced` or `revoked`, at a moment."""
    for event in attestation.events.all():
        if event.action != StatementAction.MADE and event.at <= at:
            return str(event.action)
    return "holds" if at < attestation.expires_at else "expired"


def statements_at(store: Store, at: datetime) -> dict[int, dict[str, Statement]]:
    """Unit → control → the statement that holds at a moment."""
    types = (None, None, None, None, None, None, datetime, datetime, None, datetime)
    found: dict[int, dict[str, Statement]] = {}
    for number, control, unit, fulfilled, statement, person, made, expires, digest, ended in store.rows(
        RECORDED, [at, at], types
    ):
        one = Statement(
            id=str(number),
            control=control,
            unit=str(unit),
            fulfilled=bool(fulfilled),
            statement=statement,
            attested_by=person,
            attested_at=made,
            expires_at=expires,
            ended_at=msgspec.UNSET if ended is None else ended,
            evidence_digest=digest,
        )
        if one.valid_at(at):
            found.setdefault(unit, {})[control] = one
    return found


def holding(at: datetime) -> dict[int, dict[str, int]]:
    """Unit → control → number of the statement that holds, told from every row of history, one after the other."""
    found: dict[int, dict[str, int]] = {}
    for event in AttestationEvent.objects.select_related("attestation").filter(at__lte=at).order_by("at", "pk"):
        one = event.attestation
        of_unit = found.setdefault(one.unit_id, {})
        if event.action == StatementAction.MADE and at < one.expires_at:
            of_unit[one.control] = one.pk
        elif of_unit.get(one.control) == one.pk:
            del of_unit[one.control]
    return {unit: controls for unit, controls in found.items() if controls}


def outcomes_at(statements: Mapping[str, Statement], controls: Sequence[str], at: datetime) -> dict[str, Outcome]:
    """What a unit's statements come to, on each clause that asks for one."""
    return {control: attested_outcome(statements.get(control), at) for control in controls}


def _checked_expiry(draft: Draft, now: datetime) -> datetime:
    control = in_force(now).policy.attested_controls().get(draft.control)
    if control is None or not control.attestation:
        raise InputError(
            f"Yêu cầu {draft.control} không có phần phải xác nhận", f"Control {draft.control} asks for no attestation"
        )
    for text, vi, en in (
        (draft.statement, "Cần nêu nội dung xác nhận", "A statement is needed"),
        (draft.attested_by, "Cần nêu họ tên, chức vụ người xác nhận", "The person who attests must be named"),
    ):
        if not text.strip() or "\0" in text:
            raise InputError(vi, en)
    if draft.valid_from > now:
        raise InputError(
            "Xác nhận là về điều đang có; ngày bắt đầu không được ở tương lai",
            "A statement is about what is so; it cannot begin in the future",
        )
    latest = draft.valid_from + parse_duration(control.attestation.valid_for)
    expires_at = draft.expires_at or latest
    if not now < expires_at <= latest:
        raise InputError(
            f"Ngày hết hạn phải sau bây giờ và không quá {shown(latest)}",
            f"The expiry must be later than now and no later than {shown(latest)}",
        )
    return expires_at


def _media_type(content: bytes) -> str:
    if len(content) > MOST_BYTES:
        raise InputError(
            f"Tệp minh chứng quá lớn, tối đa {MOST_BYTES // 1024 // 1024} MB",
            f"The evidence file is too large; {MOST_BYTES // 1024 // 1024} MB at most",
        )
    for start, media_type in MEDIA_TYPES:
        if content.startswith(start):
            return media_type
    raise InputError("Tệp minh chứng phải là PDF, PNG hoặc JPEG", "The evidence file must be PDF, PNG or JPEG")


def _named(name: str, media_type: str) -> str:
    kept = name.replace("\0", "")
    endings = ENDINGS[media_type]
    return (kept if kept.casefold().endswith(endings) else kept + endings[0])[-255:]


def _keep(content: bytes, media_type: str, now: datetime) -> EvidenceFile:
    digest = hashlib.sha256(content).hexdigest()
    values = {"media_type": media_type, "size": len(content), "body": content, "kept_at": now}
    return EvidenceFile.objects.get_or_create(digest=digest, defaults=values)[0]


def _note(attestation: Attestation, action: StatementAction, by: Person, at: datetime, note: str) -> None:
    AttestationEvent.objects.create(
        attestation=attestation, action=action, at=at, by_id=by.user_id, by_name=by.name, note=note.strip()[:1000]
    )
