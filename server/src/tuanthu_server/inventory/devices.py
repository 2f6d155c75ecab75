"""Network devices in the inventory: what a person may do with them."""

from tuanthu_server.errors import InputError
from tuanthu_server.inventory.models import Asset, AssetRole
from tuanthu_server.inventory.retiring import retire_asset


def retire_device(number: int, reason: str) -> Asset:
    """Take a device out of the counts, with a reason; raises InputError.

    Its history stays. One that a scan finds again counts again, as a new device: no reason hides what is there.
    """
    if not Asset.objects.filter(pk=number, role=AssetRole.DEVICE).exists():
        raise InputError(f"Không có thiết bị số {number}", f"There is no device {number}")
    return retire_asset(number, reason)
