"""Waivers: proposed by one person, approved by another, revoked by anybody who may. The caller checks who may."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec
from django.db import transaction

from tuanthu_server.compliance.models import Waiver, WaiverAction, WaiverEvent
from tuanthu_server.compliance.people import Person
from tuanthu_server.compliance.policies import in_force
from tuanthu_server.errors import InputError
from tuanthu_server.inventory import store as stores
from tuanthu_server.inventory.models import Asset
from tuanthu_server.inventory.store.interface import Store
from tuanthu_server.local_time import shown
from tuanthu_server.security_log.chain import record
from tuanthu_server.security_log.events import Event
from tuanthu_server.units.models import Unit

LONGEST: Final = timedelta(days=366)
"""An exception without an end is a rule; it can be proposed again."""
SCOPED: Final = "SELECT id FROM inventory_asset WHERE retired_at IS NULL{where} ORDER BY id {lock}"
DUE: Final = """
    UPDATE compliance_judgedstate SET due_at = %s WHERE (due_at IS NULL OR due_at > %s) AND asset_id {any}
"""


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for: a rule or a control, of an asset, of a unit's own assets or, naming neither, of everything."""

    rule: str = ""
    control: str = ""
    """`framework/control`."""
    unit: int | None = None
    asset: int | None = None
    authority: str
    reason: str
    valid_from: datetime
    expires_at: datetime


def propose(proposal: Proposal, by: Person, note: str = "") -> Waiver:
    """Enter a waiver, which holds for nothing until somebody else approves it; raises InputError."""
    now = datetime.now(UTC)
    _check(proposal, now)
    with transaction.atomic():
        waiver = Waiver.objects.create(
            rule=proposal.rule,
            control=proposal.control,
            unit_id=proposal.unit,
            asset_id=proposal.asset,
            authority=proposal.authority.strip()[:300],
            reason=proposal.reason.strip()[:1000],
            valid_from=proposal.valid_from,
            expires_at=proposal.expires_at,
        )
        _note(waiver, WaiverAction.PROPOSED, by, now, note)
        record(Event.WAIVER_PROPOSED, waiver.rule or waiver.control, number=waiver.pk, person=by.name)
    return waiver


def approve(number: int, by: Person, note: str = "") -> Waiver:
    """Put a proposed waiver in force, now or from its beginning on; raises InputError, for its own proposer too."""
    with transaction.atomic():
        waiver, done = _locked(number)
        if WaiverAction.REVOKED in done:
            raise InputError(f"Miễn trừ số {number} đã bị thu hồi", f"Waiver {number} was revoked")
        if WaiverAction.APPROVED in done:
            raise InputError(f"Miễn trừ số {number} đã được phê duyệt", f"Waiver {number} is approved already")
        if done[WaiverAction.PROPOSED].by_id == by.user_id:
            raise InputError(
                "Người đề nghị không được tự phê duyệt; cần một người khác",
                "Whoever proposed a waiver cannot approve it; another person is needed",
            )
        now = _hold(waiver)
        if waiver.expires_at <= now:
            raise InputError(f"Miễn trừ số {number} đã hết hạn", f"Waiver {number} has expired")
        _note(waiver, WaiverAction.APPROVED, by, now, note)
        _judge_again(waiver, max(now, waiver.valid_from))
        record(Event.WAIVER_APPROVED, waiver.rule or waiver.control, number=number, person=by.name)
    return waiver


def revoke(number: int, by: Person, note: str) -> Waiver:
    """End a waiver from now on, or take a proposal back; raises InputError."""
    if not note.strip():
        raise InputError("Cần nêu lý do thu hồi", "A reason for revoking is needed")
    with transaction.atomic():
        waiver, done = _locked(number)
        if WaiverAction.REVOKED in done:
            raise InputError(f"Miễn trừ số {number} đã bị thu hồi", f"Waiver {number} was revoked already")
        now = _hold(waiver)
        _note(waiver, WaiverAction.REVOKED, by, now, note)
        _judge_again(waiver, now)
        record(
            Event.WAIVER_REVOKED,
            waiver.rule or waiver.control,
            number=number,
            person=by.name,
            reason=note.strip()[:300],
        )
    return waiver


def listed(unit_ids: Sequence[int] | None = None) -> list[Waiver]:
    """Every waiver with its events, the newest first; of these units and their assets only, where some are given.

    Waivers of everything belong to no unit and are left out then.
    """
    found = Waiver.objects.select_related("unit", "asset__unit").prefetch_related("events").order_by("-pk")
    if unit_ids is not None:
        found = found.filter(unit__in=unit_ids) | found.filter(asset__unit__in=unit_ids)
    return list(found)


def waivers_in_force(unit_ids: Collection[int], at: datetime) -> list[Waiver]:
    """The waivers in force at a moment that reach these units or an asset of theirs, those of everything too."""
    found = Waiver.objects.select_related("unit", "asset__unit").prefetch_related("events").order_by("pk")
    open_then = found.filter(valid_from__lte=at, expires_at__gt=at)
    wanted = set(unit_ids)
    return [one for one in open_then if _reaches(one, wanted, at) and state_of(one, at) == "in-force"]


