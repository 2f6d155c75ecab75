"""Taking machines and devices out of the counts: it takes a person and a reason, and nothing of their history goes.

There is no way back, nor need for one: a device that is still there counts again with the next scan, a machine once it
is enrolled again. So no reason hides for long what is there.
"""

from datetime import UTC, datetime

from django.db import transaction

from tuanthu_server.errors import InputError
from tuanthu_server.inventory.models import Agent, Asset
from tuanthu_server.security_log.chain import record
from tuanthu_server.security_log.doer import doer
from tuanthu_server.security_log.events import Event

LONGEST = 500


def retire_asset(number: int, reason: str, person: str = "") -> Asset:
    """Retire a machine or device; raises InputError. From a machine's agents nothing is taken any more.

    `person` is who gives a command; on pages and the interface it is whoever is known to ask.
    """
    said = reason.replace("\0", "").strip()[:LONGEST]
    if not said:
        raise InputError("Cần nêu lý do", "A reason is needed")
    with transaction.atomic():
        found = Asset.objects.select_for_update().filter(pk=number).first()
        if found is None:
            raise InputError(f"Không có máy, thiết bị số {number}", f"There is no machine or device {number}")
        if found.retired_at is not None:
            raise InputError(f"Số {number} đã được loại trước đây", f"Number {number} was retired before")
        now = datetime.now(UTC)
        put_away(found, person or doer().name, said, now)
        agents = Agent.objects.filter(asset=found, revoked_at=None).update(revoked_at=now)
        record(Event.ASSET_RETIRED, found.name, actor=person or None, asset=number, reason=said, agents=agents)
    return found


def put_away(asset: Asset, person: str, reason: str, at: datetime) -> None:
    """Write that an asset is retired; the caller holds its row locked."""
    asset.retired_at, asset.retired_by, asset.retired_reason = at, person[:200], reason[:LONGEST]
    asset.save(update_fields=["retired_at", "retired_by", "retired_reason"])
