"""Retiring machines and devices that somebody reaches."""

from tuanthu_server.access.reach import Reach
from tuanthu_server.accounts.permissions import Permission
from tuanthu_server.inventory import retiring
from tuanthu_server.inventory.models import Asset


def retire(within: Reach, asset_id: int, reason: str) -> Asset:
    """Take one out of the counts, with a reason; raises InputError."""
    within.require(Permission.RETIRE_ASSET)
    return retiring.retire_asset(within.asset_or_404(asset_id).pk, reason)