def _reaches(one: Waiver, units: set[int], at: datetime) -> bool:
    if one.asset is not None:
        there = one.asset.retired_at is None or one.asset.retired_at > at
        return there and one.asset.unit_id in units
    return one.unit_id is None or one.unit_id in units


def state_of(waiver: Waiver, at: datetime) -> str:
    """`proposed`, `lapsed` (never approved in time), `planned`, `in-force`, `expired` or `revoked`, at a moment."""
    done = {event.action for event in waiver.events.all() if event.at <= at}
    return state_after(done, waiver.valid_from, waiver.expires_at, at)


def state_after(done: Collection[str], valid_from: datetime, expires_at: datetime, at: datetime) -> str:
    """The same of what was done to a waiver until the moment."""
    if WaiverAction.REVOKED in done:
        return "revoked"
    if WaiverAction.APPROVED not in done:
        return "proposed" if at < expires_at else "lapsed"
    if at < valid_from:
        return "planned"
    return "in-force" if at < expires_at else "expired"


def _check(proposal: Proposal, now: datetime) -> None:
    _check_texts(proposal)
    policy = in_force(now).policy
    if bool(proposal.rule) == bool(proposal.control):
        raise InputError("Nêu một quy tắc hoặc một yêu cầu", "Name either a rule or a control")
    if proposal.rule and proposal.rule not in policy.rules:
        raise InputError(f"Không có quy tắc {proposal.rule}", f"There is no rule {proposal.rule}")
    if proposal.control and not any(
        proposal.control == f"{framework.id}/{one.id}"
        for framework in policy.frameworks.values()
        for one in framework.controls
    ):
        raise InputError(f"Không có yêu cầu {proposal.control}", f"There is no control {proposal.control}")
    if proposal.unit is not None and proposal.asset is not None:
        raise InputError("Nêu một đơn vị hoặc một máy, không cả hai", "Name a unit or an asset, not both")
    if proposal.unit is not None and not Unit.objects.filter(pk=proposal.unit).exists():
        raise InputError(f"Không có đơn vị số {proposal.unit}", f"There is no unit {proposal.unit}")
    if proposal.asset is not None and not Asset.objects.filter(pk=proposal.asset, retired_at=None).exists():
        raise InputError(f"Không có máy số {proposal.asset}", f"There is no asset {proposal.asset}")
    if proposal.expires_at <= max(now, proposal.valid_from):
        raise InputError(
            f"Hạn {shown(proposal.expires_at)} phải ở sau lúc bắt đầu và sau bây giờ",
            "The expiry must be later than the beginning and than now",
        )
    if proposal.expires_at > max(now, proposal.valid_from) + LONGEST:
        raise InputError(
            f"Miễn trừ dài nhất {LONGEST.days} ngày; khi hết hạn có thể đề nghị lại",
            f"A waiver lasts {LONGEST.days} days at most; it can be proposed again",
        )


def _check_texts(proposal: Proposal) -> None:
    for text, vi, en in (
        (proposal.authority, "Cần nêu số và ngày văn bản cho phép", "The authorising document is needed"),
        (proposal.reason, "Cần nêu lý do", "A reason is needed"),
    ):
        if not text.strip() or "\0" in text:
            raise InputError(vi, en)


def _locked(number: int) -> tuple[Waiver, dict[str, WaiverEvent]]:
    waiver = Waiver.objects.select_for_update().filter(pk=number).first()
    if waiver is None:
        raise InputError(f"Không có miễn trừ số {number}", f"There is no waiver {number}")
    return waiver, {event.action: event for event in waiver.events.all()}


def _note(waiver: Waiver, action: WaiverAction, by: Person, at: datetime, note: str) -> None:
    WaiverEvent.objects.create(
        waiver=waiver, action=action, at=at, by_id=by.user_id, by_name=by.name, note=note.strip()[:1000]
    )


def _hold(waiver: Waiver) -> datetime:
    """Lock what the waiver reaches, and then read the clock: whoever judges it next sees what is decided here."""
    _reached(stores.current(), waiver, lock=True)
    return datetime.now(UTC)


def _reached(store: Store, waiver: Waiver, *, lock: bool = False) -> list[int]:
    where, params = "", []
    if waiver.asset_id is not None:
        where, params = " AND id = %s", [waiver.asset_id]
    elif waiver.unit_id is not None:
        where, params = " AND unit_id = %s", [waiver.unit_id]
    query = SCOPED.replace("{where}", where).replace("{lock}", "{lock}" if lock else "")
    return [row[0] for row in store.rows(query, params)]


def _judge_again(waiver: Waiver, at: datetime) -> None:
    """Have the sweep judge what the waiver reaches from that moment on."""
    store = stores.current()
    store.run(DUE, [at, at, _reached(store, waiver)])
