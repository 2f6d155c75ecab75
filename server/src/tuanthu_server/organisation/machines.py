"""What people decide of machines: one or two, gone, elsewhere."""

from datetime import date

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from tuanthu_server.compliance.lines.refresh import refresh
from tuanthu_server.compliance.moving import move_assets
from tuanthu_server.compliance.sweep import sweep
from tuanthu_server.errors import InputError
from tuanthu_server.inventory.likeness import Pair, probable_pairs
from tuanthu_server.inventory.models import Asset, AssetRole, IdentityDecision, IdentityQuestion
from tuanthu_server.inventory.retiring import put_away, retire_asset
from tuanthu_server.organisation.person import By, checked_day, find_unit, start_of
from tuanthu_server.security_log.chain import record
from tuanthu_server.security_log.doer import named
from tuanthu_server.security_log.events import Event

Verdict = IdentityDecision.Verdict


def same_machine(first: int, second: int, by: By) -> Asset:
    """A person confirms that two records are one machine; returns the one that stays. Raises InputError.

    The record that was seen less recently is retired, with all its history; the other one goes on. Nothing is mixed:
    each keeps its own agent, reports and results.
    """
    with transaction.atomic():
        pair = _decide(first, second, Verdict.SAME, by)
        older, newer = pair.older, pair.newer
        put_away(older, by.person, f"= {newer.pk} ({newer.name}): {by.reason}", timezone.now())
        IdentityQuestion.objects.filter(Q(first=older) | Q(second=older)).delete()
        record(
            Event.MACHINES_JOINED,
            newer.name,
            actor=named(by.person),
            asset=newer.pk,
            retired=older.pk,
            reason=by.reason,
        )
    sweep()
    return newer


def different_machines(first: int, second: int, by: By) -> None:
    """A person says that two records are two machines: they are not proposed again. Raises InputError."""
    with transaction.atomic():
        pair = _decide(first, second, Verdict.DIFFERENT, by)
        names = f"{pair.first.name} ≠ {pair.second.name}"
        record(
            Event.MACHINES_TOLD_APART,
            names,
            actor=named(by.person),
            asset=pair.first.pk,
            other=pair.second.pk,
            reason=by.reason,
        )


def retire(number: int, by: By) -> Asset:
    """Take a machine out of the counts; its history stays, and its agents are revoked. Raises InputError."""
    with transaction.atomic():
        _locked(number)
        asset = retire_asset(number, by.reason, by.person)
        IdentityQuestion.objects.filter(Q(first=asset) | Q(second=asset)).delete()
    sweep()
    return asset


def move_machine(number: int, code: str, by: By, day: date | None = None) -> Asset:
    """Have a machine belong to another unit from a day on; earlier days count it where it was. Raises InputError."""
    first = checked_day(day)
    with transaction.atomic():
        unit = find_unit(code)
        asset = _locked(number)
        if asset.unit_id == unit.pk:
            raise InputError(f"Máy số {number} đã thuộc đơn vị {code}", f"Machine {number} is of unit {code} already")
        before = asset.unit.code
        move_assets([asset], unit, start_of(first), person=by.person, reason=by.reason, now=timezone.now())
        record(
            Event.ASSET_MOVED,
            asset.name,
            actor=named(by.person),
            asset=number,
            before=before,
            unit=code,
            since=first.isoformat(),
            reason=by.reason,
        )
    refresh()
    return Asset.objects.select_related("unit").get(pk=number)


def _decide(first: int, second: int, verdict: "IdentityDecision.Verdict", by: By) -> Pair:
    low, high = sorted((first, second))
    assets = {number: _locked(number) for number in (low, high)}
    if low == high:
        raise InputError("Cần hai máy khác số", "Two different numbers are needed")
    if IdentityDecision.objects.filter(first_id=low, second_id=high).exists():
        raise InputError("Đã có quyết định về hai bản ghi này", "These two were decided before")
    found = probable_pairs(assets.values())
    pair = found[0] if found else Pair(assets[low], assets[high], ())
    IdentityQuestion.objects.filter(sort=IdentityQuestion.Sort.PAIR, first_id=low, second_id=high).delete()
    IdentityDecision.objects.create(
        first_id=low,
        second_id=high,
        verdict=verdict,
        evidence=[[sign.value, value] for sign, value in pair.signs],
        person=by.person,
        reason=by.reason,
        at=timezone.now(),
    )
    return pair


def _locked(number: int) -> Asset:
    asset = Asset.objects.select_for_update().filter(pk=number).exclude(role=AssetRole.DEVICE).first()
    if asset is None:
        raise InputError(f"Không có máy số {number}", f"There is no machine {number}")
    if asset.retired_at is not None:
        raise InputError(f"Máy số {number} đã được loại trước đây", f"Machine {number} was retired before")
    return asset
