"""Network devices in the inventory: what a person may do with them."""

from datetime import UTC, datetime

from django.db import transaction

from tuanthu_server.errors import InputError
from tuanthu_server.inventory.models import Asset, AssetRole
from tuanthu_server.security_log.chain import record
from tuanthu_server.security_log.events import Event


def retire_device(number: int, reason: str) -> Asset:
    """Take a device out of the counts, with a reason; raises InputError.

    Its history stays. One that a scan finds again counts again, as a new device: no reason hides what is there.
    """
    if not reason.strip():
        raise InputError("Cần nêu lý do", "A reason is needed")
    with transaction.atomic():
        found = Asset.objects.select_for_update().filter(pk=number, role=AssetRole.DEVICE).first()
        if found is None:
            raise InputError(f"Không có thiết bị số {number}", f"There is no device {number}")
        if found.retired_at is not None:
            raise InputError(f"Thiết bị số {number} đã được đưa ra trước đây", f"Device {number} was retired before")
        found.retired_at, found.retired_reason = datetime.now(UTC), reason.strip()[:500]
        found.save(update_fields=["retired_at", "retired_reason"])
        record(Event.ASSET_RETIRED, found.name, asset=number, reason=found.retired_reason)
    return found
