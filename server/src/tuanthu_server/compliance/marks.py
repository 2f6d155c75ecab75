"""Marks of figures: short texts that are others as soon as the figures are.

An open page shows the mark that it has, and is sent nothing while that still holds.
"""

import hashlib
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Final

import msgspec
from django.db.models import Max

from tuanthu_server.compliance import figures, kept
from tuanthu_server.compliance.models import AttestationEvent, JudgedState, WaiverEvent
from tuanthu_server.compliance.policies import in_force
from tuanthu_server.inventory import store as stores
from tuanthu_server.inventory.models import Asset

LENGTH: Final = 32


def of_units(units: Collection[int] | None, *, moments: bool = False) -> str:
    """The mark of the figures of these units (None: of all), with `moments` also of when their machines reported.

    It turns every hour, too: lists of what changed within a day age without anything happening.
    """
    now, store = datetime.now(UTC), stores.current()
    found = figures.read(store, figures.ASSETS, [now - figures.SILENT_AFTER, now - figures.DEVICE_SILENT_AFTER])
    told = [
        sorted((unit, stamp) for unit, stamp in kept.stamps_of(store).items() if units is None or unit in units),
        sorted((unit, one) for unit, one in found.assets.items() if units is None or unit in units),
        sorted((unit, one) for unit, one in found.devices.items() if units is None or unit in units),
        WaiverEvent.objects.aggregate(at=Max("pk"))["at"],
        AttestationEvent.objects.aggregate(at=Max("pk"))["at"],
        Asset.objects.filter(unit__in=units or ()).aggregate(at=Max("last_seen_at"))["at"] if moments else None,
        now.replace(minute=0, second=0, microsecond=0),
    ]
    return _mark(in_force(now).digest, told)


def of_asset(asset: Asset) -> str:
    """The mark of one machine or device: what is known of it and what follows from that."""
    judged = JudgedState.objects.filter(asset=asset).values_list("body", flat=True).first()
    told = [asset.pk, asset.unit_id, asset.last_seen_at, asset.retired_at, bytes(judged or b"")]
    return _mark(in_force(datetime.now(UTC)).digest, [*told, WaiverEvent.objects.aggregate(at=Max("pk"))["at"]])


def _mark(policy: str, told: list[object]) -> str:
    return hashlib.sha256(msgspec.json.encode([policy, told])).hexdigest()[:LENGTH]
