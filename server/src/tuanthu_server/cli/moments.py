"""Dates and times as people type them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")


def aware(moment: datetime | None) -> datetime | None:
    """A moment without a zone is Vietnamese time; a bare date is the beginning of that day."""
    if moment is None:
        return None
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=LOCAL)).astimezone(UTC)


def shown(moment: datetime) -> str:
    """A moment as tables show it, in Vietnamese time."""
    return moment.astimezone(LOCAL).strftime("%d/%m/%Y %H:%M")
